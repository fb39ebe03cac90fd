"""F6, checked against domain §9: the clock towards the person runs on finding out who it is; nobody is given away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operate.scenarios.dutylog import DutyLog, clock
from operate.scenarios.f06_anonymous_reporter import F06

if TYPE_CHECKING:
    from operate.town import Town


async def test_anonymous_reporter(town: Town) -> None:
    case, source = await F06.story(town)
    first, own = await DutyLog.of(source), await DutyLog.of(case)

    # Wednesday 12.40: high, low confidence; four hours to find out who, no clock towards somebody nobody knows.
    assert first.level("reported") == "high"
    assert first.due("identify_affected") == "Wed 16:40"
    assert {"first_contact", "support_plan", "follow_up.P3D"} & set(first.owed()) == set()
    assert first.due("information", "information_asked") == "Wed 17:20"
    assert first.after("risk_assessed").risk.confidence == "low"
    assert "group_leader" not in first.roles

    # Silence: the coordinators and the chief are told when the four hours are over, and the chief asks.
    assert first.escalations == [("identify_affected", 0), ("information", 0)]
    assert set(first.told("escalated")) == {"security_coordinator", "security_chief"}
    assert clock(first.after("information_complete").updated) == "Wed 18:20"

    # Now the clocks towards the person run.
    assert first.due("first_contact", "affected_identified") == "Wed 22:20"
    assert source.refusals == ["affected_unknown", "only_chief_closes"]
    assert first.closed == ("registered_only", 0)

    # A case of its own, the report its source; police the same day.
    assert [(link.case, link.reason) for link in own.case.links] == [(source.ref, "source")]
    assert clock(own.after("police_decided").updated)[:3] == "Wed"
    assert own.missed == set()
    assert own.levels == ["high"]
    assert own.closed == ("quiet_period", 100)
