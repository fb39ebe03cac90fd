"""Support: the plan, its measures, the calls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.models.cases import answer, closed, leads_to, opened, planned, proposed, registered, reported
from tests.models.life import Life

Start = Callable[[], Life]
ALARM = {"id": "larm", "kind": "home_alarm", "owner": "security_chief"}
PARTY = {"id": "parti", "kind": "party_contact", "owner": "handler"}


@pytest.mark.parametrize(
    "start, what, fields, events",
    [
        (opened, "agree_support", {"measures": [ALARM]}, ["support_agreed"]),
        (opened, "agree_support", {"declined": True}, ["support_agreed"]),
        (planned, "agree_support", {"measures": [ALARM]}, ["support_agreed"]),
        (
            lambda: opened().does("give_consent", purpose="party_security"),
            "agree_support",
            {"measures": [PARTY]},
            ["support_agreed"],
        ),
        (planned, "update_measure", {"measure": "samtal", "state": "ended"}, ["measure_updated"]),
        (opened, "log_follow_up", {"outcome": "reached"}, ["followed_up"]),
        (opened, "log_follow_up", {"outcome": "reached", "new_incident": "yes"}, ["followed_up", "incident_added"]),
    ],
)
def test_what_is_done_in_support_is_recorded(
    start: Start, what: str, fields: dict[str, Any], events: list[str]
) -> None:
    assert leads_to(start(), what, **fields) == events


@pytest.mark.parametrize(
    "start, what, fields, no",
    [
        (reported, "agree_support", {"declined": True}, "stage_not_open type"),
        (registered, "agree_support", {"declined": True}, "stage_waived type"),
        (closed, "agree_support", {"declined": True}, "case_closed type"),
        (opened, "agree_support", {}, "measures_required measures"),
        (opened, "agree_support", {"measures": [ALARM, ALARM]}, "measure_exists measures.1.id"),
        (planned, "agree_support", {"measures": [ALARM | {"id": "samtal"}]}, "measure_exists measures.0.id"),
        (opened, "agree_support", {"measures": [ALARM, PARTY]}, "consent_required measures.1.kind"),
        (opened, "update_measure", {"measure": "larm", "state": "ended"}, "unknown_measure measure"),
        (reported, "log_follow_up", {"outcome": "reached"}, "stage_not_open type"),
    ],
)
def test_what_cannot_be_done_in_support_is_refused(start: Start, what: str, fields: dict[str, Any], no: str) -> None:
    assert answer(start(), what, **fields) == no


def test_a_later_agreement_adds_to_the_plan() -> None:
    life = planned().does("agree_support", measures=[ALARM])
    assert [measure.id for measure in life.case.measures] == ["samtal", "larm"]


def test_only_the_measure_that_moved_changes() -> None:
    life = planned().does("agree_support", measures=[ALARM]).does("update_measure", measure="larm", state="standing")
    assert {measure.id: measure.state.value for measure in life.case.measures} == {
        "samtal": "offered",
        "larm": "standing",
    }


def test_a_call_that_reached_nobody_is_no_follow_up() -> None:
    life = opened().at(timedelta(days=6)).does("log_follow_up", outcome="not_reached")
    assert "follow_up.P7D" in life.owing()
    assert "follow_up.P7D" not in life.does("log_follow_up", outcome="reached").owing()


def test_news_in_a_follow_up_makes_a_proposal_to_close_fall() -> None:
    life = proposed().does("log_follow_up", outcome="reached", new_incident="yes")
    assert life.case.closing is None
    assert "reassess_on_change" in life.owing()
