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
from tests.engine import until
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


async def climbs_told(case: TownCase) -> int:
    """Of how many climbs of its alarm a case has heard that they reached somebody."""
    events = await case.events()
    climbs = [e.seq for e in events if isinstance(e.data, Escalated) and e.data.kind == "alarm"]
    told = [e.data.notice for e in events if isinstance(e.data, NoticeSent)]
    return len([notice for notice in told if any(f".{seq}." in notice for seq in climbs)])


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "number,within", [(15, MINUTE), pytest.param(500, 5 * MINUTE, marks=pytest.mark.slow)], ids=["15", "500"]
)
async def test_escalations_falling_due_in_the_same_minute_are_all_told_once_and_in_time(
    tmp_path: Path, number: int, within: timedelta
) -> None:
    """`within`: before the next rung would be due, even on a small machine that does much else."""
    phone = Phone()
    async with a_town(tmp_path, {"outbox": phone}) as town:
        cases = await alarms(town, number)
        nine = (await cases[0].state()).reported
        await town.until(nine + 10 * MINUTE)

        async def all_told() -> bool:
            await town.post()
            for case in cases:
                if await climbs_told(case) != 1:
                    return False
            return True

        await until(all_told, seconds=within.total_seconds())
        for case in cases:
            assert await rungs(case) == [0], "each climbs once, on its own clock"
            events = await case.events()
            (climbed,) = [event for event in events if isinstance(event.data, Escalated) and event.data.kind == "alarm"]
            due = climbed.data.due  # type: ignore[union-attr]
            assert due == nine + 10 * MINUTE
            assert timedelta(0) <= climbed.recorded - due < within
            assert await unreached(case) == []

        async def nothing_waits() -> bool:
            # What is no alarm has waited for them.
            await town.post()
            await town.postman.rest()
            return not [one for one in await queue(town) if one.state in WAITING]

        await until(nothing_waits, seconds=within.total_seconds())
        sent = Counter(said.id for said in phone.said)
        assert set(sent.values()) == {1}
        assert set(sent) == {one.id for one in await queue(town)}
        assert len(pages(phone)) >= 2 * number

        # Nothing is held up: whoever takes one stops that one, and the others climb on.
        await takes(town, cases[0], CHIEF)
        await town.until(nine + 20 * MINUTE)

        async def others_climbed() -> bool:
            return [await rungs(case) for case in cases[1:]] == [[0, 1]] * (number - 1)

        await until(others_climbed, seconds=within.total_seconds())
        assert await takers(cases[0]) == [CHIEF]
        assert await rungs(cases[0]) == [0]
