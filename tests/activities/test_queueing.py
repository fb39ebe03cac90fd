"""From notices to messages: once, however often it is tried."""

import pytest

from activities.queueing import Warned, queue_next_way, queue_notices, queue_warning
from activities.writing import Unsendable, write
from models.vocabulary.people import Role
from storage import tables
from storage.tables import MessageKind, MessageState
from tests.activities.told import CHIEF, DUTY, all_of, notice
from tests.storage.town import NOON, Town


async def test_what_was_queued_together_is_not_queued_once_more_when_each_is_tried_by_itself(town: Town) -> None:
    case, _ = await town.opens()
    # Both roles are one person's: the notices travel together.
    both = [notice(case, Role.DUTY_OFFICER), notice(case, Role.DEPUTY)]
    for told in (both, both, both[:1], both[1:]):
        async with town.database.writing() as session:
            await queue_notices(session, town.ring, told, {"outbox"}, NOON)
    assert len(await all_of(town)) == 1


@pytest.mark.parametrize("body", [None, b"{}", b"[]", b"no json", b'{"name": 7}'], ids=str)
async def test_whoever_s_addresses_cannot_be_read_is_out_of_reach_alone(town: Town, body: bytes | None) -> None:
    case, _ = await town.opens()
    users = tables.users
    async with town.database.writing() as session:
        key = await town.ring.key(session, "org:9001")
        kept = b"not even encrypted" if body is None else key.encrypt(body, f"user/{CHIEF}")
        await session.execute(users.update().where(users.c.code == CHIEF).values(body=kept))
        told = [notice(case), notice(case, Role.DUTY_OFFICER)]
        queued = await queue_notices(session, town.ring, told, {"outbox"}, NOON)
        gap = Warned(MessageKind.DUTY_GAP, "9001", CHIEF, "2026-03-02")
        assert not await queue_warning(session, town.ring, gap, {"outbox"}, NOON)
    assert [one.recipient for one in queued.messages] == [DUTY]
    (lost,) = [one for one in await all_of(town) if one.recipient == CHIEF]
    assert (lost.state, lost.reason, lost.next_try) == (MessageState.FAILED, "contact_unreadable", None)
    async with town.database.writing() as session:
        assert await queue_next_way(session, town.ring, lost, {"outbox"}, NOON) is None


async def test_a_message_to_somebody_whose_addresses_can_no_longer_be_read_says_so(town: Town) -> None:
    case, _ = await town.opens()
    users = tables.users
    async with town.database.writing() as session:
        (sending,) = (await queue_notices(session, town.ring, [notice(case)], {"outbox"}, NOON)).messages
        await session.execute(users.update().where(users.c.code == CHIEF).values(body=b"x"))
        with pytest.raises(Unsendable, match="contact_unreadable"):
            await write(session, town.ring, sending, "https://varna.example", "varna@granvik.example")
