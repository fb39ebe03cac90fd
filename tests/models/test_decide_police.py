"""Police: the decision, its reference, what the police say, a restraining order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from models.vocabulary.case import StageState
from models.vocabulary.police import PoliceStatus
from tests.models.cases import answer, assessed, closed, filed, leads_to, opened, proposed, registered, reported
from tests.models.life import CHIEF, Life

Start = Callable[[], Life]
LATER = "2026-03-20T10:00:00+01:00"
DECLINED = {"decision": "declined_by_affected", "decline_reason": "fear"}
GRANTED = {"restraining_order": "granted", "restraining_order_until": "2026-12-31"}


@pytest.mark.parametrize(
    "start, what, fields, events",
    [
        (opened, "record_police", {"decision": "reported_by_affected"}, ["police_decided"]),
        (opened, "record_police", DECLINED, ["police_decided"]),
        (opened, "record_police", {"decision": "deferred", "deferred_until": LATER}, ["police_decided"]),
        (filed, "record_police", {"decision": "already_reported", "reference": "odd / 17"}, ["police_decided"]),
        (filed, "update_police", {"status": "opened"}, ["police_updated"]),
        (filed, "update_police", GRANTED, ["police_updated", "restraining_order_recorded"]),
    ],
)
def test_what_is_done_with_the_police_is_recorded(
    start: Start, what: str, fields: dict[str, Any], events: list[str]
) -> None:
    assert leads_to(start(), what, **fields) == events


@pytest.mark.parametrize(
    "start, what, fields, no",
    [
        (reported, "record_police", DECLINED, "stage_not_open type"),
        (registered, "record_police", DECLINED, "stage_waived type"),
        (closed, "record_police", DECLINED, "case_closed type"),
        (opened, "record_police", {"decision": "not_a_crime"}, "decline_reason_required decline_reason"),
        (opened, "record_police", {"decision": "deferred"}, "date_required deferred_until"),
        (
            opened,
            "record_police",
            {"decision": "deferred", "deferred_until": "2026-03-01T10:00:00Z"},
            "date_required deferred_until",
        ),
        (
            lambda: opened("high"),
            "record_police",
            {"decision": "deferred", "deferred_until": LATER},
            "urgent_not_deferred decision",
        ),
        (filed, "record_police", DECLINED, "already_reported_to_police decision"),
        (filed, "record_police", {"decision": "consulted"}, "already_reported_to_police decision"),
        (
            filed,
            "record_police",
            {"decision": "deferred", "deferred_until": LATER},
            "already_reported_to_police decision",
        ),
        (opened, "update_police", {"status": "opened"}, "no_police_report type"),
        (filed, "update_police", {"restraining_order": "granted"}, "date_required restraining_order_until"),
    ],
)
def test_what_cannot_be_done_with_the_police_is_refused(
    start: Start, what: str, fields: dict[str, Any], no: str
) -> None:
    assert answer(start(), what, **fields) == no


@pytest.mark.parametrize(
    "fields, state",
    [
        ({"decision": "reported_by_organisation"}, StageState.OPEN),
        (DECLINED, StageState.DONE),
        ({"decision": "tip"}, StageState.DONE),
        ({"decision": "deferred", "deferred_until": LATER}, StageState.OPEN),
    ],
)
def test_a_decision_not_to_report_settles_the_stage_and_a_report_keeps_it_open(
    fields: dict[str, Any], state: StageState
) -> None:
    assert opened().does("record_police", **fields).case.stages["police"].state is state  # type: ignore[index]


def test_a_deferred_decision_is_still_owed() -> None:
    life = opened().does("record_police", decision="deferred", deferred_until=LATER)
    assert "police_decision" in life.owing()
    assert "police_decision" not in life.does("record_police", **DECLINED).owing()


def test_who_declined_may_report_after_all() -> None:
    life = opened().does("record_police", **DECLINED).does("record_police", decision="reported_by_affected")
    assert life.case.police.status is PoliceStatus.FILED
    assert "police_status_check.1" in life.owing()


def test_a_final_answer_closes_the_stage_unless_a_review_was_asked_for() -> None:
    life = filed().at(timedelta(days=1)).does("update_police", status="discontinued", review_requested=True)
    assert life.case.headline == "police"
    assert "police_status_check.2" in life.owing()
    assert life.does("update_police", status="discontinued").case.headline != "police"


def test_a_resumed_investigation_opens_the_stage_again() -> None:
    life = filed().does("update_police", status="not_opened").at(timedelta(days=1))
    life.does("update_police", status="resumed")
    assert life.case.headline == "police"
    assert "reassess_on_change.2" in life.owing()


def test_a_restraining_order_keeps_what_was_known_of_it() -> None:
    life = filed().does("update_police", **GRANTED, restraining_order_kind="extended")
    life.does("update_police", restraining_order="breached")
    order = life.case.police.restraining_order
    assert order
    assert (order.state, order.kind, str(order.until)) == ("breached", "extended", "2026-12-31")


def test_a_breach_is_heard_of_the_actor_and_makes_a_proposal_to_close_fall() -> None:
    life = (
        proposed()
        .does("record_police", decision="already_reported")
        .does("update_police", restraining_order="breached")
    )
    assert life.case.closing is None
    assert life.case.last_incident == life.now


def test_a_release_heard_of_late_calls_for_a_new_look_from_when_it_was_told() -> None:
    life = filed().at(timedelta(days=3)).assessed("raised").at(timedelta(hours=1))
    life.does("update_police", status="released", at=life.now - timedelta(days=2))
    assert "reassess_on_change" in life.owing()
    assert life.named("reassess_on_change").started == life.now


def test_a_police_report_once_made_is_followed_and_never_waived() -> None:
    assert answer(filed(), "waive_stage", stage="police", reason="calm", text="x") == "already_reported_to_police stage"


def test_a_police_stage_done_without_can_be_taken_up_after_all() -> None:
    life = assessed().does("waive_stage", stage="police", reason="wishes_so", text="x")
    assert answer(life, "record_police", **DECLINED) == "stage_waived type"
    life.does("waive_stage", stage="police", reason="changed_mind", undo=True, text="x")
    assert "police_decision" in life.owing()
    assert leads_to(life, "record_police", CHIEF, decision="reported_by_affected") == ["police_decided"]
