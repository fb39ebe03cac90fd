"""F2, checked against domain §9: high on day 0, raised on day 3 by the chief in writing; support does not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operate.scenarios.dutylog import DutyLog, clock
from operate.scenarios.f02_online_pile_on import F02

if TYPE_CHECKING:
    from operate.town import Town


async def test_online_pile_on(town: Town) -> None:
    [case] = await F02.story(town)
    log = await DutyLog.of(case)

    # Tuesday 09.10, in office hours: the duty officer sleeps on.
    told = log.told("reported")
    assert {role: told[role] for role in ("security_chief", "communicator", "chancellery_chief", "board_chair")} == {
        "security_chief": "now",
        "communicator": "now",
        "chancellery_chief": "now",
        "board_chair": "headline",
    }
    assert {"duty_officer", "group_leader", "presidium", "crisis_group"} & log.roles == set()

    # Four hours to the first contact and the evidence, the police the same day, and the storm's own four checks.
    assert (log.due("first_contact"), log.due("evidence")) == ("Tue 13:10", "Tue 13:10")
    assert (log.due("assessment"), log.due("police_decision")) == ("Wed 09:10", "Wed 09:10")
    checks = [clock(one.due) for one in log.owed().values() if one.kind == "online_storm"]
    assert checks == ["Wed 09:10", "Thu 09:10", "Fri 09:10", "Tue 09:10"]
    assert {"online_storm.P1D", "online_storm.P2D", "online_storm.P3D", "online_storm.P7D"} <= log.met

    # Lowered on day 3, with a written reason, by the head of security alone.
    assert log.levels == ["high", "raised"]
    assert clock(log.after("level_lowered").updated) == "Fri 10:10"
    assert case.refusals == ["reason_required", "only_chief_lowers"]

    # Support goes on while the police are silent.
    silent = log.events[log.after("police_decided").seq : log.after("police_final").seq]
    assert [event.type for event in silent].count("followed_up") >= 5
    assert {"support_agreed", "measure_updated"} <= {event.type for event in silent}

    assert log.missed == set()
    assert log.closed == ("quiet_period", 99)
    assert log.case.police.status == "discontinued"
    assert {measure.kind: measure.state.value for measure in log.case.measures} == {
        "communication_filter": "standing",
        "online_removal": "ended",
        "counselling": "ended",
    }
