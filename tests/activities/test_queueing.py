"""From notices to messages: once, however often it is tried."""

from activities.queueing import queue_notices
from models.vocabulary.people import Role
from tests.activities.told import all_of, notice
from tests.storage.town import NOON, Town


async def test_what_was_queued_together_is_not_queued_once_more_when_each_is_tried_by_itself(town: Town) -> None:
    case, _ = await town.opens()
    # Both roles are one person's: the notices travel together.
    both = [notice(case, Role.DUTY_OFFICER), notice(case, Role.DEPUTY)]
    for told in (both, both, both[:1], both[1:]):
        async with town.database.writing() as session:
            await queue_notices(session, town.ring, told, {"outbox"}, NOON)
    assert len(await all_of(town)) == 1
