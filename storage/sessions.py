"""Who is signed in. The browser holds a random value, we its hash: whoever reads the table can sign in as nobody."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from storage import tables

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.tables import Method

BYTES = 32
"""Of randomness in a cookie."""
MINUTE = timedelta(minutes=1)
"""How exactly it is known when somebody was last seen."""
UNKNOWN = "unknown"


class NoSession(LookupError):
    """There is no such session any more."""


@dataclass(frozen=True)
class Life:
    """How long somebody stays signed in."""

    idle: timedelta = timedelta(minutes=30)
    """Without doing anything."""
    most: timedelta = timedelta(hours=12)
    """Whatever they do."""


LIFE = Life()


@dataclass(frozen=True)
class Session:
    """Somebody is signed in in one browser."""

    id_hash: str
    user: str
    organisation: str
    created: datetime
    seen: datetime
    expires: datetime
    """Whatever happens."""
    method: Method
    proved: datetime
    """When they last proved who they are: what is delicate asks for it again."""
    browser: str = UNKNOWN
    """A word or two, never all that a browser says of itself."""
    hint: bytes | None = None
    """What the identity provider wants to hear at sign-out, sealed."""

    def alive(self, now: datetime, life: Life = LIFE) -> bool:
        """Whether it is still good."""
        return now < self.expires and now - self.seen < life.idle

    def proved_lately(self, now: datetime, within: timedelta = timedelta(minutes=10)) -> bool:
        """Whether they proved who they are a moment ago."""
        return now - self.proved < within


async def open(  # noqa: A001 - sessions.open is what it is
    session: AsyncSession,
    user: str,
    method: Method,
    now: datetime,
    *,
    browser: str = UNKNOWN,
    life: Life = LIFE,
    hint: bytes | None = None,
) -> tuple[str, Session]:
    """Sign somebody in; what their browser is to hold, and the session. Always a new one (never a value brought along).

    :raises NoSession: if nobody active has this code.
    """
    await session.execute(delete(tables.sessions).where(tables.sessions.c.expires <= now))
    people = tables.users.c
    organisation = await session.scalar(select(people.organisation).where(people.code == user, people.active))
    if organisation is None:
        raise NoSession
    cookie = secrets.token_urlsafe(BYTES)
    opened = Session(
        id_hash=hashed(cookie),
        user=user,
        organisation=organisation,
        created=now,
        seen=now,
        expires=now + life.most,
        method=method,
        proved=now,
        browser=browser,
        hint=hint,
    )
    await session.execute(insert(tables.sessions), _row(opened))
    return cookie, opened


async def resolve(session: AsyncSession, cookie: str, now: datetime, life: Life = LIFE) -> Session | None:
    """Whose browser this is, if they are signed in and still active. Changes nothing: see `is_stale`."""
    people, table = tables.users.c, tables.sessions
    query = (
        select(table)
        .join(tables.users, people.code == table.c.user)
        .where(table.c.hash == hashed(cookie), people.active, people.organisation == table.c.organisation)
    )
    row = (await session.execute(query)).mappings().one_or_none()
    found = row and _read(row)
    return found if found and found.alive(now, life) else None


def is_stale(found: Session, now: datetime) -> bool:
    """Whether they were last seen so long ago that it is worth a `touch`: not every page is worth a write."""
    return now - found.seen >= MINUTE


async def touch(session: AsyncSession, found: Session, now: datetime) -> None:
    """Note that they were seen; one that has ended meanwhile stays so."""
    await session.execute(update(tables.sessions).where(tables.sessions.c.hash == found.id_hash).values(seen=now))


async def rotate(session: AsyncSession, cookie: str, now: datetime, *, proved: bool = False) -> tuple[str, Session]:
    """Give the browser another value, so that one stolen earlier is worth nothing; the session goes on.

    :param proved: they have just proved who they are, once more.
    :raises NoSession: if there is none.
    """
    old = await resolve(session, cookie, now)
    if old is None:
        raise NoSession
    fresh = secrets.token_urlsafe(BYTES)
    table = tables.sessions
    changes = {"hash": hashed(fresh), "seen": now} | ({"proved": now} if proved else {})
    await session.execute(update(table).where(table.c.hash == old.id_hash).values(changes))
    found = await resolve(session, fresh, now)
    if found is None:
        raise NoSession
    return fresh, found


async def leave(session: AsyncSession, cookie: str) -> None:
    """End the session that a browser held until now, whoever's it was."""
    await session.execute(delete(tables.sessions).where(tables.sessions.c.hash == hashed(cookie)))


async def end(session: AsyncSession, id_hash: str, user: str) -> bool:
    """Sign somebody out in one browser, which must be theirs; whether there was anything to end."""
    table = tables.sessions.c
    gone = delete(tables.sessions).where(table.hash == id_hash, table.user == user).returning(table.hash)
    return bool((await session.execute(gone)).all())


async def end_all(session: AsyncSession, user: str, but: str | None = None) -> int:
    """Sign somebody out everywhere; in how many browsers.

    :param but: the hash of a session that stays: the one they say it from.
    """
    table = tables.sessions.c
    gone = delete(tables.sessions).where(table.user == user, table.hash != (but or "")).returning(table.hash)
    return len((await session.execute(gone)).all())


async def is_open(session: AsyncSession, id_hash: str) -> bool:
    """Whether a session has not been ended."""
    table = tables.sessions.c
    return await session.scalar(select(table.hash).where(table.hash == id_hash)) is not None


async def of(session: AsyncSession, user: str, now: datetime, life: Life = LIFE) -> list[Session]:
    """Where somebody is signed in, the latest first."""
    table = tables.sessions
    query = select(table).where(table.c.user == user).order_by(table.c.seen.desc(), table.c.hash)
    found = [_read(row) for row in (await session.execute(query)).mappings()]
    return [one for one in found if one.alive(now, life)]


def hashed(secret: str) -> str:
    """How a secret of ours is kept. It is random and long: a fast hash is enough, a guess is not."""
    return sha256(secret.encode()).hexdigest()


def _row(opened: Session) -> dict[str, object]:
    values = dict(opened.__dict__)
    return {"hash": values.pop("id_hash"), **values}


def _read(row: RowMapping) -> Session:
    values = dict(row)
    return Session(id_hash=values.pop("hash"), **values)
