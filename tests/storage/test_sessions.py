"""Sessions: only their browser knows them, they end by themselves, and they can be ended everywhere."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from storage import people, sessions, tables
from storage.sessions import LIFE, Life, NoSession
from storage.tables import Method
from tests.storage.town import DIRECTORY, NOON, Town

CHIEF, DUTY = "granvik-sakerhetschef", "granvik-tib"
MINUTE = timedelta(minutes=1)


async def opened(town: Town, user: str = CHIEF, life: Life = LIFE) -> tuple[str, sessions.Session]:
    async with town.database.writing() as session:
        return await sessions.open(session, user, Method.PASSKEY, NOON, life=life)


async def seen(town: Town, cookie: str, at: datetime, life: Life = LIFE) -> sessions.Session | None:
    """As a page does it."""
    async with town.database.reading() as session:
        found = await sessions.resolve(session, cookie, at, life)
    if found and sessions.is_stale(found, at):
        async with town.database.writing() as session:
            await sessions.touch(session, found, at)
    return found


async def test_the_table_alone_signs_nobody_in(town: Town) -> None:
    cookie, session_ = await opened(town)
    async with town.database.reading() as session:
        row = (await session.execute(select(tables.sessions))).one()
        assert cookie not in map(str, row)
        assert await sessions.resolve(session, row.hash, NOON) is None
        assert await sessions.resolve(session, cookie, NOON) == session_
    assert len(cookie) == 43  # 256 bits
    assert (session_.user, session_.organisation, session_.method) == (CHIEF, "9001", Method.PASSKEY)


async def test_whoever_does_nothing_for_half_an_hour_is_signed_out(town: Town) -> None:
    cookie, _ = await opened(town)
    assert await seen(town, cookie, NOON + LIFE.idle - MINUTE)
    # That was something: the half hour begins anew.
    assert await seen(town, cookie, NOON + 2 * (LIFE.idle - MINUTE))
    assert await seen(town, cookie, NOON + 2 * (LIFE.idle - MINUTE) + LIFE.idle) is None


async def test_after_twelve_hours_everybody_is_signed_out_whatever_they_do(town: Town) -> None:
    cookie, session_ = await opened(town)
    at = NOON
    while at < NOON + LIFE.most:
        assert await seen(town, cookie, at)
        at += 29 * MINUTE
    assert session_.expires == NOON + LIFE.most
    assert await seen(town, cookie, NOON + LIFE.most) is None


async def test_both_limits_are_the_installations_own(town: Town) -> None:
    short = Life(idle=timedelta(minutes=5), most=timedelta(minutes=12))
    cookie, _ = await opened(town, life=short)
    for minutes, known in ((4, True), (8, True), (11, True), (12, False)):
        found = await seen(town, cookie, NOON + minutes * MINUTE, short)
        assert bool(found) is known
    cookie, _ = await opened(town, life=short)
    assert await seen(town, cookie, NOON + 5 * MINUTE, short) is None


async def test_seen_is_written_once_a_minute_and_not_with_every_page(town: Town) -> None:
    cookie, _ = await opened(town)
    for seconds, minutes in ((59, 0), (60, 1), (119, 1), (120, 2)):
        await seen(town, cookie, NOON + timedelta(seconds=seconds))
        async with town.database.reading() as session:
            assert (await sessions.of(session, CHIEF, NOON))[0].seen == NOON + minutes * MINUTE


async def test_a_value_stolen_before_a_rotation_is_worth_nothing(town: Town) -> None:
    stolen, before = await opened(town)
    later = NOON + 20 * MINUTE
    async with town.database.writing() as session:
        fresh, after = await sessions.rotate(session, stolen, later, proved=True)
        assert await sessions.resolve(session, stolen, later) is None
        assert await sessions.resolve(session, fresh, later) == after
        with pytest.raises(NoSession):
            await sessions.rotate(session, stolen, later)
    # No rotation makes it live longer.
    assert (after.user, after.created, after.expires) == (before.user, before.created, before.expires)
    assert (before.proved, after.proved) == (NOON, later)
    assert not before.proved_lately(later)
    assert after.proved_lately(later + 9 * MINUTE)


async def test_somebody_signs_out_here_or_everywhere_and_nobody_else_does_it_for_them(town: Town) -> None:
    (here, one), (there, _), (other, others) = await opened(town), await opened(town), await opened(town, DUTY)
    async with town.database.writing() as session:
        assert not await sessions.end(session, others.id_hash, CHIEF)
        assert await sessions.end_all(session, CHIEF, but=one.id_hash) == 1
        assert await sessions.resolve(session, here, NOON)
        assert await sessions.resolve(session, there, NOON) is None
        assert await sessions.resolve(session, other, NOON)
        assert await sessions.end(session, one.id_hash, CHIEF)
        assert await sessions.resolve(session, here, NOON) is None
        assert await sessions.end_all(session, DUTY) == 1
        assert await sessions.of(session, DUTY, NOON) == []


async def test_whoever_leaves_the_organisation_is_signed_out_at_once(town: Town) -> None:
    cookie, _ = await opened(town)
    first = dict(DIRECTORY["organisations"][0])  # type: ignore[index]
    gone = first | {"people": [first["people"][0] | {"active": False}]}
    async with town.database.writing() as session:
        await people.load(session, town.ring, {"organisations": [gone]})
        assert await sessions.resolve(session, cookie, NOON) is None
        with pytest.raises(NoSession):
            await sessions.open(session, CHIEF, Method.PASSKEY, NOON)
        with pytest.raises(NoSession):
            await sessions.open(session, "nobody", Method.PASSKEY, NOON)


async def test_what_is_over_is_swept_away(town: Town) -> None:
    await opened(town)
    async with town.database.writing() as session:
        await sessions.open(session, DUTY, Method.DEMO, NOON + LIFE.most)
        assert [row.user for row in await session.execute(select(tables.sessions))] == [DUTY]


@pytest.mark.parametrize("nonsense", ["", "x" * 10_000, "å\x00", "' OR 1=1 --"])
async def test_nonsense_is_nobody(town: Town, nonsense: str) -> None:
    await opened(town)
    assert await seen(town, nonsense, NOON) is None
