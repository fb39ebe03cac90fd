"""F12, checked against domain §9: unknown is an answer and becomes a task; what it did to the person is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operate.scenarios.dutylog import DutyLog
from operate.scenarios.f12_vague import F12

if TYPE_CHECKING:
    from operate.town import Town


async def test_vague(town: Town) -> None:
    [case] = await F12.story(town)
    log = await DutyLog.of(case)

    # Monday 09.00, raised by the need of support.
    assert log.told("reported") == {
        "security_coordinator": "now",
        "security_chief": "now",
        "chancellery_chief": "digest",
        "registrar": "now",
    }
    assert log.due("first_contact") == "Tue 09:00"
    assert log.due("assessment") == "Thu 09:00"
    assert log.due("support_plan") == "Mon 09:00"

    # Not reached is not a contact; until there is more to go on, nothing is assessed.
    assert log.owed("contact_attempted")["first_contact"].met is None
    assert case.refusals == ["stage_not_open", "criteria_not_met"]
    assert log.due("information", "information_asked") == "Thu 12:00"
    assert log.after("risk_assessed").risk.confidence == "low"
    assert log.after("information_complete").tasks[0].done is not None

    # What it led to is asked again: from leaving to none.
    assert "considers_leaving" in log.after("affected_contacted").incident.consequences
    assert log.case.incident.consequences == ("none",)
    assert log.levels == ["raised"]
    assert log.missed == set()
    assert log.closed == ("quiet_period", 39)
    assert {measure.kind: measure.state for measure in log.case.measures} == {
        "counselling": "ended",
        "peer_support": "standing",
    }
