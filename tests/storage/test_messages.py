"""The life of a message: it goes forward, every step is written down, and one hand has it at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import messages
from storage.messages import LIFE, WAITING, UnknownMessage
from storage.tables import MessageState
from tests.storage.messages import queued
from tests.storage.town import NOON, Town

A_MINUTE = timedelta(minutes=1)
REACHED = [MessageState.SENT, MessageState.DELIVERED, MessageState.READ, MessageState.ACCEPTED]
"""In the order in which a message comes nearer."""
LOST = {MessageState.BOUNCED, MessageState.FAILED, MessageState.EXPIRED}
marks = st.lists(st.sampled_from(MessageState), max_size=12)
freely = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
numbers = iter(range(10**6))


async def lived(town: Town, told: list[MessageState]) -> tuple[list[bool], list[MessageState], messages.Sending]:
    """What each mark was answered with, all changes, and how the message stands in the end."""
    identity = f"m{next(numbers)}"
    async with town.database.writing() as session:
        await messages.queue(session, queued(identity))
        news = [
            await messages.mark(session, identity, state, NOON + step * A_MINUTE, f"r{step}")
            for step, state in enumerate(told, start=1)
        ]
        found = (await messages.changes(session, [identity]))[identity]
        return news, [change.state for change in found], await messages.get(session, identity)


@freely
@given(told=marks)
async def test_every_change_is_a_row_and_what_is_no_news_is_none(town: Town, told: list[MessageState]) -> None:
    news, changes, now = await lived(town, told)
    assert changes == [MessageState.QUEUED, *(state for state, new in zip(told, news, strict=True) if new)]
    assert now.state is changes[-1]
    last = max((step for step, new in enumerate(news, start=1) if new), default=0)
    assert (now.changed, now.reason) == (NOON + last * A_MINUTE, f"r{last}" if last else None)


@freely
@given(told=marks)
async def test_a_message_never_goes_back(town: Town, told: list[MessageState]) -> None:
    _, changes, _ = await lived(town, told)
    for before, after in pairwise(changes):
        assert before is not MessageState.ACCEPTED
        if before not in WAITING:
            assert after not in WAITING
            assert after is not before
        if before in REACHED and after in REACHED:
            assert REACHED.index(after) > REACHED.index(before)
        if before in LOST:
            assert after is MessageState.ACCEPTED
        if before is MessageState.READ:
            assert after is MessageState.ACCEPTED


@freely
@given(told=marks)
async def test_whoever_accepts_has_it_whatever_else_is_said_before_or_after(
    town: Town, told: list[MessageState]
) -> None:
    _, changes, now = await lived(town, told)
    assert changes.count(MessageState.ACCEPTED) == (MessageState.ACCEPTED in told)
    assert (now.state is MessageState.ACCEPTED) == (MessageState.ACCEPTED in told)


@freely
@given(told=marks)
async def test_its_case_is_to_hear_of_everything_but_waiting(town: Town, told: list[MessageState]) -> None:
    _, changes, now = await lived(town, told)
    assert now.untold == any(state not in WAITING for state in changes)
    async with town.database.writing() as session:
        await messages.told(session, [now])
        assert not (await messages.get(session, now.id)).untold


async def test_what_is_done_is_not_tried_again(town: Town) -> None:
    for state in set(MessageState) - set(WAITING):
        async with town.database.writing() as session:
            await messages.queue(session, queued(state))
            await messages.mark(session, state, state, NOON)
            assert not await messages.claim(session, state, NOON + A_MINUTE, NOON + 2 * A_MINUTE)
            assert (await messages.get(session, state)).next_try is None


async def test_queued_twice_it_is_one_message_whatever_became_of_it(town: Town) -> None:
    async with town.database.writing() as session:
        assert await messages.queue(session, queued("a"))
        await messages.mark(session, "a", MessageState.SENT, NOON + A_MINUTE)
        assert not await messages.queue(session, queued("a"))
        assert (await messages.get(session, "a")).state is MessageState.SENT
        assert len((await messages.changes(session, ["a"]))["a"]) == 2


async def test_of_many_hands_one_gets_it_until_its_time_is_over(town: Town) -> None:
    async with town.database.writing() as session:
        await messages.queue(session, queued("a"))

    async def claim(at: int) -> bool:
        async with town.database.writing() as session:
            return await messages.claim(session, "a", NOON + at * A_MINUTE, NOON + (at + 5) * A_MINUTE)

    assert sum(await asyncio.gather(*(claim(1) for _ in range(8)))) == 1
    assert [await claim(at) for at in (2, 5)] == [False, False]
    assert sum(await asyncio.gather(*(claim(6) for _ in range(4)))) == 1
    async with town.database.reading() as session:
        assert (await messages.get(session, "a")).attempts == 2


async def test_nobody_gets_it_before_its_next_try(town: Town) -> None:
    async with town.database.writing() as session:
        await messages.queue(session, queued("a"))
        assert await messages.claim(session, "a", NOON, NOON + A_MINUTE)
        again = NOON + 3 * A_MINUTE
        assert await messages.mark(session, "a", MessageState.QUEUED, NOON, "channel_silent", next_try=again)
        assert not await messages.claim(session, "a", again - A_MINUTE, again)
        assert await messages.claim(session, "a", again, again + A_MINUTE)


async def test_a_message_is_found_by_its_code_while_it_can_be_answered_and_by_nothing_ambiguous(town: Town) -> None:
    async with town.database.writing() as session:
        for identity, code in (("a", "ABC234"), ("b", "XYZ567"), ("c", "XYZ567"), ("d", "")):
            await messages.queue(session, queued(identity, code=code))
        assert (await messages.by_code(session, "ABC234", NOON)).id == "a"
        for code, at in (("ABC234", NOON + LIFE), ("XYZ567", NOON), ("", NOON), ("abc234", NOON)):
            with pytest.raises(UnknownMessage):
                await messages.by_code(session, code, at)


async def test_a_reference_is_the_mark_of_one_channel_alone(town: Town) -> None:
    async with town.database.writing() as session:
        await messages.queue(session, queued("a"))
        await messages.mark(session, "a", MessageState.SENT, NOON, reference="s123")
        await messages.mark(session, "a", MessageState.DELIVERED, NOON)
        assert (await messages.by_reference(session, "sms", "s123")).id == "a"
        for channel, reference in (("email", "s123"), ("sms", "s12"), ("sms", "")):
            with pytest.raises(UnknownMessage):
                await messages.by_reference(session, channel, reference)
        with pytest.raises(UnknownMessage):
            await messages.get(session, "b")


async def test_any_number_of_messages_can_be_asked_what_happened_to_them(town: Town) -> None:
    async with town.database.writing() as session:
        await messages.queue(session, queued("m1"))
        asked = [f"m{number}" for number in range(70_000)]
        found = await messages.changes(session, asked)
    assert [change.state for change in found["m1"]] == [MessageState.QUEUED]
    assert len(found) == len(asked)


async def test_what_somebody_has_in_hand_is_not_sent_by_another_because_it_is_asked_for(town: Town) -> None:
    async def code(_: str) -> str:
        return "ABC234"

    async with town.database.writing() as session:
        await messages.queue(session, queued("m1"))
        assert await messages.claim(session, "m1", NOON, NOON + timedelta(minutes=1))
        assert await messages.again(session, "m1", NOON, code) == "m1"
        assert not await messages.claim(session, "m1", NOON, NOON + timedelta(minutes=1))
