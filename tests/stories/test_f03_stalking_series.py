"""F3, checked against domain §9: raised, then high; a logbook, a contact each month; reopened once, nothing lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operate.scenarios.dutylog import DutyLog, clock
from operate.scenarios.f03_stalking_series import F03

if TYPE_CHECKING:
    from operate.town import Town


async def test_stalking_series(town: Town) -> None:
    case, again = await F03.story(town)
    log = await DutyLog.of(case)

    # Monday 10.00, and silence: the ladder climbs from the coordinators and the chief to the deputy, who acts.
    assert log.level("reported") == "raised"
    assert (log.due("triage"), log.due("first_contact")) == ("Tue 10:00", "Tue 10:00")
    assert [rung for obligation, rung in log.escalations if obligation == "triage"] == [0, 1]
    assert set(log.told("escalated", 1)) == {"security_coordinator", "security_chief"}
    assert "deputy" in log.told("escalated", 5)
    assert clock(log.after("triaged").updated) == "Wed 09:00"

    # The series: a logbook from day 1, monthly contact, and with the fifth time the level is high.
    assert {"stalking_logbook", "stalking_contact.1"} <= set(log.owed())
    assert log.levels[:2] == ["raised", "high"]
    assert log.after("report_merged").last_incident == log.after("report_merged").updated
    assert len(log.case.reports) == 2
    assert (await DutyLog.of(again)).closed == ("duplicate", 0)

    # The breach: handler, chief and duty officer are paged at once, and the risk is looked at anew.
    assert log.told("restraining_order_breached") == {
        "handler": "page",
        "security_chief": "page",
        "duty_officer": "page",
    }
    assert log.after("restraining_order_breached").last_incident == log.after("restraining_order_breached").updated
    assert any(key.startswith("reassess_on_change") for key in log.met)

    # The preschool is told only with consent; nobody closes before all is quiet, and nothing is done in a closed case.
    assert case.refusals == ["consent_required", "stage_not_open", "case_closed", "criteria_not_met"]

    # Closed after the order ran out; reopened once: the same case, its history before it, all clocks anew.
    first = log.after("closed").seq
    assert (log.after("closed").updated - log.states[0].reported).days >= 395
    reopened = log.after("reopened")
    assert (reopened.reopenings, reopened.level) == (1, "high")
    assert [event.seq for event in log.events] == list(range(1, len(log.events) + 1))
    assert log.states[first - 1].closed
    assert clock(log.owed("reopened")["first_contact/2"].started) == clock(reopened.updated)
    assert log.missed == {"triage", "first_contact", "evidence", "stalking_logbook"}
    assert log.closed is not None
    assert log.closed[0] == "quiet_period"
    assert (log.case.updated - log.case.last_incident).days >= 180
