"""F8, checked against domain §9: no police report is a normal outcome with a reason, and is offered again each time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.stages.support import FollowedUp
from operate.scenarios.dutylog import DutyLog, clock
from operate.scenarios.f08_declines_police import COLLEAGUE, F08

if TYPE_CHECKING:
    from operate.town import Town


async def test_declines_police(town: Town) -> None:
    [case] = await F08.story(town)
    log = await DutyLog.of(case)

    # Wednesday 09.40: a veiled threat is presumed high until somebody has looked; then raised.
    assert (log.level("reported"), log.level("triaged")) == ("high", "raised")
    assert log.due("first_contact", "triaged") == "Thu 09:40"
    assert log.due("police_decision", "triaged") == "Sat 09:40"

    # Declined: only with a reason; then there is no report to follow up, and no clock for one.
    assert case.refusals == ["decline_reason_required", "no_police_report"]
    assert log.case.police.decision == "declined_by_affected"
    assert log.case.police.status is None
    assert not any(key.startswith("police_status_check") for key in log.owed("police_decided"))

    # The call of the seventh day was forgotten: the handler and the chief are told, a colleague takes over.
    assert log.escalations == [("follow_up.P7D", 0)]
    assert set(log.told("escalated")) == {"handler", "security_chief"}
    assert clock(log.after("followed_up").updated) == "Wed 14:40"
    assert log.case.handler == COLLEAGUE

    # Offered again at 7, 30 and 90 days.
    calls = [event.data for event in log.events if isinstance(event.data, FollowedUp)]
    assert len(calls) == 3
    assert all(call.police_offered_again for call in calls)
    assert {"communicator", "occupational_health"} & set(log.told("triaged")) == set()
    assert log.closed == ("affected_declines", 98)
