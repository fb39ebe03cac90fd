"""F5, checked against domain §9: high for any violence; whoever is close to the suspect is kept out from the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from desk import look
from models.refusal import Refusal
from operate.scenarios.dutylog import DutyLog
from operate.scenarios.f05_colleague_politician import F05, KIN

if TYPE_CHECKING:
    from operate.town import Town


async def test_colleague_politician(town: Town) -> None:
    [case] = await F05.story(town)
    log = await DutyLog.of(case)

    # Thursday 16.10: chief, chief executive and head of office; not the board's chair, never his group leader.
    told = log.told("reported")
    assert (told["security_chief"], told["chief_executive"], told["chancellery_chief"]) == ("now", "now", "now")
    assert {"board_chair", "group_leader", "communicator", "presidium"} & log.roles == set()
    assert log.due("first_contact") == "Thu 20:10"

    # Conflict of interest: told once, before anybody knew; from then on there is no such case for that coordinator.
    blocked = log.after("role_blocked").seq
    assert max(one.seq for one in log.deliveries if one.recipient == KIN) < blocked
    with pytest.raises(Refusal, match="unknown_case"):
        await look.case(town.house, case.ref, KIN)
    with pytest.raises(Refusal, match="unknown_case"):
        await look.case(town.house, case.ref, "bjorkang-ordforande")

    # Not deferred at this level; below the floor only with the second person, who said no.
    assert case.refusals == [
        "unknown_case",
        "person_blocked",
        "urgent_not_deferred",
        "unknown_case",
        "reason_required",
        "same_person",
    ]
    assert log.levels == ["high"]
    assert log.after("risk_rejected").level == "high"
    assert log.after("police_consulted").police.status is None
    assert log.after("police_reported").police.decision == "reported_by_affected"

    assert log.missed == set()
    assert log.closed == ("quiet_period", 99)
