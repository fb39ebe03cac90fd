"""Many escalations fall due in the same minute: all are told, nobody twice, and the clock is not held up."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from models.stages.clock import Escalated, NoticeSent
from operate.town import a_town
from storage.messages import WAITING
from tests.channels.phone import Phone
from tests.reports import a_report
from tests.stories.alarm import CHIEF, a_quiet_monday, pages, queue, rungs, takers, takes, unreached

if TYPE_CHECKING:
    from pathlib import Path

    from operate.town import Town, TownCase

AT_ONCE = 20
"""Reports handed in at the same time."""
MINUTE = timedelta(minutes=1)


async def alarms(town: Town, number: int) -> list[TownCase]:
    """So many people are in danger at the same moment."""
    nine = await a_quiet_monday(town)
    cases: list[TownCase] = []
    while len(cases) < number:
        some = min(AT_ONCE, number - len(cases))
        told = (town.report(a_report(organisation="9002", danger_now=True), received=nine) for _ in range(some))
        cases += await asyncio.gather(*told)
    return cases


@pytest.mark.timeout(900)
@pytest.mark.parametrize("number", [40, pytest.param(500, marks=pytest.mark.slow)])
async def test_escalations_falling_due_in_the_same_minute_are_all_told_once_and_in_time(
    tmp_path: Path, number: int
) -> None:
    phone = Phone()
    async with a_town(tmp_path, {"outbox": phone}) as town:
        cases = await alarms(town, number)
        nine = (await cases[0].state()).reported
        await town.until(nine + 11 * MINUTE)
        await town.wait(minutes=1)
        for case in cases:
            assert await rungs(case) == [0], "each climbs once, on its own clock"
            events = await case.events()
            (climbed,) = [event for event in events if isinstance(event.data, Escalated) and event.data.kind == "alarm"]
            due = climbed.data.due  # type: ignore[union-attr]
            assert due == nine + 10 * MINUTE
            assert timedelta(0) <= climbed.recorded - due < MINUTE
            told = [e for e in events if isinstance(e.data, NoticeSent) and f".{climbed.seq}." in e.data.notice]
            assert len(told) == 1
            assert told[0].recorded - climbed.recorded < MINUTE
            assert await unreached(case) == []
        sent = Counter(said.id for said in phone.said)
        waiting = [one for one in await queue(town) if one.state in WAITING]
        assert waiting == []
        assert set(sent.values()) == {1}
        assert set(sent) == {one.id for one in await queue(town)}
        assert len(pages(phone)) >= 2 * number

        # Nothing is held up: whoever takes one stops that one, and the others climb on.
        await takes(town, cases[0], CHIEF)
        await town.wait(minutes=10)
        assert await takers(cases[0]) == [CHIEF]
        assert await rungs(cases[0]) == [0]
        assert [await rungs(case) for case in cases[1:]] == [[0, 1]] * (number - 1)
