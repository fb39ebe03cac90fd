"""The postman: what was found out is told, whoever dies meanwhile; nobody waits for anybody else's trouble."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update

from channels.contract import Message
from models.vocabulary.case import Urgency
from models.vocabulary.people import Role
from storage import messages, tables
from storage.tables import MessageKind, MessageState
from tests.activities.told import CHIEF, DUTY, all_of, notice, postman
from tests.channels.phone import Phone
from tests.storage.messages import queued
from tests.storage.town import NOON, Town


async def test_what_became_of_a_notice_is_said_again_to_a_case_that_may_not_have_heard_it(town: Town) -> None:
    case, _ = await town.opens()
    at_work = postman(town, Phone(dead=frozenset({CHIEF})))
    first = await at_work.deliver([notice(case)], NOON)
    # The worker died before its answer was heard: another one is asked the same.
    assert await postman(town, Phone()).deliver([notice(case)], NOON) == first
    assert [one.failure for one in first] == ["no_such_number"]


async def test_a_silent_line_keeps_no_round_waiting(town: Town) -> None:
    phone = Phone(silent=frozenset({CHIEF}))
    at_work = postman(town, phone)
    calm = {"channel": "outbox", "urgency": Urgency.NOW, "kind": MessageKind.DUTY_GAP, "case": None}
    async with town.database.writing() as session:
        await messages.queue(session, queued("first", **calm))
    (hanging,) = await at_work.begin(NOON)
    async with town.database.writing() as session:
        await messages.queue(session, queued("second", recipient=DUTY, **calm))
    (sent,) = await at_work.begin(NOON)
    await sent
    assert phone.rang == [DUTY]
    hanging.cancel()


async def test_an_address_that_cannot_be_read_keeps_nobody_else_waiting(town: Town) -> None:
    case, _ = await town.opens()
    phone = Phone(busy={CHIEF: 9, DUTY: 1})
    at_work = postman(town, phone)
    await at_work.deliver([notice(case, urgency=Urgency.NOW), notice(case, Role.DUTY_OFFICER, seq=2)], NOON)
    async with town.database.writing() as session:
        await session.execute(update(tables.users).where(tables.users.c.code == CHIEF).values(body=b"spoilt"))
    for minutes in (1, 11, 12):  # once it is time, the next channel is looked for as well
        await at_work.round(NOON + timedelta(minutes=minutes))
    spoilt, _ = await all_of(town)
    assert phone.rang == [DUTY]
    assert (spoilt.state, spoilt.reason) == (MessageState.FAILED, "contact_unreadable")


async def test_a_fault_in_a_channel_is_written_down_and_tried_again(town: Town) -> None:
    class Broken(Phone):
        async def send(self, message: Message) -> None:
            raise RuntimeError(message.id)

    case, _ = await town.opens()
    assert await postman(town, Broken()).deliver([notice(case)], NOON) == ()
    (kept,) = await all_of(town)
    assert (kept.state, kept.reason, kept.untold) == (MessageState.QUEUED, "channel_fault", False)
