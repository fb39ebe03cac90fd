"""A short stay at one's own report: the code opens it, then the browser holds a random value, and we its hash."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from storage import tables
from storage.sessions import BYTES, hashed

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

IDLE = timedelta(minutes=30)
"""Without doing anything."""
MOST = timedelta(hours=4)
"""Whatever they do."""
MINUTE = timedelta(minutes=1)

_TABLE = tables.receipt_sessions


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody with the receipt code looks at their report, in one browser."""

    hash: str
    report: str
    organisation: str
    created: datetime
    seen: datetime
    expires: datetime


async def open(session: AsyncSession, report: str, organisation: str, now: datetime) -> str:  # noqa: A001 - receipts.open
    """Let somebody in who has shown the code; what their browser is to hold."""
    await session.execute(delete(_TABLE).where((_TABLE.c.expires <= now) | (_TABLE.c.seen <= now - IDLE)))
    cookie = secrets.token_urlsafe(BYTES)
    times = {"created": now, "seen": now, "expires": now + MOST}
    row = {"hash": hashed(cookie), "report": report, "organisation": organisation, **times}
    await session.execute(insert(_TABLE), row)
    return cookie


async def resolve(session: AsyncSession, cookie: str, now: datetime) -> Stay | None:
    """Whose browser this is; None once it has been too long. Changes nothing: see `is_stale`."""
    row = (await session.execute(select(_TABLE).where(_TABLE.c.hash == hashed(cookie)))).one_or_none()
    stay = row and Stay(*row)
    return stay if stay and now < stay.expires and now - stay.seen < IDLE else None


def is_stale(stay: Stay, now: datetime) -> bool:
    """Whether they were last seen so long ago that it is worth a `touch`."""
    return now - stay.seen >= MINUTE


async def touch(session: AsyncSession, stay: Stay, now: datetime) -> None:
    """Note that they were seen."""
    await session.execute(update(_TABLE).where(_TABLE.c.hash == stay.hash).values(seen=now))


async def end(session: AsyncSession, cookie: str) -> None:
    """It is over; a second time changes nothing."""
    await session.execute(delete(_TABLE).where(_TABLE.c.hash == hashed(cookie)))
