"""Closed cases that somebody may see, page by page: the one closed last first."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, tuple_

from storage import cursor
from storage.cases import EPOCH
from storage.reading import ROW, Way, ways_to_see
from storage.worklist import Page, Whose, of_refs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from models.message import Actor
    from storage.cases import WorkItem
    from storage.keys import KeyRing
    from storage.worklist import Wanted

MICROSECOND = timedelta(microseconds=1)


async def closed(
    session: AsyncSession,
    ring: KeyRing,
    actors: Sequence[Actor],
    wanted: Wanted,
    now: datetime,
    *,
    after: str | None = None,
    limit: int,
) -> Page[WorkItem]:
    """Closed cases of the kinds wanted; what is due and in which stage asks nothing of them.

    :param actors: somebody in each organisation they act in, home first.
    :param after: where the page before said that it goes on; raises `BadInput` if no page did.
    """
    further: tuple[ColumnElement[bool], ...] = ()
    if after is not None:
        at, ref = cursor.unpack(after, int, str)
        try:
            ended = EPOCH + int(at) * MICROSECOND
        except OverflowError:
            raise cursor.bad() from None
        further = (tuple_(ROW.closed, ROW.ref) < tuple_(ended, ref),)
    found = [
        (row.closed, row.ref)
        for way in ways_to_see(actors, now)
        for row in await session.execute(
            select(ROW.closed, ROW.ref)
            .where(way.sees, *_rules(wanted, actors, way), *further)
            .order_by(ROW.closed.desc(), ROW.ref.desc())
            .limit(limit + 1)
        )
    ]
    found = sorted(found, reverse=True)[: limit + 1]
    items = await of_refs(session, ring, actors, [ref for _, ref in found[:limit]], now)
    goes_on = None
    if len(found) > limit:
        at, ref = found[limit - 1]
        goes_on = cursor.pack((at - EPOCH) // MICROSECOND, ref)
    return Page(tuple(items[ref] for _, ref in found[:limit] if ref in items), goes_on)


def _rules(wanted: Wanted, actors: Sequence[Actor], way: Way) -> list[ColumnElement[bool]]:
    rules: list[ColumnElement[bool]] = [ROW.closed.is_not(None)]
    if wanted.whose is not Whose.ALL:
        mine = ROW.handler == actors[0].id if wanted.whose is Whose.MINE else ROW.handler.is_(None)
        rules += [mine, way.whole]
    for column, value in ((ROW.pace, wanted.level), (ROW.kind, wanted.kind), (ROW.drill, wanted.drill)):
        if value is not None:
            rules.append(column == value)
    return rules
