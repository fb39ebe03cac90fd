"""When people are silent the clock is not: the ladder to the top, and the instant at which both act."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from operate.scenarios.dutylog import DutyLog
from tests.reports import a_report

if TYPE_CHECKING:
    from operate.town import Town

HANDLER, CHIEF = "nordmyra-samordnare", "nordmyra-sakerhetschef"


async def test_nobody_acts_and_it_climbs_to_the_top_which_hears_a_number_only(town: Town) -> None:
    await town.until_next("monday", "09:00")
    case = await town.report(a_report(organisation="9002", danger_now=True))
    await town.wait(hours=5)
    log = await DutyLog.of(case)
    rungs = [rung for key, rung in log.escalations if key == "triage"]
    assert rungs[:4] == [0, 1, 2, 3]  # at 100, 150, 200 and 300 per cent of half an hour
    top = {one.role: one.urgency for one in log.deliveries if one.role in {"chief_executive", "presidium"}}
    assert top == {"chief_executive": "page", "presidium": "count"}
    assert log.told("escalated", 1)["duty_officer"] == "page"

    # Somebody takes it: that duty is silent from then on.
    await case.does(CHIEF, "acknowledge")
    await case.does(CHIEF, "triage", outcome="open", level="acute")
    after = (await case.events())[-1].seq
    await town.wait(days=2)
    later = [event for event in await case.events() if event.seq > after and event.type == "escalated"]
    assert later
    assert {"alarm", "triage"} & {event.cause for event in later} == set()


async def test_an_officer_acts_at_the_very_instant_of_the_timer(town: Town) -> None:
    case = await town.report(a_report(organisation="9002"))
    due = next(one.due for one in await case.owed() if one.kind == "triage")
    await town.until(due)
    await asyncio.gather(
        case.does(HANDLER, "triage", outcome="open", level="low"),
        case.does(HANDLER, "contact_affected", outcome="reached"),
    )
    await town.wait(hours=6)
    log = await DutyLog.of(case)
    assert [event.seq for event in log.events] == list(range(1, len(log.events) + 1))
    assert [event.type for event in log.events].count("triaged") == 1
    assert [key for key, _ in log.escalations].count("triage") <= 1
    assert log.owed("triaged")["triage"].met is not None
