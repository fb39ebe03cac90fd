"""What became of replaying each case, with the code and the ledger for which it holds."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from storage import tables
from storage.database import upsert
from storage.tables import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.ext.asyncio import AsyncSession


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
    await session.execute(upsert(session, tables.replays), {name: getattr(replay, name) for name in _FIELDS})


async def of_cases(session: AsyncSession, cases: Collection[str]) -> dict[str, Replay]:
    """The last replay of each of these cases that were ever replayed."""
    found = await session.execute(_ALL.where(tables.replays.c.case.in_(list(cases))))
    return {row.case: Replay(*row) for row in found}
