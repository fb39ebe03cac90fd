"""Calendars of others, from a file or fetched: whose they are, and what becomes of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, NamedTuple

import httpx2

from i18n.times import ZONE
from models.refusal import BadInput, Problem, Refusal
from models.rota import Override
from operate.people import roster
from storage import calendars, duty, people
from storage.calendars import LARGEST
from storage.duty import Absence, Pool

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from operate.house import House
    from storage.calendars import Booking

PATIENCE = 20.0
"""Seconds that a calendar on the network has to answer, from the first byte to the last."""


@dataclass(frozen=True)
class Refreshed:
    """What became of one feed: how many events stand now, or why the old ones stay."""

    whose: str
    events: int = 0
    trouble: BadInput | Refusal | None = None

    def document(self) -> dict[str, object]:
        """For programs."""
        trouble = self.trouble
        code = trouble.code if isinstance(trouble, Refusal) else trouble.problems[0].code if trouble else None
        return {"whose": self.whose, "events": self.events, "problem": code}


class Feed(NamedTuple):
    """A calendar on the network. The address is often a secret: never shown, never logged."""

    whose: str
    take: Callable[[House, str, bytes, datetime], Awaitable[int]]
    address: str


async def on_duty_from(house: House, pool: str, raw: bytes, now: datetime) -> int:
    """Let a calendar say who of a pool is on duty; how many events it has.

    :raises UnknownPool: if there is none.
    :raises BadInput: if the calendar cannot be read or names nobody known; nothing is changed then.
    :raises Refusal: `override_conflict`, if it has two people on duty at once.
    """
    async with house.database.writing() as session:
        before = await duty.get(session, house.ring, pool, lock=True)
        known = await _names(session, house, before)
        said = tuple(_override(one, known) for one in calendars.read(raw, now, before.zone))
        await duty.put(session, house.ring, before.changed(calendar=said))
    return len(said)


async def away_from(house: House, person: str, raw: bytes, now: datetime) -> int:
    """Let a calendar say when somebody is away; how many events it has. Raises `UnknownUser`, `BadInput`."""
    away = [Absence(starts=one.starts, ends=one.ends) for one in calendars.read(raw, now, ZONE)]
    async with house.database.writing() as session:
        await people.put_absences(session, person, away, duty.CALENDAR)
    return len(away)


async def take(house: House, raw: bytes, pool: str | None, person: str | None, now: datetime) -> int:
    """A calendar that says when a person is away, or else who of a pool is on duty; raises as those two do."""
    if person is not None:
        try:
            return await away_from(house, person, raw, now)
        except people.UnknownUser:
            raise BadInput(Problem(field="person", code="unknown_user", reason="nobody has this code")) from None
    async with house.database.reading() as session:
        code = (await roster.pool_for(session, house, pool)).code
    return await on_duty_from(house, code, raw, now)


async def refresh(house: House, now: datetime) -> list[Refreshed]:
    """Fetch every calendar that a pool or person names. One that fails changes nothing, and none waits for another."""
    async with house.database.reading() as session:
        found = [
            Feed(pool.code, on_duty_from, pool.feed) for pool in await duty.pools(session, house.ring) if pool.feed
        ]
        for organisation in await people.organisations(session):
            persons = (await people.directory(session, house.ring, organisation)).people
            found += [Feed(one.code, away_from, one.feed) for one in persons if one.feed and one.active]
    async with httpx2.AsyncClient(follow_redirects=True, timeout=PATIENCE) as client:
        return await asyncio.gather(*(_refreshed(house, client, feed, now) for feed in found))


async def _refreshed(house: House, client: httpx2.AsyncClient, feed: Feed, now: datetime) -> Refreshed:
    try:
        async with asyncio.timeout(PATIENCE):
            raw = await _fetched(client, feed.address)
        return Refreshed(feed.whose, await feed.take(house, feed.whose, raw, now))
    except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
        # The address stands in the error itself.
        silent = Problem(field=feed.whose, code="feed_out_of_reach", reason=type(error).__name__)
        return Refreshed(feed.whose, trouble=BadInput(silent))
    except (BadInput, Refusal) as error:
        return Refreshed(feed.whose, trouble=error)


async def _fetched(client: httpx2.AsyncClient, address: str) -> bytes:
    raw = b""
    async with client.stream("GET", address) as answer:
        answer.raise_for_status()
        async for piece in answer.aiter_bytes():
            raw += piece
            if len(raw) > LARGEST:
                break
    return raw


async def _names(session: AsyncSession, house: House, pool: Pool) -> dict[str, str]:
    """By which names a calendar may call the active people of a pool's organisations; an address of two is no name."""
    found: dict[str, set[str]] = {}
    for organisation in pool.organisations:
        for one in (await people.directory(session, house.ring, organisation)).people:
            for name in (one.code, one.email) if one.active else ():
                if name:
                    found.setdefault(name.lower(), set()).add(one.code)
    return {name: codes.pop() for name, codes in found.items() if len(codes) == 1}


def _override(booking: Booking, known: dict[str, str]) -> Override:
    person = next((known[name] for name in booking.names if name in known), None)
    if person is None:
        field = f"calendar {booking.starts.astimezone(UTC):%Y-%m-%dT%H:%MZ}"
        raise BadInput(Problem(field=field, code="unknown_user", reason="names nobody of the pool's organisations"))
    return Override(person=person, starts=booking.starts, ends=booking.ends)
