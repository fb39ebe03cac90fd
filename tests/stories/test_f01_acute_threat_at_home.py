"""F1, checked against domain §9: who was told at once, every deadline of the night, two persons to lower, closure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operate.scenarios.dutylog import DutyLog, clock
from operate.scenarios.f01_acute_threat_at_home import F01

if TYPE_CHECKING:
    from operate.town import Town


async def test_acute_threat_at_home(town: Town) -> None:
    [case] = await F01.story(town)
    log = await DutyLog.of(case)

    # Friday 22.40. Everybody who must know is told at once; the group leader only once she agreed.
    assert clock(log.after("reported").reported) == "Fri 22:40"
    assert log.told("reported") == {
        "security_coordinator": "page",
        "security_chief": "page",
        "duty_officer": "page",
        "chief_executive": "now",
        "board_chair": "headline",
        "chancellery_chief": "now",
        "occupational_health": "task",
        "crisis_group": "task",
        "communicator": "now",
        "registrar": "now",
    }
    assert clock(log.deliveries[0].queued) == "Fri 22:40"
    assert log.told("consent_given") == {"group_leader": "now"}
    assert "presidium" not in log.roles

    # The deadlines of the night.
    assert {key: log.due(key) for key in ("alarm", "triage", "first_contact", "police_decision")} == {
        "alarm": "Fri 22:50",
        "triage": "Fri 23:10",
        "first_contact": "Fri 23:10",
        "police_decision": "Fri 23:10",
    }
    assert {log.due(key) for key in ("assessment", "protection", "evidence")} == {"Sat 00:40"}
    assert log.due("first_support") == "Sat 02:40"
    assert {log.due(key) for key in ("four_eyes", "police_reference", "support_plan")} == {"Sat 22:40"}
    calls = [one for one in log.owed().values() if one.kind == "follow_up"]
    assert [clock(one.due) for one in calls[:3]] == ["Sat 22:40", "Sun 22:40", "Mon 22:40"]
    assert [str(one.term) for one in calls] == ["P1D", "P2D", "P3D", "P7D", "P14D", "P30D", "P90D", "P180D"]

    # Level: acute at once, high on Monday by two persons, raised after a month.
    assert log.levels == ["acute", "high", "raised"]
    assert clock(log.after("risk_assessed", 4).updated).startswith("Mon")
    assert (log.level("risk_assessed", 4), log.level("risk_approved", 4)) == ("acute", "high")

    # Nobody lowers alone, nobody closes before the family was told a week ahead.
    assert case.refusals == ["only_chief_lowers", "same_person", "criteria_not_met"]
    assert log.missed == set()

    # Closed half a year later, when the restraining order had run out.
    assert log.closed == ("actor_prosecuted", 194)
    assert log.case.police.status == "final_judgment"
    assert {"restraining_order.-P30D", "restraining_order.-P7D"} <= log.met
    assert all(measure.settled for measure in log.case.measures)
