"""The demonstration plays everything in one town."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from i18n import words
from operate.demo import line
from operate.scenarios import SCENARIOS
from operate.scenarios.dutylog import DutyLog
from operate.scenarios.f10_false_alarm import F10
from operate.scenarios.f13_plain_low import F13
from operate.together import Together

if TYPE_CHECKING:
    from operate.town import Town


def test_there_are_thirteen_each_with_its_title_in_both_languages() -> None:
    assert [scenario.number for scenario in SCENARIOS] == list(range(1, 14))
    for language in ("sv", "en"):
        titles = {words(language, strict=True)(scenario.title) for scenario in SCENARIOS}
        assert len(titles) == 13


async def test_stories_side_by_side_end_as_they_do_alone(town: Town) -> None:
    both = Together(town.house, town.environment, town.cases, town.postman, playing=2)
    [alarm], [plain] = await asyncio.gather(both.play(F10), both.play(F13))
    log, other = await DutyLog.of(alarm), await DutyLog.of(plain)
    assert (log.closed, log.missed) == (("false_alarm", 7), {"alarm"})
    assert (other.closed, other.missed) == (("quiet_period", 21), {"triage"})
    said = line(F10, log, words("en"))
    for part in (alarm.ref, "F10", "False alarm", "Acute", "Low", "1 late", "Duty officer"):
        assert part in said
