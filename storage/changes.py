"""What moves in the lists: asked once a second while somebody watches, so it must cost next to nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from storage import tables

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    Whose = tuple[str, str | None]
    """An organisation, and the one its cases are offered to."""
    Marks = dict[Whose, tuple[int, int]]

LATE = timedelta(minutes=15)
"""How long after it was decided something may still be recorded; later, it is seen at the next look at the list."""


async def marks(session: AsyncSession, since: datetime) -> Marks:
    """What has changed since then, summed up: any further event of a case makes a sum another."""
    row = tables.cases.c
    query = (
        select(row.organisation, row.handed_to, func.count(), func.sum(row.seq))
        .where(row.updated > since)
        .group_by(row.organisation, row.handed_to)
    )
    return {(whose, to): (cases, int(seq)) for whose, to, cases, seq in await session.execute(query)}


def differ(before: Marks, after: Marks) -> set[str]:
    """The organisations in whose cases something happened, or to whom one of them is or was offered."""
    moved = {whose for whose, mark in [*before.items(), *after.items()] if before.get(whose) != after.get(whose)}
    return {organisation for whose in moved for organisation in whose if organisation}
