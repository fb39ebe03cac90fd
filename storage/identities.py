"""Whom an identity provider means: by issuer and subject, known from the first sign-in on, kept unreadable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from models.vocabulary.people import Role
from storage import people, tables

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.keys import KeyRing


class TakenAlready(LookupError):
    """The code belongs to somebody whom the provider knows as another."""


async def find(session: AsyncSession, ring: KeyRing, issuer: str, subject: str) -> str | None:
    """The code of the active person whom this subject was the last time; None if it never was here."""
    users, table = tables.users.c, tables.identities.c
    marks = [await _mark(session, ring, one, issuer, subject) for one in await people.organisations(session)]
    query = (
        select(table.user)
        .join(tables.users, users.code == table.user)
        .where(table.hash.in_([mark for mark in marks if mark]), users.active)
    )
    return await session.scalar(query)


async def bind(session: AsyncSession, ring: KeyRing, user: str, issuer: str, subject: str, now: datetime) -> None:
    """Know somebody by this subject from now on.

    :raises UnknownUser: if nobody active has the code.
    :raises TakenAlready: if they are known by another subject: whoever inherits a code is somebody else.
    """
    its, table = (await people.actor(session, user)).organisation, tables.identities
    mark = await _mark(session, ring, its, issuer, subject)
    known = (await session.execute(select(table.c.hash).where(table.c.user == user))).scalars().all()
    if mark is None or (known and mark not in known):
        raise TakenAlready(user)
    if known:
        await session.execute(update(table).where(table.c.hash == mark).values(used=now))
    else:
        row = {"hash": mark, "user": user, "organisation": its, "created": now, "used": now}
        await session.execute(insert(table), row)


async def forget(session: AsyncSession, user: str) -> None:
    """Let the provider introduce somebody anew."""
    await session.execute(delete(tables.identities).where(tables.identities.c.user == user))


async def put_roles(session: AsyncSession, user: str, held: Collection[Role], decided: Collection[Role]) -> bool:
    """Give somebody the roles the provider says, of those it decides about; others stay. Whether any changed."""
    actor, table = await people.actor(session, user), tables.roles
    wanted = (actor.roles - set(decided)) | (set(held) & set(decided))
    if wanted == actor.roles:
        return False
    await session.execute(delete(table).where(table.c.user == user))
    rows = [{"organisation": actor.organisation, "role": role, "user": user} for role in sorted(wanted)]
    if rows:
        await session.execute(insert(table), rows)
    return True


async def _mark(session: AsyncSession, ring: KeyRing, organisation: str, issuer: str, subject: str) -> str | None:
    try:
        key = await ring.key(session, f"org:{organisation}")
    except LookupError:  # an organisation without people has none
        return None
    return key.derive(f"identity:{len(issuer)}:{issuer}:{subject}").hex()
