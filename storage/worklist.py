"""Lists of the cases somebody may see, asked of the database page by page: what is most urgent first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import and_, func, literal, or_, select, tuple_, union_all

from models.access import Sight
from models.vocabulary.case import CaseKind, Level, LinkReason, Stage
from storage import cursor
from storage.cases import COLUMNS, NO_BRIEF, Brief, WorkItem, brief_context, place_of
from storage.keys import Unreadable
from storage.reading import ROW, Way, ways_to_see

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncSession

    from models.case import Case
    from models.message import Actor
    from storage.keys import KeyRing

    Rule = ColumnElement[bool]

T = TypeVar("T")
PAGE = 50
MOST = 500
"""So far cases are counted; more is told as so many."""
BOARD = 500
"""Matters on the preventive board at most."""


class Whose(StrEnum):
    """Whose cases to list: one's own, those without a handler, or all."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    ALL = "all"


@dataclass(frozen=True)
class Wanted:
    """Which open cases to list.

    `level` is compared with the level that sets the deadlines, so that a presumed one counts too; `due_before`: only
    what owes something before this time; `drill`: only exercises, or none.
    """

    whose: Whose = Whose.ALL
    stage: Stage | None = None
    level: Level | None = None
    kind: CaseKind | None = None
    due_before: datetime | None = None
    drill: bool | None = None


@dataclass(frozen=True)
class Page(Generic[T]):
    """A part of a list. `after` is where it goes on, None at its end."""

    items: tuple[T, ...]
    after: str | None = None


@dataclass(frozen=True)
class Counts:
    """How many cases there are in each tab; `MOST` means that many or more."""

    mine: int
    unassigned: int
    all: int


@dataclass(frozen=True)
class Related:
    """A case that another is linked to, and why."""

    reason: LinkReason
    item: WorkItem


async def worklist(
    session: AsyncSession,
    ring: KeyRing,
    actors: Sequence[Actor],
    wanted: Wanted,
    now: datetime,
    *,
    after: str | None = None,
    limit: int = PAGE,
) -> Page[WorkItem]:
    """Open cases: overdue acute ones first, then by what is due next, then the higher level.

    :param actors: somebody in each organisation they act in, home first (`storage.duty.everywhere`).
    :param now: what counts as overdue; the pages that follow keep to it.
    :param after: where the page before said that it goes on; raises `BadInput` if no page did.
    """
    began, place, ref = 0, -1, ""
    overdue = place_of(now, Level.ACUTE)
    if after is not None:
        overdue, began, place, ref = cursor.unpack(after, int, int, int, str)  # type: ignore[assignment]
    burning = and_(ROW.pace == Level.ACUTE, ROW.place < overdue)
    others = or_(ROW.pace != Level.ACUTE, ROW.place >= overdue)
    parts, ways = [], ways_to_see(actors, now)
    for number, part in enumerate((burning, others)):
        if number < began or (part is burning and wanted.level not in {None, Level.ACUTE}):
            continue
        further = (tuple_(ROW.place, ROW.ref) > (place, ref),) if number == began and after is not None else ()
        for way in ways:
            rules = (way.sees, *_rules(wanted, actors, way), part, *further)
            found = select(literal(number).label("part"), ROW.place, ROW.ref, way.whole.label("whole")).where(*rules)
            parts.append(found.order_by(ROW.place, ROW.ref).limit(limit + 1).subquery())
    every = union_all(*(select(part) for part in parts)).subquery()
    listed = select(*COLUMNS, ROW.brief, every.c.whole, every.c.part, every.c.place).join(every, every.c.ref == ROW.ref)
    rows = await session.execute(listed.order_by(every.c.part, every.c.place, every.c.ref).limit(limit + 1))
    lines = rows.all()
    last = lines[limit - 1] if len(lines) > limit else None
    goes_on = cursor.pack(overdue, last.part, last.place, last.ref) if last else None
    return Page(tuple(await _items(session, ring, lines[:limit])), goes_on)


async def counts(
    session: AsyncSession, actors: Sequence[Actor], wanted: Wanted, now: datetime, *, most: int = MOST
) -> Counts:
    """How many cases `worklist` would list in each tab; `most` means that many or more."""
    counted, ways = [], ways_to_see(actors, now)
    for whose in Whose:
        asked = replace(wanted, whose=whose)
        seen = [select(literal(1)).where(way.sees, *_rules(asked, actors, way)) for way in ways]
        every = union_all(*(select(one.limit(most).subquery()) for one in seen)).subquery()
        up_to = select(every).limit(most).subquery()
        counted.append(select(func.count()).select_from(up_to).scalar_subquery().label(whose.value))
    return Counts(**(await session.execute(select(*counted))).one()._asdict())


async def board(session: AsyncSession, ring: KeyRing, actors: Sequence[Actor], now: datetime) -> list[WorkItem]:
    """The open preventive cases by the day of the meeting they lead to, the nearest first; `BOARD` at most."""
    wanted = Wanted(kind=CaseKind.PREVENTION)
    rows = [
        row
        for way in ways_to_see(actors, now)
        for row in await session.execute(
            _lines(way, (way.sees, *_rules(wanted, actors, way)))
            .order_by(ROW.meeting_day.nulls_last(), ROW.ref)
            .limit(BOARD)
        )
    ]
    items = await _items(session, ring, rows)
    return sorted(items, key=lambda one: (one.meeting_day is None, one.meeting_day or now.date(), one.ref))[:BOARD]


async def related(
    session: AsyncSession, ring: KeyRing, actors: Sequence[Actor], case: Case, now: datetime
) -> list[Related]:
    """The cases this one is linked to, as far as the person may see them, in the order in which they were linked."""
    seen = await of_refs(session, ring, actors, [link.case for link in case.links], now)
    return [Related(link.reason, seen[link.case]) for link in case.links if link.case in seen]


async def of_refs(
    session: AsyncSession, ring: KeyRing, actors: Sequence[Actor], refs: Collection[str], now: datetime
) -> dict[str, WorkItem]:
    """Those of these cases that the person may see, open or closed."""
    if not refs:
        return {}
    rows = [
        row
        for way in ways_to_see(actors, now)
        for row in await session.execute(_lines(way, (way.sees, ROW.ref.in_(list(refs)))))
    ]
    return {item.ref: item for item in await _items(session, ring, rows)}


def _rules(wanted: Wanted, actors: Sequence[Actor], way: Way) -> list[Rule]:
    rules: list[Rule] = [ROW.closed.is_(None)]
    if wanted.whose is not Whose.ALL:
        # Who handles a case is nothing for those who see its headline alone.
        mine = ROW.handler == actors[0].id if wanted.whose is Whose.MINE else ROW.handler.is_(None)
        rules += [mine, way.whole]
    for column, value in ((ROW.stage, wanted.stage), (ROW.pace, wanted.level), (ROW.kind, wanted.kind)):
        if value is not None:
            rules.append(column == value)
    if wanted.drill is not None:
        rules.append(ROW.drill.is_(wanted.drill))
    if wanted.due_before is not None:
        rules.append(ROW.place < place_of(wanted.due_before, Level.ACUTE))
    return rules


def _lines(way: Way, rules: Iterable[Rule]) -> Select[tuple[object, ...]]:
    return select(*COLUMNS, ROW.brief.label("brief"), way.whole.label("whole")).where(*rules)


async def _items(session: AsyncSession, ring: KeyRing, rows: Sequence[Any]) -> list[WorkItem]:
    keys = await ring.several(session, [row.ref for row in rows if row.whole and row.brief])
    items = []
    for row in rows:
        item = WorkItem(*row[: len(COLUMNS)])
        if not row.whole:
            items.append(replace(item, sight=Sight.HEADLINE, handler=None))
            continue
        brief = NO_BRIEF
        if row.ref in keys:
            try:
                brief = Brief.model_validate_json(keys[row.ref].decrypt(row.brief, brief_context(row.ref)))
            except Unreadable:
                brief = NO_BRIEF
        items.append(replace(item, brief=brief))
    return items
