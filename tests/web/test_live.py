"""The stream behind the list: it tells everybody of their own cases, at once, and nobody of any other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select, update

from storage import sessions, tables
from storage.database import Database
from storage.sessions import hashed
from tests import postgres
from tests.web import city as cities
from tests.web.city import City, Visitor
from tests.web.deeds import does
from tests.web.stories import ALICE, BOB, CHARLIE, KAJ, PIM, RUT, SAM
from web.live import MOST, Watch
from web.pages import live

LIVE = "/arenden/live"


@dataclass
class Stream:
    """An open stream, read as a browser reads it."""

    answer: httpx2.Response
    lines: asyncio.Queue[str | None]

    async def line(self, within: float = 10) -> str | None:
        """The next line; None at the end."""
        async with asyncio.timeout(within):
            return await self.lines.get()

    async def event(self, within: float = 10) -> tuple[str, str] | None:
        """The name and the data of the next event; None at the end of the stream."""
        said: dict[str, str] = {}
        async with asyncio.timeout(within):
            while "data" not in said:
                line = await self.lines.get()
                if line is None:
                    return None
                name, _, value = line.partition(": ")
                said[name] = value
        assert await self.line() == ""
        return said["event"], said["data"]

    async def silent(self, within: float = 2.5) -> bool:
        """Whether nothing at all is said, not even a sign of life."""
        try:
            return await self.line(within) is None
        except TimeoutError:
            return True


@asynccontextmanager
async def opened(visitor: Visitor, query: str = "", **options: Any) -> AsyncIterator[Stream]:
    """A stream, from after its greeting."""
    async with visitor.stream("GET", LIVE + query, timeout=30, **options) as answer:
        assert answer.status_code == 200
        stream = Stream(answer, asyncio.Queue())

        async def read() -> None:
            async for line in answer.aiter_lines():
                stream.lines.put_nowait(line)
            stream.lines.put_nowait(None)

        reading = asyncio.create_task(read())
        try:
            assert [await stream.line(), await stream.line()] == ["retry: 5000", ""]
            yield stream
        finally:
            reading.cancel()
            with suppress(asyncio.CancelledError, httpx2.HTTPError):
                await reading


@asynccontextmanager
async def listening(visitor: Visitor, query: str = "") -> AsyncIterator[Stream]:
    """A stream that has told what its list shows now."""
    async with opened(visitor, query) as stream:
        told = await stream.event()
        assert told is not None
        assert told[0] == "changed"
        yield stream


async def hears(stream: Stream, *, within: float = 5) -> str:
    """The stream tells that there is something new; the mark of what."""
    told = await stream.event(within)
    assert told is not None
    assert told[0] == "changed"
    return told[1]


async def test_whoever_may_see_the_case_hears_at_once_and_nobody_else_hears_anything(own_city: City) -> None:
    async with AsyncExitStack() as stack:
        streams = {}
        for who in (BOB, CHARLIE, SAM, RUT):
            visitor = await stack.enter_async_context(own_city.visitor(who))
            if who == SAM:
                assert (await visitor.get(LIVE)).status_code == 204
                continue
            streams[who] = await stack.enter_async_context(listening(visitor))
        await own_city.begins("alarm")
        for who in (BOB, RUT):
            await hears(streams[who])
        assert await streams[CHARLIE].silent()


async def test_it_is_told_on_postgresql_too(postgres_server: postgres.Server, tmp_path: Path) -> None:
    url = postgres_server.address(postgres_server.create())
    refs = await cities.build(tmp_path, url)
    async with (
        cities.opened(tmp_path, refs, url) as own,
        own.visitor(BOB) as bob,
        listening(bob) as his,
        own.visitor(CHARLIE) as charlie,
        listening(charlie) as hers,
    ):
        await own.begins("alarm")
        await hears(his, within=5)
        assert await hers.silent()


async def test_whoever_is_kept_out_of_a_case_or_not_named_hears_nothing_of_it(own_city: City) -> None:
    barred, secret = own_city.ref("blocked"), own_city.ref("protected")
    async with AsyncExitStack() as stack:
        streams = {}
        for who in (ALICE, PIM, KAJ, BOB):
            visitor = await stack.enter_async_context(own_city.visitor(who))
            streams[who] = await stack.enter_async_context(listening(visitor))
        await does(own_city, PIM, "assign", barred, handler=KAJ)
        for who in (PIM, KAJ, BOB):
            await hears(streams[who])
        assert await streams[ALICE].silent()
        await does(own_city, BOB, "contact_affected", secret, outcome="reached")
        for who in (ALICE, BOB):
            await hears(streams[who])
        assert await streams[KAJ].silent()


async def test_what_does_not_show_in_the_list_is_not_told(own_city: City) -> None:
    async with (
        own_city.visitor(BOB) as bob,
        listening(bob) as every,
        own_city.visitor(KAJ) as kaj,
        listening(kaj, "?view=mine") as his,
    ):
        await does(own_city, BOB, "add_note", own_city.ref("triaged"), text="Ringde.")
        assert await every.silent()
        await does(own_city, BOB, "assign", own_city.ref("triaged"), handler=ALICE)
        await hears(every)
        assert await his.silent()
        await does(own_city, BOB, "assign", own_city.ref("triaged"), handler=KAJ)
        await hears(his)


async def test_a_browser_that_has_seen_it_already_is_not_told_again(own_city: City) -> None:
    async with own_city.visitor(BOB) as bob:
        async with listening(bob) as stream:
            await own_city.begins("alarm")
            mark = await hears(stream)
        async with opened(bob, f"?seen={mark}") as again:
            assert await again.silent()
        async with opened(bob, headers={"Last-Event-ID": mark}) as again:
            assert await again.silent()


async def test_it_is_a_stream_that_proxies_let_through_and_nothing_keeps(city: City) -> None:
    async with city.visitor(BOB) as bob, listening(bob) as stream:
        told = stream.answer.headers
    assert told["content-type"].startswith("text/event-stream")
    assert told["x-accel-buffering"] == "no"
    assert told["cache-control"] == "no-store"


async def test_a_sign_of_life_comes_while_nothing_happens(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT", 0.2)
    async with city.visitor(BOB) as bob, listening(bob) as stream:
        assert await stream.line() == ": alive"


async def test_nobody_signed_in_has_no_stream_and_does_not_come_back(city: City) -> None:
    async with city.visitor() as nobody:
        assert (await nobody.get(LIVE)).status_code == 204


async def test_it_ends_with_the_session_and_tells_nothing_after_it(own_city: City) -> None:
    async with own_city.visitor(BOB, fresh=True) as bob, listening(bob) as stream:
        async with own_city.house.database.writing() as session:
            assert await sessions.end_all(session, BOB) == 1
        await own_city.begins("alarm")
        assert await stream.event(within=3) == ("ended", "signed_out")
        assert await stream.event() is None


async def test_it_ends_for_somebody_who_has_left(own_city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT", 0.2)
    async with own_city.visitor(BOB) as bob, listening(bob) as stream:
        async with own_city.house.database.writing() as session:
            await session.execute(update(tables.users).where(tables.users.c.code == BOB).values(active=False))
        assert await stream.event() == ("ended", "signed_out")


async def test_a_stream_keeps_nobody_signed_in_and_a_page_that_looks_again_does_not_either(own_city: City) -> None:
    async def seen() -> datetime:
        async with own_city.house.database.reading() as session:
            its = tables.sessions.c
            found = await session.execute(select(its.seen).where(its.hash == hashed(bob.cookies["varna-session"])))
            return datetime.fromisoformat(found.scalar_one().isoformat())

    async with own_city.visitor(BOB, fresh=True) as bob:
        long_ago = datetime.now(UTC) - timedelta(minutes=20)
        async with own_city.house.database.writing() as session:
            await session.execute(update(tables.sessions).values(seen=long_ago))
        async with bob.stream("GET", LIVE, headers={"Sec-Fetch-Mode": "cors"}):
            await bob.get("/arenden", headers={"Sec-Fetch-Mode": "cors"})
        assert await seen() == long_ago
        await bob.get("/arenden", headers={"Sec-Fetch-Mode": "navigate"})
        assert await seen() > long_ago


async def test_one_page_too_many_and_the_oldest_is_told_no_longer(city: City) -> None:
    async with city.visitor(BOB) as bob, city.visitor(KAJ) as kaj, AsyncExitStack() as stack:
        other = await stack.enter_async_context(listening(kaj))
        streams = [await stack.enter_async_context(listening(bob)) for _ in range(MOST + 1)]
        assert await streams[0].event() == ("ended", "enough")
        assert await streams[1].silent(0.5)
        assert await other.silent(0.5)


async def test_the_pages_close_at_once_though_somebody_listens(
    built: tuple[Path, dict[str, list[str]]], tmp_path: Path
) -> None:
    home, refs = built
    clock = asyncio.get_running_loop().time
    async with AsyncExitStack() as stack:
        async with cities.opened(cities.copied(home, tmp_path), refs) as own:
            bob = await stack.enter_async_context(own.visitor(BOB))
            stream = await stack.enter_async_context(listening(bob))
            asked = clock()
        assert clock() - asked < 5
        assert await stream.event() == ("ended", "enough")


async def test_nobody_looks_while_nobody_listens(database: Database) -> None:
    watch = Watch(database, pace=0.01)
    with watch.listening("bo", {"9001"}) as one, watch.listening("cia", {"9002"}):
        assert watch._task is not None
        await one.stirs(5)
    assert watch._task is None
    watch.close()
    with watch.listening("bo", {"9001"}) as late:
        assert not late.open


async def test_a_database_out_of_reach_makes_nobody_blind_for_good() -> None:
    nowhere = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    watch = Watch(nowhere, pace=0.01)
    with watch.listening("bo", {"9001"}) as one:
        await one.stirs(0.3)
        assert watch._task is not None
        assert not watch._task.done()
    await nowhere.close()
