"""What is owed, as rows for lists. The truth is `models.obligations`; these rows are its shadow."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Self

from sqlalchemy import and_, bindparam, delete, insert, select

from models.vocabulary.case import Level, Stage
from storage import tables

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.obligations import Obligation


@dataclass(frozen=True)
class Owed:
    """One obligation of a case as it stood when last recorded. Times in UTC."""

    case: str
    key: str
    organisation: str
    kind: str
    stage: Stage
    level: Level
    started: datetime
    due: datetime
    met: datetime | None
    lapsed: bool
    rung: int
    extended: bool

    @classmethod
    def of(cls, obligation: Obligation) -> Self:
        """The row of an obligation."""
        return cls(
            case=obligation.case.ref,
            key=obligation.key,
            organisation=obligation.case.organisation,
            kind=obligation.kind,
            stage=obligation.stage,
            level=obligation.level,
            started=obligation.started,
            due=obligation.due,
            met=obligation.met,
            lapsed=obligation.lapsed,
            rung=obligation.rung,
            extended=obligation.extended,
        )


_COLUMNS = tuple(tables.obligations.c[field.name] for field in fields(Owed))
_CLEAR = delete(tables.obligations).where(tables.obligations.c.case == bindparam("of"))
_INSERT = insert(tables.obligations)


async def replace(session: AsyncSession, case: str, owed: Sequence[Obligation]) -> None:
    """Put these in place of all rows of the case."""
    await session.execute(_CLEAR, {"of": case})
    if owed:
        await session.execute(_INSERT, [vars(Owed.of(obligation)) for obligation in owed])


async def of_case(session: AsyncSession, case: str) -> list[Owed]:
    """The obligations of a case, by due time."""
    table = tables.obligations.c
    query = select(*_COLUMNS).where(table.case == case).order_by(table.due, table.key)
    return [Owed(*row) for row in await session.execute(query)]


async def started(session: AsyncSession, refs: Collection[str]) -> dict[str, datetime]:
    """Since when these cases owe what they owe next."""
    table, row = tables.obligations.c, tables.cases.c
    following = and_(row.ref == table.case, row.next_obligation == table.key)
    query = select(table.case, table.started).join(tables.cases, following).where(row.ref.in_(list(refs)))
    return {row.case: row.started for row in await session.execute(query)} if refs else {}
