"""F9, checked against domain §9: a matter, not a person; counted back from the day of the meeting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from operate.scenarios.dutylog import DutyLog
from operate.scenarios.f09_school_closure import F09
from operate.town import STOCKHOLM

if TYPE_CHECKING:
    from operate.town import Town


async def test_school_closure(town: Town) -> None:
    case, *incidents = await F09.story(town)
    log = await DutyLog.of(case)

    # Who prepares the meeting, and all group leaders: there is no personal data in it.
    told = log.told("reported")
    assert (told["chancellery_chief"], told["communicator"], told["group_leader"]) == ("now", "now", "headline")
    assert {"police_local", "chief_executive", "board_chair"} <= set(log.told("level_raised"))
    assert {"crisis_group", "occupational_health"} & log.roles == set()

    # Counted back from the end of 14 October: 14 days, 7 days, calls on day 0, 1 and 3, the lesson by the 28th.
    owed = log.owed("triaged")
    due = {key: one.due.astimezone(STOCKHOLM).strftime("%d %b %H:%M") for key, one in owed.items()}
    assert (due["sort_matter"], due["deep_assessment"]) == ("01 Oct 00:00", "08 Oct 00:00")
    assert due["meeting_plan"] == "08 Oct 00:00"  # Sjöliden wants it a week ahead; the standard says three days
    assert sorted(due[key] for key in due if key.startswith("check_in")) == [
        "15 Oct 00:00",
        "16 Oct 00:00",
        "18 Oct 00:00",
    ]
    assert due["evaluation"] == "29 Oct 00:00"

    # Two low incidents in the window, linked; the level of the matter is its own.
    assert {link.case for link in log.case.links} == {one.ref for one in incidents}
    for one in incidents:
        incident = await DutyLog.of(one)
        assert (incident.levels, incident.closed) == (["low"], ("registered_only", 0))
    assert case.refusals == ["grade_required", "stage_not_open"]
    assert (log.case.risk.grade, log.case.risk.conflict, log.levels) == ("high", "open_conflict", ["high"])
    assert log.missed == set()
    assert log.closed is not None
    assert log.closed[0] == "matter_decided"
