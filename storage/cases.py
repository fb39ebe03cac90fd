"""The cases as they stand: one row each for lists, with the whole state encrypted beside it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import and_, case, delete, exists, insert, select

from models.case import Case
from models.message import Frozen, is_drill
from models.refusal import Refusal
from models.sight import Sight
from models.vocabulary.case import CaseKind, ConflictLevel, Grade, Level, Stage
from models.vocabulary.incident import IncidentKind, Matter
from storage import reading, tables
from storage.database import confine, upsert
from storage.keys import UnknownKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.message import Actor
    from models.obligations import Obligation
    from storage.keys import DataKey, KeyRing

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_PLACE = 2**62
"""After everything that is due at any time."""


class UnknownCase(LookupError):
    """There is no case with this reference."""


class CaseWaits(UnknownCase):
    """The report is kept under this reference, but its case has not begun."""


class Brief(Frozen):
    """What happened, in codes, for those who see the whole case."""

    kinds: tuple[IncidentKind, ...] = ()
    matter: Matter = Matter.UNKNOWN
    grade: Grade | None = None
    conflict: ConflictLevel | None = None


NO_BRIEF = Brief()


@dataclass(frozen=True)
class WorkItem:
    """One line of a worklist: codes and times in UTC, no more than its reader may see."""

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
    meeting_day: date | None = None
    sight: Sight = Sight.WHOLE
    brief: Brief = NO_BRIEF

    @property
    def drill(self) -> bool:
        """An exercise, no real case."""
        return is_drill(self.ref)

    @property
    def whole(self) -> bool:
        """Its reader may see the whole case."""
        return self.sight is Sight.WHOLE

    def document(self) -> dict[str, object]:
        """For programs."""
        return {**vars(self), "brief": self.brief.model_dump(), "drill": self.drill}


COLUMNS = tuple(tables.cases.c[field.name] for field in fields(WorkItem) if field.name not in {"sight", "brief"})


async def put(session: AsyncSession, key: DataKey, current: Case, owed: Sequence[Obligation]) -> None:
    """Make the rows what the case is now."""
    await session.execute(upsert(session, tables.cases), row_of(key, current, owed))
    await session.execute(delete(tables.case_relations).where(tables.case_relations.c.case == current.ref))
    if related := reading.relations(current):
        await session.execute(insert(tables.case_relations), related)


def row_of(key: DataKey, current: Case, owed: Sequence[Obligation]) -> dict[str, object]:
    """The row of a case as it is now."""
    following = min((one for one in owed if one.open), key=lambda one: one.due, default=None)
    incident = current.incident
    risk = current.risk
    brief = Brief(kinds=incident.kinds, matter=incident.matter, grade=risk.grade, conflict=risk.conflict)
    return {
        "ref": current.ref,
        "organisation": current.organisation,
        "kind": current.kind,
        "stage": current.headline,
        "level": current.level,
        "pace": current.pace,
        "handler": current.handler,
        "opened": current.reported,
        "updated": current.updated,
        "closed": current.closing.closed if current.closing else None,
        "next_due": following.due if following else None,
        "next_obligation": following.key if following else None,
        "protected": current.protected,
        "reopenings": current.reopenings,
        "seq": current.seq,
        "state": key.encrypt(current.model_dump_json().encode(), _context(current.ref)),
        "form": reading.FORM,
        "place": place_of(following.due if following else None, current.pace),
        "drill": is_drill(current.ref),
        "restricted": bool(current.blocked_people or current.blocked_roles),
        "deputised": current.deputised,
        "handed_to": current.receiver,
        "meeting_day": incident.meeting_day,
        "brief": key.encrypt(brief.model_dump_json(exclude_defaults=True).encode(), brief_context(current.ref)),
    }


def place_of(due: datetime | None, pace: Level) -> int:
    """Where a case stands among all: by what it owes next, then the higher level first."""
    if due is None:
        return NO_PLACE + 3 - pace.rank
    return (due - EPOCH) // timedelta(microseconds=1) * 4 + 3 - pace.rank


async def load(session: AsyncSession, ring: KeyRing, ref: str) -> Case:
    """The case as it stands; raises `UnknownCase` (`CaseWaits`), or `storage.keys.KeyDestroyed` if it was erased."""
    query = select(tables.cases.c.state).where(tables.cases.c.ref == ref)
    state = (await session.execute(query)).scalar_one_or_none()
    if state is None:
        table = tables.reports.c
        waits = select(table.report).where(table.case == ref, table.started.is_(False))
        if (await session.execute(waits)).first():
            raise CaseWaits(ref)
        with suppress(UnknownKey):
            await ring.key(session, ref)  # says so, if it was erased
        raise UnknownCase(ref)
    return Case.model_validate_json((await ring.key(session, ref)).decrypt(state, _context(ref)))


async def seen(session: AsyncSession, ring: KeyRing, ref: str, actor: Actor, now: datetime) -> Case:
    """The case as it stands, if this person may see anything of it.

    :raises KeyDestroyed: if it was erased.
    :raises Refusal: `unknown_case`, after the same work, whether there is none or it is none of theirs.
    """
    query = select(tables.cases.c.state).where(tables.cases.c.ref == ref, reading.visible_to(actor, now))
    state = (await session.execute(query)).scalar_one_or_none()
    if state is None:
        raise Refusal("unknown_case", "case")
    # Its key is the organisation's that it is offered by.
    await confine(session, {actor.organisation, ref.partition("-")[0]})
    return Case.model_validate_json((await ring.key(session, ref)).decrypt(state, _context(ref)))


async def begins(session: AsyncSession, ref: str) -> bool:
    """The engine has this case and has not written its first event; raises `CaseWaits` while the engine has it not."""
    report, event = tables.reports.c, tables.ledger.c
    written = exists().where(event.case == ref)
    started = await session.scalar(select(report.started).where(report.case == ref, ~written))
    if started is False:
        raise CaseWaits(ref)
    return started is not None


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
    query = select(*COLUMNS)
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


def brief_context(ref: str) -> str:
    """What the brief of a case is encrypted for."""
    return f"{ref}/brief"


def _context(ref: str) -> str:
    return f"{ref}/state"
