"""All runs of a case: their histories from the engine, or out of the archive what the engine has forgotten."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from activities.archive import read
from activities.history import EngineSilent, fetch, missing
from storage import archives
from workflows.client import EngineOutOfReach, workflow_id

if TYPE_CHECKING:
    from temporalio.client import Client

    from activities.history import Run
    from desk.desk import Desk
    from storage.archives import Archive
    from storage.keys import DataKey


@dataclass(frozen=True)
class Runs:
    """All runs that could be found, oldest first."""

    runs: tuple[Run, ...]
    archived: frozenset[str] = frozenset()
    """The runs that came out of the archive."""
    missing: str | None = None
    """A run that neither engine nor archive has; empty if there is none at all."""
    silent: bool = False
    """The engine did not answer: all of it came out of the archive."""

    @property
    def ended(self) -> bool:
        """The case has run its course: nobody is in the middle of anything."""
        return bool(self.runs) and self.runs[-1].end is not None


async def of_case(desk: Desk, key: DataKey, ref: str, *, engine: bool = True) -> Runs:
    """All runs of a case.

    :param engine: whether it is asked; one that was silent a moment ago need not be waited for again.
    :raises EngineOutOfReach: if the engine does not answer and the archive does not reach to the end of the history.
    :raises Damaged: if an archive is not what was archived.
    :raises OutOfReach: if database or vault does not answer.
    """
    async with desk.database.reading() as session:
        kept = {one.run: one for one in await archives.of_case(session, ref)}
    if engine:
        with suppress(EngineOutOfReach, EngineSilent):
            return await _gathered(desk, key, ref, kept, await desk.engine())
    found = await _gathered(desk, key, ref, kept, None)
    end = found.runs[-1].following if found.runs else ""
    if found.missing is not None and found.missing == end:
        # It is not lost: what goes on is not archived until it has ended.
        raise EngineOutOfReach("the end of the history is not archived yet")
    return replace(found, silent=True)


async def _gathered(desk: Desk, key: DataKey, ref: str, kept: dict[str, Archive], client: Client | None) -> Runs:
    """From the newest run back to the first one, or to the first that is missing; the archive's alone without a client.

    :param kept: oldest first.
    """
    runs: list[Run] = []
    archived: set[str] = set()
    run = await fetch(client, workflow_id(ref)) if client else None
    wanted = run.id if run else next(reversed(kept), None)
    while wanted:
        if run is None and client:
            run = await fetch(client, workflow_id(ref), wanted)
        if run is None and wanted in kept:
            run = await read(desk.vault, key, kept[wanted])
            archived.add(wanted)
        if run is None:
            break
        runs.insert(0, run)
        wanted, run = run.previous, None
    return Runs(tuple(runs), frozenset(archived), missing(runs) if runs else "")
