"""One-time links: the first administrator, somebody invited, somebody who lost everything. Only a hash is kept."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from storage import accounts, tables
from storage.sessions import BYTES, hashed
from storage.tables import OpeningKind

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

LIFE = timedelta(hours=24)


@dataclass(frozen=True)
class Opening:
    """Whose account a link opens, and why."""

    user: str
    organisation: str
    kind: OpeningKind
    expires: datetime


async def make(
    session: AsyncSession, user: str, kind: OpeningKind, now: datetime, maker: str | None = None
) -> tuple[str, Opening]:
    """A link's secret part, and what it opens. Earlier links of this person open nothing any more.

    :param maker: who asked for it; None for whoever has the machine.
    :raises UnknownUser: if nobody active has the code.
    """
    account = await accounts.ensure(session, user)
    table, token = tables.openings, secrets.token_urlsafe(BYTES)
    await session.execute(delete(table).where(table.c.user == user, table.c.used.is_(None)))
    opening = Opening(user, account.organisation, kind, now + LIFE)
    row = {"hash": hashed(token), "created": now, "maker": maker, **opening.__dict__}
    await session.execute(insert(table), row)
    return token, opening


async def look(session: AsyncSession, token: str, now: datetime) -> Opening | None:
    """What a link would open: looking uses nothing up. None if it is used, too old, or none of ours."""
    people, table = tables.users.c, tables.openings.c
    query = (
        select(table.user, table.organisation, table.kind, table.expires)
        .join(tables.users, people.code == table.user)
        .where(table.hash == hashed(token), table.used.is_(None), table.expires > now, people.active)
    )
    row = (await session.execute(query)).one_or_none()
    return row and Opening(*row)


async def use(session: AsyncSession, token: str, now: datetime) -> Opening | None:
    """Use a link up: of two who try at once, one succeeds."""
    found, table = await look(session, token, now), tables.openings.c
    if found is None:
        return None
    used = update(tables.openings).where(table.hash == hashed(token), table.used.is_(None)).values(used=now)
    return found if (await session.execute(used.returning(table.hash))).all() else None
