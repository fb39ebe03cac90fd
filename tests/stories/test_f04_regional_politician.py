"""F4, checked against domain §9: two organisations, one case; a hand-over that nobody answers comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operate.scenarios.dutylog import DutyLog, clock
from operate.scenarios.f04_regional_politician import F04

if TYPE_CHECKING:
    from operate.town import Town


async def test_regional_politician(town: Town) -> None:
    case, matter = await F04.story(town)
    log, prevention = await DutyLog.of(case), await DutyLog.of(matter)

    # Monday 08.30: the region's own routine; the presidium hears that the meeting is concerned, not who is threatened.
    told = log.told("reported")
    assert {role: told[role] for role in ("security_chief", "duty_officer", "chief_executive", "communicator")} == (
        dict.fromkeys(("security_chief", "duty_officer", "chief_executive", "communicator"), "now")
    )
    assert (told["presidium"], told["board_chair"], told["legal_counsel"]) == ("headline", "headline", "digest")
    assert told["registrar"] == "now"
    assert "group_leader" not in log.roles
    assert (log.due("first_contact"), log.due("assessment")) == ("Mon 12:30", "Mon 20:30")
    assert log.due("police_decision") == "Tue 08:30"

    # The hand-over: not without consent; offered, unanswered for an hour, and the case is wholly the region's again.
    assert case.refusals == ["consent_required", "not_allowed", "unknown_case"]
    offered = log.after("handed_over")
    assert (offered.hand_over.to if offered.hand_over else "") == "9001"
    assert (log.owed("handed_over")["handover"].due - offered.updated).seconds // 60 in (59, 60)
    assert log.after("handover_returned").hand_over is None
    assert log.told("handover_returned") == {"handler": "now", "security_chief": "now"}
    assert log.escalations == [("handover", 0)]
    assert all(code.startswith("vasterlund-") for code in log.people)

    # The matter has a case of its own, without a person, linked to this one.
    assert [(link.case, link.reason) for link in log.case.links] == [(matter.ref, "same_matter")]
    assert prevention.told("reported")["chancellery_chief"] == "now"
    assert prevention.told("triaged") == {}
    assert {"police_local", "board_chair", "chief_executive"} <= set(prevention.told("level_raised"))
    calls = [clock(one.due) for one in prevention.owed("triaged").values() if one.kind == "check_in"]
    assert calls == ["Thu 00:00", "Fri 00:00", "Sun 00:00"]
    assert (prevention.missed, prevention.closed) == (set(), ("matter_decided", 9))

    assert log.levels == ["high"]
    assert log.closed == ("quiet_period", 99)
