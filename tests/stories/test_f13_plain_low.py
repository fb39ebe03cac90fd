"""F13, checked against domain §9: low, in the daily digest, until a working day has passed and nobody has looked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operate.scenarios.dutylog import DutyLog, clock
from operate.scenarios.f13_plain_low import F13

if TYPE_CHECKING:
    from operate.town import Town


async def test_plain_low(town: Town) -> None:
    [case] = await F13.story(town)
    log = await DutyLog.of(case)

    # Tuesday 11.30: nobody is disturbed but the coordinators.
    assert log.told("reported") == {"security_coordinator": "now", "security_chief": "digest", "registrar": "digest"}
    assert log.due("triage") == "Wed 11:30"
    assert log.due("first_contact") == "Fri 10:43"  # as far into Granvik's short Friday as the report came on Tuesday
    assert log.due("police_decision") == "Tue 11:30"
    assert "evidence" not in log.owed()

    # A working day of silence: now the chief is told at once. The contact is still in time.
    assert log.escalations == [("triage", 0)]
    assert log.told("escalated") == {"security_coordinator": "now", "security_chief": "now"}
    assert clock(log.after("triaged").updated) == "Wed 13:00"

    # No police report, with the reason; closed when it stayed quiet: three weeks in Granvik.
    assert (log.case.police.decision, log.levels) == ("not_a_crime", ["low"])
    assert case.refusals == ["criteria_not_met"]
    assert log.closed == ("quiet_period", 21)
