"""Intake: triage, contact, who it is about, what is to be found out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from models.decide import presumed_level
from models.vocabulary.case import Level, StageState
from tests.models.cases import answer, assessed, closed, leads_to, opened, registered, reported
from tests.models.life import CHIEF, Life
from tests.routine import standard

Start = Callable[[], Life]
Row = tuple[Start, str, dict[str, Any], list[str]]
No = tuple[Start, str, dict[str, Any], str]


def prevention() -> Life:
    return reported(kind="prevention")


def unknown() -> Life:
    return reported(affected_known=False, anonymous=True)


def asked() -> Life:
    return reported().does("ask_information", task="vem", text="Vem skickade brevet?")


@pytest.mark.parametrize(
    "start, what, fields, events",
    [
        (reported, "triage", {"outcome": "open", "level": "raised"}, ["triaged", "level_changed"]),
        (prevention, "triage", {"outcome": "open", "level": "low", "grade": "low"}, ["triaged", "level_changed"]),
        (reported, "triage", {"outcome": "refer", "level": "low", "text": "x"}, ["triaged", "level_changed"]),
        (
            reported,
            "triage",
            {"outcome": "needs_information", "level": "low", "text": "x"},
            ["triaged", "level_changed", "information_asked"],
        ),
        (
            unknown,
            "triage",
            {"outcome": "open", "level": "low", "incident": {"affected_known": True}},
            ["triaged", "affected_identified", "level_changed"],
        ),
        (reported, "contact_affected", {"outcome": "reached"}, ["affected_contacted"]),
        (opened, "contact_affected", {"outcome": "not_reached"}, ["affected_contacted"]),
        (unknown, "identify_affected", {}, ["affected_identified"]),
        (reported, "ask_information", {"task": "vem", "text": "Vem?"}, ["information_asked"]),
        (asked, "answer_information", {"task": "vem", "text": "Okänt."}, ["information_answered"]),
    ],
)
def test_what_is_done_at_intake_is_recorded(start: Start, what: str, fields: dict[str, Any], events: list[str]) -> None:
    assert leads_to(start(), what, **fields) == events


@pytest.mark.parametrize(
    "start, what, fields, no",
    [
        (opened, "triage", {"outcome": "open", "level": "low"}, "already_triaged outcome"),
        (registered, "triage", {"outcome": "open", "level": "low"}, "already_triaged outcome"),
        (closed, "triage", {"outcome": "open", "level": "low"}, "case_closed type"),
        (prevention, "triage", {"outcome": "open", "level": "low"}, "grade_required grade"),
        (reported, "triage", {"outcome": "refer", "level": "low"}, "reason_required text"),
        (reported, "triage", {"outcome": "false_alarm", "level": "high", "text": "x"}, "urgent_not_deferred outcome"),
        (
            prevention,
            "triage",
            {"outcome": "open", "level": "low", "grade": "low", "incident": {}},
            "date_required incident.meeting_day",
        ),
        (unknown, "contact_affected", {"outcome": "reached"}, "affected_unknown outcome"),
        (closed, "contact_affected", {"outcome": "reached"}, "case_closed type"),
        (reported, "identify_affected", {}, "affected_known type"),
        (asked, "ask_information", {"task": "vem", "text": "x"}, "task_exists task"),
        (reported, "answer_information", {"task": "vem", "text": "x"}, "unknown_task task"),
        (
            lambda: asked().does("answer_information", task="vem", text="x"),
            "answer_information",
            {"task": "vem", "text": "x"},
            "task_done task",
        ),
        (closed, "ask_information", {"task": "vem", "text": "x"}, "case_closed type"),
    ],
)
def test_what_cannot_be_done_at_intake_is_refused(start: Start, what: str, fields: dict[str, Any], no: str) -> None:
    assert answer(start(), what, **fields) == no


def test_opening_a_case_opens_risk_police_and_support_at_once() -> None:
    states = {stage.value: record.state.value for stage, record in opened().case.stages.items()}
    assert states == {"intake": "done", "risk": "open", "police": "open", "support": "open", "closure": "pending"}


def test_a_case_that_is_only_registered_waits_for_closure_alone() -> None:
    case = registered().case
    assert case.triaged_away
    assert {stage.value for stage, it in case.stages.items() if it.state is StageState.OPEN} == {"closure"}


def test_a_level_that_was_set_is_not_lowered_by_looking_at_the_report_once_more() -> None:
    acute = reported().does("triage", outcome="needs_information", level="acute", text="Vem?")
    assert answer(acute, "triage", CHIEF, outcome="open", level="low") == "assess_to_lower level"
    assert leads_to(acute, "triage", outcome="open", level="acute") == ["triaged"]


def test_questions_at_triage_never_take_the_name_of_a_question_already_asked() -> None:
    life = reported().does("ask_information", task="t2", text="Var?")
    life.does("triage", outcome="needs_information", level="low", text="Vem?")
    life.does("triage", outcome="needs_information", level="low", text="När?")
    assert [task.id for task in life.case.tasks] == ["t2", "t1", "t3"]
    life.does("answer_information", task="t2", text="Hemma.")
    assert [task.id for task in life.case.tasks if task.done] == ["t2"]


def test_what_was_asked_for_is_complete_when_nothing_else_is_open() -> None:
    life = reported().does("ask_information", task="a", text="x").does("ask_information", task="b", text="x")
    life.does("answer_information", task="a", text="x")
    assert "information_complete" not in life.case.moments
    life.does("answer_information", task="b", text="x")
    assert "information_complete" in life.case.moments


def test_only_a_contact_that_reached_the_person_or_was_declined_is_a_contact() -> None:
    life = opened().does("contact_affected", outcome="not_reached")
    assert "first_contact" in life.owing()
    assert "first_contact" not in life.does("contact_affected", outcome="declined").owing()


def test_a_person_who_becomes_known_at_triage_is_to_be_contacted_from_then_on() -> None:
    life = reported(affected_known=False).at(timedelta(hours=2))
    life.does("triage", outcome="open", level="high", incident={"kinds": ["worry"]})
    assert life.named("first_contact").started == life.now
    assert life.case.incident.affected_known


def test_consequences_are_kept_as_they_were_last_told() -> None:
    life = opened(consequences=["fear"]).does("contact_affected", outcome="reached", consequences=["health"])
    assert [it.value for it in life.case.incident.consequences] == ["health"]
    assert life.does("contact_affected", outcome="reached").case.incident.consequences == ("health",)


# Backdating: what happened outside the system may be told afterwards.


@pytest.mark.parametrize(
    "minutes, no",
    [(-61, "before_report at"), (6, "in_the_future at")],
)
def test_nothing_is_dated_before_the_report_or_in_the_future(minutes: int, no: str) -> None:
    life = reported().at(timedelta(hours=1))
    assert answer(life, "contact_affected", outcome="reached", at=life.now + timedelta(minutes=minutes)) == no


def test_what_is_decided_here_happens_when_it_is_decided() -> None:
    life = reported().at(timedelta(hours=1))
    assert answer(life, "triage", outcome="open", level="low", at=life.now - timedelta(minutes=5)) == "not_backdated at"


def test_a_contact_told_afterwards_counts_from_when_it_happened() -> None:
    life = reported(kinds=["violence"]).at(timedelta(hours=6))
    life.does("contact_affected", outcome="reached", at=life.now - timedelta(hours=3))
    duty = life.named("first_contact")
    assert duty.met == life.now - timedelta(hours=3)
    assert not duty.missed
    assert life.events[-1].recorded == life.now


def test_a_clock_that_runs_a_little_fast_dates_nothing_in_the_future() -> None:
    life = reported()
    life.does("contact_affected", outcome="reached", at=life.now + timedelta(minutes=4))
    assert life.events[-1].at == life.now


def test_what_is_told_late_is_put_in_order_of_time() -> None:
    life = reported().at(timedelta(hours=5)).does("contact_affected", outcome="reached")
    life.at(timedelta(hours=1)).does("contact_affected", outcome="reached", at=life.now - timedelta(hours=3))
    times = life.case.moments["affected_contacted"]
    assert list(times) == sorted(times)


# How fast a human must look, before anybody has.


@pytest.mark.parametrize(
    "facts, level",
    [
        ({"kinds": []}, Level.RAISED),
        ({"kinds": ["abuse"]}, Level.LOW),
        ({"kinds": ["abuse", "threat_death"]}, Level.ACUTE),
        ({"kinds": ["abuse"], "danger_now": True}, Level.ACUTE),
    ],
)
def test_the_highest_that_is_presumed_of_a_report_sets_the_pace(facts: dict[str, Any], level: Level) -> None:
    life = reported(**facts)
    assert life.case.pace is level
    assert life.case.level is None


def test_in_doubt_what_a_routine_does_not_name_counts_as_raised_and_danger_as_acute() -> None:
    case = reported(kinds=["abuse", "worry"], danger_now=True).case
    rule = standard().risk
    named = rule.model_copy(update={"presumed": {"abuse": Level.LOW}})
    calm = case.incident.model_copy(update={"danger_now": False})
    assert presumed_level(calm, case.kind, named) is Level.RAISED
    assert presumed_level(case.incident, case.kind, named) is Level.ACUTE
    assert presumed_level(case.incident, prevention().case.kind, rule) is Level.LOW


def test_an_assessed_case_has_been_through_intake() -> None:
    assert assessed().case.headline == "police"
