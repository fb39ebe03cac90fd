"""Archived histories: which run of which case lies in the vault under which name, and whether it was read back."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import case as case_when
from sqlalchemy import func, select, update

from storage import tables
from storage.database import portions, upsert

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.ext.asyncio import AsyncSession

COMPLETED = "completed"
"""How the last run of a case ends that has lived its whole life."""
OBJECT = "history-"
"""How the names of archived histories in the vault begin; the rest tells nothing."""


@dataclass(frozen=True, slots=True)
class Archive:
    """One run of a case in the vault. `size` and `digest` are those of what was sealed: the compressed history."""

    case: str
    run: str
    organisation: str
    number: int
    previous: str | None
    end: str | None
    """How the run ended, a code; None if it went on after this copy of it."""
    events: int
    object: str
    size: int
    digest: str
    archived: datetime
    proved: datetime | None = None
    """When it was read back from the vault, whole."""

    @property
    def final(self) -> bool:
        """All of the run is in it, and it was read back."""
        return self.end is not None and self.proved is not None


_ALL = select(*(tables.archives.c[field.name] for field in fields(Archive)))


async def put(session: AsyncSession, archive: Archive) -> None:
    """Write down where a run lies; a newer copy of the same run takes the place of the older."""
    await session.execute(upsert(session, tables.archives), asdict(archive))


async def mark_proved(session: AsyncSession, case: str, run: str, object: str, at: datetime) -> None:
    """A copy of a run was read back, whole."""
    table = tables.archives.c
    its = (table.case == case, table.run == run, table.object == object)
    await session.execute(update(tables.archives).where(*its).values(proved=at))


async def of_case(session: AsyncSession, case: str) -> list[Archive]:
    """The archived runs of a case, oldest first."""
    query = _ALL.where(tables.archives.c.case == case).order_by(tables.archives.c.number)
    return [Archive(*row) for row in await session.execute(query)]


async def final_runs(session: AsyncSession, runs: Collection[str]) -> set[str]:
    """Which of these runs need not be archived again."""
    table = tables.archives.c
    done = select(table.run).where(table.run.in_(list(runs)), table.end.is_not(None), table.proved.is_not(None))
    return set((await session.execute(done)).scalars())


async def known(session: AsyncSession, objects: Collection[str]) -> set[str]:
    """Which of these names in the vault are those of archives."""
    column = tables.archives.c.object
    return set((await session.execute(select(column).where(column.in_(list(objects))))).scalars())


async def closed_and_archived(session: AsyncSession, cases: Collection[str]) -> set[str]:
    """Which of these cases have ended with all their runs in the vault, each of them read back."""
    table, number = tables.archives.c, func.count()
    whole = func.count(case_when((table.end.is_not(None) & table.proved.is_not(None), 1)))
    ended = func.count(case_when((table.end == COMPLETED, 1)))
    query = select(table.case).group_by(table.case)
    query = query.having(whole == number, number == func.max(table.number), ended == 1)
    found: set[str] = set()
    for some in portions(cases):
        found.update((await session.execute(query.where(table.case.in_(some)))).scalars())
    return found
