"""Engine or database away: the caller is told in time, nothing is half-done, and the work goes on by itself after."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desk.intake import accept, start
from storage.database import OutOfReach
from tests import postgres
from tests.engine import Installation, installation
from tests.failure.officers import (
    OFFICER,
    SHORT,
    alive,
    assert_nothing_lost_or_doubled,
    begin,
    command,
    events_of,
    insist,
    note,
    report,
)
from tests.reports import a_report
from workflows.client import EngineOutOfReach

MOMENT = timedelta(seconds=1)


@pytest.mark.slow
async def test_a_report_is_kept_while_the_engine_is_down_and_its_case_starts_by_itself(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        await running.stop(running.engine)
        kept = [await report(running) for _ in range(3)]
        with pytest.raises(EngineOutOfReach):
            await running.house.cases()
        await running.start(running.engine)
        await alive(running, *kept)
        assert len(set(kept)) == 3
        for ref in kept:
            assert (await events_of(running, ref))[0].type == "reported"


@pytest.mark.slow
async def test_an_action_while_the_engine_is_down_is_answered_as_such_and_done_once_when_sent_again(
    tmp_path: Path,
) -> None:
    async with installation(tmp_path) as running:
        ref = await begin(running)
        await alive(running, ref)
        at = await running.cases()
        await running.stop(running.engine)
        with pytest.raises(EngineOutOfReach):
            await at.act(ref, note("n1"), OFFICER, SHORT)
        await running.start(running.engine)
        first = await insist(at, ref, note("n1"))
        assert await insist(at, ref, note("n1")) == first
        await assert_nothing_lost_or_doubled(running, ref, ["n1"])


async def test_a_report_started_twice_and_by_many_at_once_is_one_case(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        accepted = await accept(running.house, a_report(), datetime.now(UTC), "key")
        again = await accept(running.house, a_report(), datetime.now(UTC), "key")
        assert (again.case, again.repeated) == (accepted.case, True)
        at = await running.cases()
        await asyncio.gather(*(start(running.house, at, one) for one in [accepted, again] * 5))
        await alive(running, accepted.case)
        await insist(at, accepted.case, note("n1"))
        events = await assert_nothing_lost_or_doubled(running, accepted.case, ["n1"])
        assert [event.type for event in events].count("reported") == 1


@asynccontextmanager
async def locked(running: Installation) -> AsyncIterator[None]:
    """Another program holds the database's write lock."""
    holder = sqlite3.connect(running.settings.home / "varna.db", isolation_level=None)
    try:
        holder.execute("BEGIN IMMEDIATE")
        yield
    finally:
        holder.close()


@pytest.mark.slow
async def test_a_locked_database_keeps_an_action_waiting_and_it_is_recorded_once_when_free(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        ref = await begin(running)
        await alive(running, ref)
        at = await running.cases()
        await insist(at, ref, note("before"))
        async with locked(running):
            with pytest.raises(EngineOutOfReach, match="perhaps accepted"):
                await at.act(ref, note("n1"), OFFICER, MOMENT)
            with pytest.raises(OutOfReach):
                await report(running)
            assert "n1" not in [event.cause for event in await events_of(running, ref)]
        receipt = await insist(at, ref, note("n1"))
        assert await insist(at, ref, note("n1")) == receipt
        await assert_nothing_lost_or_doubled(running, ref, ["before", "n1"])


@pytest.mark.slow
async def test_postgresql_stopped_in_the_middle_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    with postgres.server() as server:
        url = server.address(server.create())
        async with installation(tmp_path, database_url=url) as running:
            ref = await begin(running)
            await alive(running, ref)
            at = await running.cases()
            await insist(at, ref, note("before"))
            server.stop()
            began = asyncio.get_running_loop().time()
            with pytest.raises(EngineOutOfReach, match="perhaps accepted"):
                await at.act(ref, note("n1"), OFFICER, SHORT)
            with pytest.raises(OutOfReach):
                await report(running)
            assert asyncio.get_running_loop().time() - began < 20
            server.start()
            receipt = await insist(at, ref, note("n1"))
            assert await insist(at, ref, note("n1")) == receipt
            kept = await report(running)
            await alive(running, kept)
            await insist(at, ref, command("triage", "t1", outcome="open", level="low"))
            await assert_nothing_lost_or_doubled(running, ref, ["before", "n1"])


async def test_a_caller_who_goes_away_is_not_told_that_the_engine_did(tmp_path: Path) -> None:
    async with installation(tmp_path, start=("engine",)) as running:
        ref, at = await begin(running), await running.cases()
        asking = asyncio.create_task(at.act(ref, note("n1"), OFFICER))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asking, MOMENT.total_seconds())
        assert asking.cancelled()
