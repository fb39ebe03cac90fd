"""The postman: what was found out is told, whoever dies meanwhile; nobody waits for anybody else's trouble."""

from __future__ import annotations

import asyncio

from activities.queueing import queue_notices
from models.vocabulary.people import Role
from tests.activities.told import CHIEF, DUTY, all_of, notice, postman
from tests.channels.phone import Phone
from tests.storage.town import NOON, Town


async def test_what_became_of_a_notice_is_said_again_to_a_case_that_may_not_have_heard_it(town: Town) -> None:
    case, _ = await town.opens()
    at_work = postman(town, Phone(dead=frozenset({CHIEF})))
    first = await at_work.deliver([notice(case)], NOON)
    # The worker died before its answer was heard: another one is asked the same.
    assert await postman(town, Phone()).deliver([notice(case)], NOON) == first
    assert [one.failure for one in first] == ["no_such_number"]
