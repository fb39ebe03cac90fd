"""Archiving: what the engine will forget is looked for, and goes into the vault."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from desk.custody import ASKED_AT_ONCE
from storage import archives
from storage.payloads import CASE
from workflows.archive import archive, ended

if TYPE_CHECKING:
    from temporalio.client import Client

    from desk.desk import Desk

log = structlog.get_logger()

EVERY = 60.0
"""Seconds between two looks: the engine remembers what ended for days."""


async def archive_ended(desk: Desk, client: Client) -> list[str]:
    """Have every run archived that has ended and is not in the vault, a workflow for each case; their numbers.

    :raises RPCError: if the engine does not answer.
    :raises OutOfReach: if the database does not.
    """
    runs, due = [*(await ended(client)).items()], set[str]()
    for some in (dict(runs[at : at + ASKED_AT_ONCE]) for at in range(0, len(runs), ASKED_AT_ONCE)):
        async with desk.database.reading() as session:
            done = await archives.final_runs(session, list(some))
            left = {workflow.removeprefix(CASE) for run, workflow in some.items() if run not in done}
            # What was erased is left alone: there is no key to seal it with.
            due |= (await desk.ring.several(session, left)).keys()
    for ref in sorted(due):
        await archive(client, desk.task_queue, ref)
    return sorted(due)


async def keep_archived(desk: Desk, seconds: float = EVERY) -> None:
    """Until cancelled: now and then look whether something ended that is to be archived."""
    while True:
        try:
            if due := await archive_ended(desk, await desk.engine()):
                log.info("histories are being archived", count=len(due))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the next round must come
            log.warning("nothing was archived, will try again", error=type(error).__name__)
        await asyncio.sleep(seconds)
