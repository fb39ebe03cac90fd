"""A receipt code finds its report however it is typed, and what a browser then holds is good for a short while."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from storage import receipts, reports, tables
from storage.database import Database
from storage.keys import KeyRing
from storage.receipts import IDLE, MOST
from storage.reports import Accepted, UnknownReport, tidy
from tests.storage.town import NOON, found, report


@pytest.fixture
async def accepted(database: Database, ring: KeyRing) -> Accepted:
    await found(database, ring)
    async with database.writing() as session:
        return await reports.accept(session, ring, report(), NOON)


async def test_the_code_finds_its_report_however_it_is_typed(database: Database, accepted: Accepted) -> None:
    code = accepted.receipt_code
    lazy = code.replace("-", " ").lower().replace("0", "o").replace("1", "l")
    async with database.reading() as session:
        for typed in (code, code.replace("-", ""), f"  {code.lower()}\n", lazy, lazy.replace("l", "i")):
            held = await reports.by_receipt(session, typed)
            assert (held.report, held.case, held.received) == (accepted.report, accepted.case, NOON)
        assert await reports.held(session, accepted.report) == held


@pytest.mark.parametrize("typed", ["", "-", "0000-0000-0000-0000", "x" * 5000, "å" * 16, "%00", "' OR 1=1"])
async def test_any_other_code_finds_nothing(database: Database, accepted: Accepted, typed: str) -> None:
    assert accepted.receipt_code
    async with database.reading() as session:
        with pytest.raises(UnknownReport):
            await reports.by_receipt(session, typed)


@given(st.text(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_code_that_is_tidy_stays_as_it_is(typed: str) -> None:
    assert tidy(tidy(typed)) == tidy(typed)


async def test_what_the_browser_holds_is_not_what_we_keep(database: Database, accepted: Accepted) -> None:
    async with database.writing() as session:
        cookie = await receipts.open(session, accepted.report, "9001", NOON)
    async with database.reading() as session:
        rows = [tuple(row) for row in await session.execute(select(tables.receipt_sessions))]
        stay = await receipts.resolve(session, cookie, NOON)
        assert await receipts.resolve(session, cookie + "x", NOON) is None
    assert len(rows) == 1
    assert cookie not in repr(rows)
    assert accepted.receipt_code not in repr(rows)
    assert stay is not None
    assert (stay.report, stay.organisation) == (accepted.report, "9001")


async def test_it_ends_when_nobody_does_anything_or_at_the_latest_in_the_end(
    database: Database, accepted: Accepted
) -> None:
    async with database.writing() as session:
        cookie = await receipts.open(session, accepted.report, "9001", NOON)
        assert await receipts.resolve(session, cookie, NOON + IDLE - timedelta(seconds=1))
        assert await receipts.resolve(session, cookie, NOON + IDLE) is None
        at = NOON
        while at < NOON + MOST - IDLE / 2:
            at += IDLE / 2
            stay = await receipts.resolve(session, cookie, at)
            assert stay is not None
            assert receipts.is_stale(stay, at)
            await receipts.touch(session, stay, at)
        assert await receipts.resolve(session, cookie, NOON + MOST) is None


async def test_whoever_ends_it_has_ended_it_and_old_ones_are_swept_away(database: Database, accepted: Accepted) -> None:
    async with database.writing() as session:
        first = await receipts.open(session, accepted.report, "9001", NOON)
        second = await receipts.open(session, accepted.report, "9001", NOON)
        await receipts.end(session, first)
        assert await receipts.resolve(session, first, NOON) is None
        assert await receipts.resolve(session, second, NOON)
        await receipts.open(session, accepted.report, "9001", NOON + IDLE)
        assert len((await session.execute(select(tables.receipt_sessions))).all()) == 1
