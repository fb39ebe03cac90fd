"""Closure: proposed, told in advance, closed on criteria, reopened with a reason."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from models.refusal import Refusal
from models.vocabulary.case import Level
from tests.models.cases import (
    answer,
    assessed,
    closed,
    leads_to,
    offered,
    opened,
    planned,
    proposed,
    registered,
    reported,
)
from tests.models.life import CHIEF, COORDINATOR, Life, local

Start = Callable[[], Life]
QUIET = {"reason": "quiet_period"}
GUARD = {"id": "vakt", "kind": "guard", "owner": "security_chief"}


def missing(life: Life, by: str = COORDINATOR, **fields: Any) -> set[str]:
    with suppress(Refusal):
        return set(leads_to(life, "close", by, **fields)) - {"closed"}
    with pytest.raises(Refusal, match="criteria_not_met") as no:
        leads_to(life, "close", by, **fields)
    return set(no.value.details["criteria"].split(", "))


def later() -> Life:
    return proposed().at(timedelta(days=8))


@pytest.mark.parametrize(
    "start, what, fields, events",
    [
        (assessed, "propose_closure", QUIET, ["closure_proposed"]),
        (later, "close", QUIET, ["closed"]),
        (registered, "close", {"reason": "registered_only"}, ["closed"]),
        (closed, "reopen", {"reason": "affected_asks", "level": "low"}, ["reopened"]),
        (closed, "reopen", {"reason": "new_incident", "level": "acute"}, ["reopened", "level_changed"]),
        (closed, "add_note", {"text": "x"}, ["note_added"]),
        (closed, "correct", {"corrects": 1, "text": "x"}, ["corrected"]),
        (closed, "block_role", {"people": ["eva"], "text": "x"}, ["role_blocked"]),
        (closed, "link", {"case": "9001-FV-2026-00002", "reason": "same_actor"}, ["linked"]),
        (
            lambda: later().does("give_consent", purpose="relatives").does("close", **QUIET),
            "withdraw_consent",
            {"purpose": "relatives"},
            ["consent_withdrawn"],
        ),
    ],
)
def test_what_is_done_at_the_end_is_recorded(
    start: Start, what: str, fields: dict[str, Any], events: list[str]
) -> None:
    assert leads_to(start(), what, **fields) == events


@pytest.mark.parametrize(
    "start, what, fields, no",
    [
        (reported, "propose_closure", QUIET, "stage_not_open type"),
        (registered, "propose_closure", QUIET, "stage_waived type"),
        (proposed, "propose_closure", QUIET, "already_proposed type"),
        (closed, "propose_closure", QUIET, "case_closed type"),
        (opened, "close", QUIET, "stage_not_open type"),
        (proposed, "close", QUIET, "criteria_not_met type"),
        (closed, "close", QUIET, "case_closed type"),
        (opened, "reopen", {"reason": "new_incident", "level": "low"}, "not_closed type"),
        (
            lambda: closed().at(timedelta(days=366)),
            "reopen",
            {"reason": "new_incident", "level": "low"},
            "reopen_window_over type",
        ),
    ],
)
def test_what_cannot_be_done_at_the_end_is_refused(start: Start, what: str, fields: dict[str, Any], no: str) -> None:
    assert answer(start(), what, **fields) == no


@pytest.mark.parametrize(
    "change, criterion",
    [
        (lambda it: it, None),
        (lambda it: it.at(timedelta(days=-2)), "affected_informed_in_advance"),
        (lambda it: it.does("agree_support", measures=[GUARD]), "measures_settled"),
        (lambda it: it.does("record_police", decision="already_reported"), "police_settled"),
        (lambda it: it.does("ask_information", task="a", text="x"), "obligations_met"),
        (lambda it: it.assessed("low", "C04", text="x"), "second_opinion"),
    ],
)  # fmt: skip
def test_each_criterion_alone_keeps_a_case_open(change: Callable[[Life], Life], criterion: str | None) -> None:
    held = missing(change(later()), **QUIET)
    assert held >= {criterion} if criterion else held == set()


def test_without_a_quiet_period_a_lesson_and_the_persons_view_a_case_stays_open() -> None:
    life = assessed("low").does("propose_closure", reason="quiet_period")
    assert missing(life, **QUIET) >= {"quiet_period", "lesson", "affected_informed_in_advance", "obligations_met"}


def test_a_person_told_after_the_proposal_is_told_in_advance_by_proposing_once_more() -> None:
    life = assessed("low").does("propose_closure", reason="quiet_period", lesson="Inget.")
    assert answer(life, "propose_closure", **QUIET) == "already_proposed type"
    life.does("propose_closure", reason="quiet_period", affected_informed=True)
    assert life.case.closing
    assert life.case.closing.affected_informed == life.now
    assert life.case.closing.lesson_recorded


def test_stalking_asks_for_a_longer_quiet_period_than_its_level() -> None:
    life = later()
    watched = life.case.model_copy(update={"incident": life.case.incident.model_copy(update={"kinds": ("stalking",)})})
    life.case = watched
    assert "quiet_period" in missing(life, **QUIET)


def test_a_case_handed_over_closes_once_the_receiver_has_it() -> None:
    life = offered().does("propose_closure", reason="handed_over")
    assert missing(life, reason="handed_over") == {"hand_over_accepted"}


def test_a_second_opinion_is_awaited_even_for_a_false_alarm() -> None:
    life = opened("acute").assessed("acute").does("propose_closure", reason="false_alarm")
    assert missing(life, CHIEF, reason="false_alarm") == {"second_opinion"}


@pytest.mark.parametrize("level", ["high", "acute"])
def test_only_the_head_of_security_closes_a_grave_case_without_a_quiet_period(level: str) -> None:
    life = assessed(level).does("propose_closure", reason="duplicate")
    assert answer(life, "close", reason="duplicate") == "only_chief_closes reason"
    assert leads_to(life, "close", CHIEF, reason="duplicate") == ["closed"]


def test_a_preventive_case_waits_for_its_meeting_on_the_local_day() -> None:
    life = opened("low", kind="prevention").assessed("low", grade="low").does("agree_support", declined=True)
    life.at("2026-04-18 10:00").does("propose_closure", reason="matter_decided", lesson="x")
    assert missing(life, reason="matter_decided") == {"meeting_held"}
    assert "meeting_held" not in missing(life.at("2026-04-20 00:30"), reason="matter_decided")


def test_what_was_still_owed_is_named_when_a_case_closes() -> None:
    life = registered().does("close", reason="registered_only")
    assert life.case.closed
    assert life.case.headline is None
    assert life.owing() == set()
    lapsed = life.events[-1].data.lapsed  # type: ignore[union-attr]
    assert "closing_review" in lapsed


def test_reopening_starts_every_clock_anew_and_keeps_the_history() -> None:
    life = closed().at("2026-06-01 10:00").does("reopen", reason="new_incident", level="acute")
    assert life.case.level is Level.ACUTE
    assert life.case.reopenings == 1
    assert life.case.risk.factors == {}
    assert life.case.risk.assessments
    assert {"alarm/2", "first_contact/2", "assessment/2", "protection/2", "police_decision/2"} <= life.owing()
    assert life.named("first_contact/2").due == local("2026-06-01 10:30")


def test_a_person_still_unknown_is_looked_for_again_when_the_case_is_reopened() -> None:
    life = reported(affected_known=False).does("triage", outcome="register_only", level="low", text="x")
    life.does("close", reason="registered_only").does("reopen", reason="new_incident", level="high")
    assert "identify_affected/2" in life.owing()
    assert "first_contact/2" not in life.owing()


def test_a_preventive_case_that_is_reopened_owes_something_again() -> None:
    life = reported(kind="prevention").does("triage", outcome="register_only", level="low", grade="low", text="x")
    life.does("close", reason="registered_only").does("reopen", reason="affected_asks", level="low")
    assert {"deep_assessment/2", "meeting_plan/2", "evaluation/2"} <= life.owing()


def test_an_old_hand_over_closes_no_case_that_was_reopened() -> None:
    life = registered().does("hand_over", to="90", ground="own_task", text="x")
    life.does("close", reason="registered_only").does("reopen", reason="affected_asks", level="low")
    assert life.case.hand_over is None


def test_a_case_with_open_measures_is_not_closed_by_settling_nothing() -> None:
    assert "measures_settled" in missing(planned().does("propose_closure", reason="quiet_period"), **QUIET)
