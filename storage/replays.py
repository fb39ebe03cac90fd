"""What became of replaying each case, with the code and the ledger for which it holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select

from storage import tables
from storage.access import kept_out
from storage.archives import closed_and_archived
from storage.database import portions, upsert
from storage.tables import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncSession

    from models.message import Actor


@dataclass(frozen=True, slots=True)
class Replay:
    """The last replay of a case. `code` and `ledger`: digests of what was replayed with, and held against."""

    case: str
    organisation: str
    at: datetime
    verdict: Verdict
    code: str
    ledger: str
    events: int
    """How many events both records have."""
    runs: int
    seq: int | None = None
    """The event at which they part."""
    state: str | None = None


_FIELDS = [field.name for field in fields(Replay)]
_ALL = select(*(tables.replays.c[name] for name in _FIELDS))


async def put(session: AsyncSession, replay: Replay) -> None:
    """Keep what became of it, in the place of the last time."""
    await session.execute(upsert(session, tables.replays), asdict(replay))


async def of_cases(session: AsyncSession, cases: Collection[str]) -> dict[str, Replay]:
    """The last replay of each of these cases that were ever replayed."""
    found: dict[str, Replay] = {}
    for some in portions(cases):
        rows = await session.execute(_ALL.where(tables.replays.c.case.in_(some)))
        found |= {row.case: Replay(*row) for row in rows}
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """A case as those who review list it."""

    case: str
    seq: int
    """Its last event."""
    closed: datetime | None
    erased: datetime | None
    archived: bool
    """Closed, and its whole history in the vault, read back."""
    replay: Replay | None

    @property
    def moved_on(self) -> bool:
        """More has happened since it was last replayed."""
        return self.replay is not None and self.replay.verdict is Verdict.IDENTICAL and self.replay.events < self.seq


async def listed(session: AsyncSession, reader: Actor, *, before: str | None = None, limit: int) -> list[Line]:
    """The cases of somebody's organisation that have a ledger, by number, the last first; none they are kept out of.

    :param before: go on after this case.
    """
    query = _lines(reader).order_by(tables.heads.c.case.desc()).limit(limit)
    return await _read(session, query if before is None else query.where(tables.heads.c.case < before))


async def line(session: AsyncSession, reader: Actor, case: str) -> Line | None:
    """One of them; None if there is no such case among them."""
    found = await _read(session, _lines(reader).where(tables.heads.c.case == case))
    return found[0] if found else None


def _lines(reader: Actor) -> Select[Any]:
    heads, cases, keys, last = tables.heads.c, tables.cases.c, tables.case_keys.c, tables.replays
    return (
        select(heads.case, heads.seq, cases.closed, keys.destroyed_at, *(last.c[name] for name in _FIELDS[1:]))
        .outerjoin(tables.cases, cases.ref == heads.case)
        .outerjoin(tables.case_keys, keys.scope == heads.case)
        .outerjoin(last, and_(last.c.case == heads.case, last.c.organisation == reader.organisation))
        .where(heads.organisation == reader.organisation, ~kept_out(reader, heads.case))
    )


async def _read(session: AsyncSession, query: Select[Any]) -> list[Line]:
    rows = (await session.execute(query)).all()
    done = await closed_and_archived(session, [row.case for row in rows])
    return [
        Line(ref, seq, closed, erased, ref in done, Replay(ref, *kept) if kept[0] else None)
        for ref, seq, closed, erased, *kept in rows
    ]
