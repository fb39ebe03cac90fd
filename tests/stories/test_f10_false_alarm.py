"""F10, checked against domain §9: rung until somebody answers; acute to low in three hours, by two persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operate.scenarios.dutylog import DutyLog, clock
from operate.scenarios.f10_false_alarm import F10

if TYPE_CHECKING:
    from operate.town import Town


async def test_false_alarm(town: Town) -> None:
    [case] = await F10.story(town)
    log = await DutyLog.of(case)

    # Monday 17.35: paged at once, again after ten minutes, and after two misses the next ones.
    assert log.told("reported")["duty_officer"] == "page"
    assert log.due("alarm") == "Mon 17:45"
    assert [(clock(log.after("escalated", n).updated), log.told("escalated", n)) for n in (1, 2)] == [
        ("Mon 17:45", {"duty_officer": "page"}),
        ("Mon 17:55", {"deputy": "page", "security_chief": "page"}),
    ]
    assert clock(log.after("acknowledged").updated) == "Mon 17:56"
    assert log.missed == {"alarm"}
    assert {log.due(key) for key in ("triage", "first_contact", "police_decision")} == {"Mon 18:05"}
    assert {log.due(key) for key in ("assessment", "protection")} == {"Mon 19:35"}

    # Three hours later: a tracker. The chief proposes, the chief executive agrees, only then is it low.
    assert (log.level("risk_assessed", 2), log.level("risk_approved")) == ("acute", "low")
    assert clock(log.after("risk_approved").updated) == "Mon 20:35"
    assert log.levels == ["acute", "low"]

    # Closed at once as a false alarm, after the offer of a call; what was still owed is named.
    assert log.closed == ("false_alarm", 7)
    assert log.case.measures[0].settled
