"""The cases as they stand: one row each for lists, with the whole state encrypted beside it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, select

from models.case import Case
from models.message import is_drill
from models.vocabulary.case import CaseKind, Level, Stage
from storage import tables
from storage.database import upsert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.obligations import Obligation
    from storage.keys import DataKey, KeyRing


class UnknownCase(LookupError):
    """There is no case with this reference."""


class CaseWaits(UnknownCase):
    """The report is kept under this reference, but its case has not begun."""


@dataclass(frozen=True)
class WorkItem:
    """One line of a worklist: codes and times in UTC. `protected` ones may be shown only to those who may see them."""

    ref: str
    organisation: str
    kind: CaseKind
    stage: Stage | None
    """The headline stage; None when closed."""
    level: Level | None
    pace: Level
    """The level that sets the deadlines: presumed until a human has set one."""
    handler: str | None
    opened: datetime
    updated: datetime
    closed: datetime | None
    next_due: datetime | None
    next_obligation: str | None
    protected: bool
    reopenings: int
    seq: int

    @property
    def drill(self) -> bool:
        """An exercise, no real case."""
        return is_drill(self.ref)

    def document(self) -> dict[str, object]:
        """For programs."""
        return {**vars(self), "drill": self.drill}


_COLUMNS = tuple(tables.cases.c[field.name] for field in fields(WorkItem))


async def put(session: AsyncSession, key: DataKey, current: Case, owed: Sequence[Obligation]) -> None:
    """Make the row what the case is now."""
    following = min((one for one in owed if one.open), key=lambda one: one.due, default=None)
    item = WorkItem(
        ref=current.ref,
        organisation=current.organisation,
        kind=current.kind,
        stage=current.headline,
        level=current.level,
        pace=current.pace,
        handler=current.handler,
        opened=current.reported,
        updated=current.updated,
        closed=current.closing.closed if current.closing else None,
        next_due=following.due if following else None,
        next_obligation=following.key if following else None,
        protected=current.protected,
        reopenings=current.reopenings,
        seq=current.seq,
    )
    state = key.encrypt(current.model_dump_json().encode(), _context(current.ref))
    await session.execute(upsert(session, tables.cases), vars(item) | {"state": state})


async def load(session: AsyncSession, ring: KeyRing, ref: str) -> Case:
    """The case as it stands; raises `UnknownCase` (`CaseWaits`), or `storage.keys.KeyDestroyed` if it was erased."""
    query = select(tables.cases.c.state).where(tables.cases.c.ref == ref)
    state = (await session.execute(query)).scalar_one_or_none()
    if state is None:
        table = tables.reports.c
        waits = select(table.report).where(table.case == ref, table.started.is_(False))
        raise (CaseWaits if (await session.execute(waits)).first() else UnknownCase)(ref)
    return Case.model_validate_json((await ring.key(session, ref)).decrypt(state, _context(ref)))


async def worklist(
    session: AsyncSession,
    *,
    organisation: str | None = None,
    stage: Stage | None = None,
    level: Level | None = None,
    due_before: datetime | None = None,
    include_closed: bool = False,
    now: datetime | None = None,
) -> list[WorkItem]:
    """Most urgent first: overdue acute cases, then what is due next, then the higher level.

    :param level: compared with the level that sets the deadlines, so that a presumed one counts too.
    :param due_before: only cases that owe something before this time.
    :param now: what counts as overdue; the real time if not given.
    """
    row = tables.cases.c
    query = select(*_COLUMNS)
    for column, wanted in ((row.organisation, organisation), (row.stage, stage), (row.pace, level)):
        if wanted is not None:
            query = query.where(column == wanted)
    if due_before is not None:
        query = query.where(row.next_due < due_before)
    if not include_closed:
        query = query.where(row.closed.is_(None))
    burning = and_(row.pace == Level.ACUTE, row.next_due < (now or datetime.now(UTC)))
    rank = case({level.value: level.rank for level in Level}, value=row.pace)
    order = (case((burning, 0), else_=1), row.next_due.is_(None), row.next_due, rank.desc(), row.ref)
    return [WorkItem(*found) for found in await session.execute(query.order_by(*order))]


def _context(ref: str) -> str:
    return f"{ref}/state"
