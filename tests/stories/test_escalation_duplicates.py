"""Duplicate notices: an activity tried again, a worker that dies with a message in hand, two workers at one queue."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from models.notices import notices
from operate.hands import postman_for
from operate.scenarios.dutylog import DutyLog
from operate.town import a_town
from storage.messages import WAITING
from storage.tables import MessageState
from tests.channels.phone import Phone
from tests.stories.alarm import CHIEF, TIB, an_alarm, latest, leaves, queue, takers, takes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from channels.contract import Message
    from models.notices import Notice
    from operate.town import Town, TownCase


class Deadly(Phone):
    """Whoever uses it for an alarm dies: before the other side has the message, or after."""

    def __init__(self, when: str = "never") -> None:
        super().__init__()
        self.when = when

    async def send(self, message: Message) -> None:
        """Ring somebody, as long as one lives."""
        deadly = message.recipient == TIB
        if deadly and self.when == "before":
            raise asyncio.CancelledError
        await super().send(message)
        if deadly and self.when == "after":
            raise asyncio.CancelledError


@pytest.fixture
def phone() -> Deadly:
    return Deadly()


@pytest.fixture
async def town(tmp_path: Path, phone: Phone, database_url: str) -> AsyncIterator[Town]:
    async with a_town(tmp_path, {"outbox": phone}, database_url) as town:
        yield town


async def told_of(case: TownCase) -> list[Notice]:
    """What the report of a case had the worker tell."""
    log = await DutyLog.of(case)
    return notices(log.events[0], log.states[0], log.routine)


def most(phone: Phone) -> int:
    """How often the message that came most often came."""
    return max(Counter((said.recipient, said.body) for said in phone.said).values())


async def test_duplicate_notices_an_activity_run_twice_tells_nobody_twice(town: Town, phone: Phone) -> None:
    case = await an_alarm(town)
    await town.wait(seconds=10)
    told, said = await told_of(case), len(phone.said)
    now = await town.now()
    await town.postman.deliver(told, now)
    for notice in told:  # as after a failure of all together
        await town.postman.deliver([notice], now)
    another = postman_for(town.house, {"outbox": phone})  # another worker
    await another.deliver(told, now)
    await another.round(now)
    await town.wait(minutes=2)
    assert len(phone.said) == said
    assert len(await queue(town)) == len({one.id for one in await queue(town)}) == said


async def test_duplicate_notices_an_activity_run_twice_is_answered_twice_and_heard_once(
    town: Town, phone: Phone
) -> None:
    phone.dead = frozenset({CHIEF})
    await leaves(town, TIB)
    case = await an_alarm(town)
    await town.wait(seconds=10)
    before = await case.events()
    outcomes = await town.postman.deliver(await told_of(case), await town.now())
    assert {one.failure for one in outcomes} == {None, "no_such_number", "nobody_holds_role"}
    await town.cases.hear(case.ref, outcomes)
    await town.wait(seconds=10)
    assert [one.seq for one in await case.events()] == [one.seq for one in before]


async def test_a_worker_that_dies_before_the_channel_has_it_leaves_it_to_the_next_who_sends_it_once(
    town: Town, phone: Deadly
) -> None:
    phone.when = "before"
    case = await an_alarm(town)
    await town.wait(seconds=10)
    assert TIB not in phone.rang
    assert (await latest(town, case, TIB)).state is MessageState.SENDING
    phone.when = "never"
    another = postman_for(town.house, {"outbox": phone})
    await another.round(await town.now())  # it is still in the dead one's hand
    assert TIB not in phone.rang
    await town.wait(minutes=1)
    await another.round(await town.now())
    await town.wait(minutes=1)
    assert most(phone) == 1
    assert phone.rang.count(TIB) >= 1
    assert not [one for one in await queue(town) if one.state in WAITING]
    await takes(town, case, TIB)
    assert await takers(case) == [TIB]


async def test_a_worker_that_dies_between_sending_and_recording_sends_the_same_message_once_more_at_most(
    town: Town, phone: Deadly
) -> None:
    phone.when = "after"
    case = await an_alarm(town)
    await town.wait(seconds=10)
    phone.when = "never"
    await town.postman.deliver(await told_of(case), await town.now())  # the engine has another worker do it again
    assert phone.rang.count(TIB) == 1
    await town.wait(minutes=2)
    twice = [identity for identity, times in Counter(said.id for said in phone.said).items() if times > 1]
    first = [said for said in phone.said if said.id in twice]
    # Nobody can know whether it was taken. By its id, a channel that can tell does not take it twice.
    assert [said.recipient for said in first] == [TIB, TIB]
    assert first[0].model_dump() == first[1].model_dump()
    assert (await latest(town, case, TIB)).state is MessageState.SENT


async def test_two_workers_at_one_queue_send_each_message_once(town: Town, phone: Phone) -> None:
    phone.down = True
    case = await an_alarm(town)
    await town.wait(seconds=10)
    phone.down = False
    await town.wait(minutes=1)
    phone.down = True
    await case.does(CHIEF, "escalate", rung=3, text="Behöver beslut om skydd.")
    await town.wait(seconds=10)
    waiting = [one for one in await queue(town) if one.state in WAITING]
    assert len(waiting) > 1
    phone.down = False
    workers = [postman_for(town.house, {"outbox": phone}) for _ in range(4)]
    later = max(one.next_try or one.queued for one in waiting)
    await asyncio.gather(*(worker.round(later) for worker in workers))
    assert max(Counter(said.id for said in phone.said).values()) == 1
    assert {one.id for one in waiting} <= {said.id for said in phone.said}
