"""Calendars fetched from the network: one that fails changes nothing, and says so without its address."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from operate.fictitious import load_fictitious
from operate.house import House
from operate.people import feeds
from operate.people.feeds import Refreshed
from settings import Settings
from storage import duty, people
from storage.database import Database
from storage.keys import KeyRing

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CALENDAR = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//y//SV
BEGIN:VEVENT
UID:1
DTSTART:20260302T080000Z
DTEND:20260303T080000Z
SUMMARY:sjoliden-tib
END:VEVENT
END:VCALENDAR
""".replace(b"\n", b"\r\n")


@asynccontextmanager
async def published(answers: dict[str, bytes]) -> AsyncIterator[str]:
    """A server on loopback with these whole answers by path; a path that is not there gets silence."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        if path in answers:
            writer.write(answers[path])
            await writer.drain()
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def ok(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


@pytest.fixture
async def house(database: Database, ring: KeyRing) -> House:
    house = House.around(Settings(), database, ring)
    await load_fictitious(house)
    return house


async def subscribe(house: House, pool: str, person: str) -> None:
    document = f"""
    [[organisations]]
    code = "9004"
    name = "Björkängs kommun"
    kind = "municipality"
    [[organisations.people]]
    code = "bjorkang-tib"
    name = "Tora"
    roles = ["duty_officer"]
    feed = "{person}"
    [[pools]]
    code = "sjobjork-tib"
    role = "duty_officer"
    organisations = ["9003", "9004"]
    feed = "{pool}"
    """
    async with house.database.writing() as session:
        await people.load(session, house.ring, tomllib.loads(document))


async def standing(house: House) -> tuple[list[str], int]:
    async with house.database.reading() as session:
        pool = await duty.get(session, house.ring, "sjobjork-tib")
        away = await duty.absences(session, ["bjorkang-tib"])
    return [one.person for one in pool.calendar], len(away.get("bjorkang-tib", []))


async def test_calendars_of_pools_and_people_are_fetched_and_what_they_say_holds(house: House) -> None:
    async with published({"/jour": ok(CALENDAR), "/ledig": ok(CALENDAR)}) as address:
        await subscribe(house, f"{address}/jour", f"{address}/ledig")
        assert await feeds.refresh(house, NOW) == [Refreshed("sjobjork-tib", 1), Refreshed("bjorkang-tib", 1)]
    assert await standing(house) == (["sjoliden-tib"], 1)


@pytest.mark.parametrize(
    "bad, problem",
    [
        (ok(b"", "500 Broken"), "feed_out_of_reach"),
        (ok(b"", "404 Gone"), "feed_out_of_reach"),
        (b"nonsense\r\n\r\n", "feed_out_of_reach"),
        (ok(CALENDAR)[:-100], "feed_out_of_reach"),
        (ok(b"<html>sign in</html>"), "calendar"),
        (ok(CALENDAR.replace(b"sjoliden-tib", b"nobody")), "unknown_user"),
        (ok(b"BEGIN:VCALENDAR\r\n" + b"X" * 2_000_000), "calendar"),
        (None, "feed_out_of_reach"),
    ],
)
async def test_a_calendar_that_fails_leaves_what_held_and_stops_no_other(
    house: House, monkeypatch: pytest.MonkeyPatch, bad: bytes | None, problem: str
) -> None:
    monkeypatch.setattr(feeds, "PATIENCE", 0.5)
    answers = {"/jour": ok(CALENDAR), "/ledig": ok(CALENDAR)}
    async with published(answers) as address:
        await subscribe(house, f"{address}/jour", f"{address}/ledig")
        await feeds.refresh(house, NOW)
        if bad is None:
            del answers["/jour"]
        else:
            answers["/jour"] = bad
        answers["/ledig"] = ok(CALENDAR.replace(b"END:VEVENT", b"STATUS:CANCELLED\r\nEND:VEVENT"))
        pool, person = await feeds.refresh(house, NOW)
    assert pool.document() == {"whose": "sjobjork-tib", "events": 0, "problem": problem}
    assert address not in str(pool.trouble)
    assert person == Refreshed("bjorkang-tib", 0)
    assert await standing(house) == (["sjoliden-tib"], 0)


async def test_nothing_to_fetch_is_no_trouble(house: House) -> None:
    assert await feeds.refresh(house, NOW) == []
