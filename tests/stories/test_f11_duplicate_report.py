"""F11, checked against domain §9: two reports, one incident, one case; a wrong merge is undone and nothing is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operate.scenarios.dutylog import DutyLog, clock
from operate.scenarios.f11_duplicate_report import F11

if TYPE_CHECKING:
    from operate.town import Town


async def test_duplicate_report(town: Town) -> None:
    case, seen, leaflets = await F11.story(town)
    log, witness, other = [await DutyLog.of(one) for one in (case, seen, leaflets)]

    # Saturday 13.20, outside office hours: the duty officer is told and acts.
    assert log.told("reported")["duty_officer"] == "now"
    assert (log.due("first_contact"), log.due("police_decision")) == ("Sat 17:20", "Sun 13:20")
    assert clock(log.after("police_decided").updated)[:3] == "Sat"

    # Merged, and unmerged: both stand in the ledger, the case has the two reports that belong to it.
    kinds = [event.type for event in log.events]
    assert (kinds.count("report_merged"), kinds.count("report_unmerged")) == (2, 1)
    assert log.case.reports == (log.states[0].reports[0], witness.states[0].reports[0])
    assert witness.closed == ("duplicate", 0)
    assert [link.reason for link in witness.case.links] == ["same_incident"]

    # The third report kept its own case all the time.
    assert other.closed == ("registered_only", 0)
    assert other.case.reports == other.states[0].reports

    # The police had it already; one number for both.
    assert log.after("police_decided", 2).police.decision == "already_reported"
    assert case.refusals == ["report_merged", "criteria_not_met"]
    assert log.levels == ["high"]
    assert log.missed == set()
    assert log.closed == ("actor_prosecuted", 97)
