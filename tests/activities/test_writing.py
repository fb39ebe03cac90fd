"""What a message holds at the moment of sending."""

import pytest

from activities.queueing import queue_notices
from activities.writing import write
from models.vocabulary.case import Urgency
from tests.activities.told import all_of, notice
from tests.storage.town import NOON, Town


@pytest.mark.parametrize("urgency", [Urgency.COUNT, Urgency.PAGE])
async def test_whoever_is_only_told_how_many_cannot_see_which_anywhere(town: Town, urgency: Urgency) -> None:
    case, _ = await town.opens()
    async with town.database.writing() as session:
        await queue_notices(session, town.ring, [notice(case, urgency=urgency)], {"outbox"}, NOON)
    (sending,) = await all_of(town)
    async with town.database.reading() as session:
        message = await write(session, town.ring, sending, "https://varna.example", "varna@granvik.example")
    counted = urgency is Urgency.COUNT
    assert (case.ref in message.model_dump_json(exclude={"id"})) is not counted
    assert ("https://" in message.model_dump_json()) is not counted
