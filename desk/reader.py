"""Somebody who reads: who they are, in each organisation they act in, and a look that shows them no other's rows."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from models.message import Actor
from storage import duty, people
from storage.database import confine

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.desk import Desk

    Person = Actor | str | None
    """Who looks: somebody with the roles held at home, or their code; None is the installation's operator."""


@asynccontextmanager
async def everywhere(
    desk: Desk, person: Actor | str, now: datetime
) -> AsyncIterator[tuple[AsyncSession, tuple[Actor, ...]]]:
    """A transaction for reading, and the person in each organisation they act in, home first.

    On PostgreSQL no row of any other organisation is there, but for the cases that are offered to these.

    :raises UnknownUser: if nobody active has the code.
    """
    async with desk.database.reading() as session:
        actors = await duty.everywhere(session, await _at_home(session, person), now)
        await confine(session, {one.organisation for one in actors})
        yield session, actors


async def towards(session: AsyncSession, person: Actor | str, ref: str, now: datetime) -> Actor:
    """Somebody in the organisation of a case; from here on the transaction is theirs. Raises `UnknownUser`."""
    home = await _at_home(session, person)
    actor = await duty.acting(session, home, ref.partition("-")[0], now)
    await confine(session, {home.organisation, actor.organisation})
    return actor


async def _at_home(session: AsyncSession, person: Actor | str) -> Actor:
    return person if isinstance(person, Actor) else await people.actor(session, person)
