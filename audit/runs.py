"""All runs of a case: their histories from the engine, or out of the archive what the engine has forgotten."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from activities.archive import read
from activities.history import EngineSilent, Run, fetch, missing
from storage import archives
from workflows.client import EngineOutOfReach, workflow_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from temporalio.client import Client

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

    @property
    def ended(self) -> bool:
        """The case has run its course: nobody is in the middle of anything."""
        return bool(self.runs) and self.runs[-1].end is not None


async def of_case(desk: Desk, key: DataKey, ref: str) -> Runs:
    """All runs of a case.

    :raises EngineOutOfReach: if the engine does not answer and the archive has nothing.
    :raises Damaged: if an archive is not what was archived.
    :raises OutOfReach: if database or vault does not answer.
    """
    async with desk.database.reading() as session:
        kept = {one.run: one for one in await archives.of_case(session, ref)}
    try:
        client = await desk.engine()
        newest = await fetch(client, workflow_id(ref))
    except (EngineOutOfReach, EngineSilent) as silent:
        if not kept:
            raise EngineOutOfReach("the history is not archived yet") from silent
        newest = client = None
    last = list(kept)[-1] if kept else None
    if newest is None and last is None:
        return Runs((), missing="")
    runs, out = await _back_from(desk, key, client, kept, newest or last or "", ref)
    return Runs(tuple(runs), frozenset(out), missing(runs))


async def _back_from(
    desk: Desk, key: DataKey, client: Client | None, kept: Mapping[str, Archive], last: Run | str, ref: str
) -> tuple[list[Run], set[str]]:
    """From the newest run back to the first one, or to the first that is missing."""
    runs: list[Run] = []
    out: set[str] = set()
    run = last if isinstance(last, Run) else None
    wanted: str | None = None if run else str(last)
    while run or wanted:
        if run is None and wanted:
            run = await fetch(client, workflow_id(ref), wanted) if client else None
            if run is None and wanted in kept:
                run = await read(desk.vault, key, kept[wanted])
                out.add(wanted)
        if run is None:
            break
        runs.insert(0, run)
        wanted, run = run.previous, None
    return runs, out
