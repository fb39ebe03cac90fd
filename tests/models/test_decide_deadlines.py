"""Deadlines as people may change them, and hand-over: what may wait is put off openly, what may not never is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from models.case import Case
from models.context import Context
from models.decide import decide
from models.events import moments
from models.message import CLOCK, WORLD
from models.notices import notices
from models.routine import read_routine
from models.stages.clock import NoticeOutcome, Tick
from models.vocabulary.people import Role
from tests.models.cases import (
    answer,
    assessed,
    closed,
    command,
    leads_to,
    offered,
    opened,
    person,
    proposal,
    refusal,
    registered,
    reported,
)
from tests.models.life import CHIEF, COORDINATOR, Life

Start = Callable[[], Life]
LATER = "2026-03-20T10:00:00+01:00"
NEWER = {"version": "2027.1", "digest": "f" * 64}


def suspended() -> Life:
    return opened().does("suspend", until=LATER, reason="travels")


def high() -> Life:
    return opened("high")


def acute() -> Life:
    return reported(kinds=["threat_death"])


def region(accepted: bool = True, **fields: Any) -> list[str]:  # noqa: FBT001, FBT002 - as the command has it
    officer = person("region-samordnare", COORDINATOR, organisation="90")
    return [
        event.type for event in proposal(offered(), officer, command("accept_handover", accepted=accepted, **fields))
    ]


@pytest.mark.parametrize(
    "start, what, by, fields, events",
    [
        (
            opened,
            "extend_deadline",
            COORDINATOR,
            {"obligation": "assessment", "until": LATER, "text": "x"},
            ["deadline_extended"],
        ),
        (opened, "suspend", COORDINATOR, {"until": LATER, "reason": "travels"}, ["suspended"]),
        (suspended, "suspend", COORDINATOR, {"reason": "home_again"}, ["resumed"]),
        (
            opened,
            "waive_stage",
            COORDINATOR,
            {"stage": "support", "reason": "wishes_so", "text": "x"},
            ["stage_waived"],
        ),
        (acute, "acknowledge", "duty_officer", {}, ["acknowledged"]),
        (opened, "escalate", COORDINATOR, {"rung": 4, "text": "x"}, ["escalated_by_hand"]),
        (opened, "move_routine", CHIEF, {"routine": NEWER, "text": "x"}, ["routine_moved"]),
        (opened, "hand_over", COORDINATOR, {"to": "90", "ground": "own_task", "text": "x"}, ["handed_over"]),
    ],
)
def test_what_is_done_about_deadlines_is_recorded(
    start: Start, what: str, by: str, fields: dict[str, Any], events: list[str]
) -> None:
    assert leads_to(start(), what, by, **fields) == events


@pytest.mark.parametrize(
    "start, what, fields, no",
    [
        (
            opened,
            "extend_deadline",
            {"obligation": "nothing", "until": LATER, "text": "x"},
            "unknown_obligation obligation",
        ),
        (
            opened,
            "extend_deadline",
            {"obligation": "triage", "until": LATER, "text": "x"},
            "unknown_obligation obligation",
        ),
        (
            high,
            "extend_deadline",
            {"obligation": "assessment", "until": LATER, "text": "x"},
            "urgent_not_deferred obligation",
        ),
        (
            opened,
            "extend_deadline",
            {"obligation": "assessment", "until": "2026-03-02T12:00:00Z", "text": "x"},
            "not_later until",
        ),
        (closed, "extend_deadline", {"obligation": "assessment", "until": LATER, "text": "x"}, "case_closed type"),
        (opened, "suspend", {"reason": "x"}, "not_suspended until"),
        (high, "suspend", {"until": LATER, "reason": "x"}, "urgent_not_deferred until"),
        (suspended, "suspend", {"until": LATER, "reason": "x"}, "already_suspended until"),
        (opened, "suspend", {"until": "2026-03-02T09:00:00Z", "reason": "x"}, "not_later until"),
        (opened, "suspend", {"until": "2026-04-02T10:00:00Z", "reason": "x"}, "suspension_budget_spent until"),
        (reported, "waive_stage", {"stage": "police", "reason": "x", "text": "x"}, "stage_not_open stage"),
        (high, "waive_stage", {"stage": "police", "reason": "x", "text": "x"}, "urgent_not_deferred stage"),
        (
            opened,
            "waive_stage",
            {"stage": "police", "reason": "x", "text": "x", "undo": True},
            "stage_not_waived stage",
        ),
        (
            registered,
            "waive_stage",
            {"stage": "police", "reason": "x", "text": "x", "undo": True},
            "stage_not_waived stage",
        ),
        (opened, "acknowledge", {}, "no_alarm type"),
        (lambda: acute().does("acknowledge"), "acknowledge", {}, "no_alarm type"),
        (opened, "escalate", {"rung": 5, "text": "x"}, "no_such_rung rung"),
        (opened, "hand_over", {"to": "9001", "ground": "own_task", "text": "x"}, "own_organisation to"),
        (offered, "hand_over", {"to": "9002", "ground": "own_task", "text": "x"}, "already_handed_over to"),
        (opened, "hand_over", {"to": "90", "ground": "consent", "text": "x"}, "consent_required ground"),
        (opened, "accept_handover", {}, "no_hand_over type"),
        (offered, "accept_handover", {}, "not_the_receiver actor"),
    ],
)
def test_what_cannot_be_put_off_or_passed_on_is_refused(
    start: Start, what: str, fields: dict[str, Any], no: str
) -> None:
    assert answer(start(), what, **fields) == no


def test_a_routine_is_moved_to_once() -> None:
    life = opened()
    assert (
        answer(life, "move_routine", CHIEF, routine=life.case.routine.model_dump(), text="x") == "same_routine routine"
    )


# Suspension


def test_a_clock_resumed_the_moment_it_was_stopped_was_never_stopped() -> None:
    life = suspended().does("suspend", reason="mistake")
    assert life.case.suspensions == ()
    assert Case.model_validate_json(life.case.model_dump_json()) == life.case


@pytest.mark.parametrize(
    "what, fields",
    [
        ("add_incident", {"text": "x"}),
        ("merge_report", {"report": "r2", "new_incident": True}),
        ("log_follow_up", {"outcome": "reached", "new_incident": "yes"}),
        ("assess_risk", {"factors": {"A07": "yes"}, "level": "high"}),
    ],
)
def test_a_suspended_clock_runs_again_when_danger_is_heard_of(what: str, fields: dict[str, Any]) -> None:
    life = suspended().at(timedelta(days=2)).does(what, **fields)
    assert life.events[-1].type == "resumed"
    assert not life.case.suspended(life.now)


def test_a_suspended_clock_stands_still_for_anything_else() -> None:
    assert leads_to(suspended().at(timedelta(days=1)), "add_note", text="x") == ["note_added"]


def test_the_budget_counts_what_was_used_not_what_was_asked_for() -> None:
    life = opened().does("suspend", until="2026-03-31T10:00:00Z", reason="x").at(timedelta(days=1))
    life.does("suspend", reason="home").does("suspend", until=life.now + timedelta(days=29), reason="x")
    assert life.case.suspended(life.now)


# Waiving


@pytest.mark.parametrize("stage", ["police", "support"])
def test_a_stage_done_without_is_taken_up_when_the_level_becomes_grave(stage: str) -> None:
    life = opened().does("waive_stage", stage=stage, reason="wishes_so", text="x")
    assert life.case.stages[stage].state == "waived"  # type: ignore[index]
    life.assessed("high", "A07")
    assert life.case.stages[stage].state == "open"  # type: ignore[index]
    assert {"police_decision", "support_plan"} <= life.owing()


def test_a_stage_done_without_stays_so_when_the_level_rises_a_little() -> None:
    life = opened("low").does("waive_stage", stage="support", reason="wishes_so", text="x").assessed("raised")
    assert "support_plan" not in life.owing()


# Alarm


def test_a_second_alarm_is_not_answered_by_the_first_answer() -> None:
    life = acute().does("acknowledge").at(timedelta(minutes=5)).opened("acute")
    life.assessed("raised", by=CHIEF, text="Avblåst.").does("approve", approved=True)
    life.at(timedelta(hours=1)).assessed("acute", "A02")
    assert "alarm.2" in life.owing()
    assert leads_to(life, "acknowledge") == ["acknowledged"]


# Hand-over


def test_a_hand_over_is_accepted_or_declined_by_the_receiver() -> None:
    assert region() == ["handover_accepted"]
    assert region(accepted=False, text="Inte vår.") == ["handover_returned"]
    assert refusal(lambda: region(accepted=False)) == "reason_required text"


def test_a_hand_over_that_was_accepted_is_not_taken_back_by_the_clock() -> None:
    life = offered()
    officer = person("region-samordnare", COORDINATOR, organisation="90")
    life.now += timedelta(minutes=10)
    for event in proposal(life, officer, command("accept_handover")):
        life.case = life._live([event], life.case)
    assert "handover_returned" not in [event.type for event in life.at(timedelta(days=30)).tick()]
    assert answer(life, "accept_handover") == "no_hand_over type"


# The clock and the world


def test_the_clock_asks_for_nothing_before_its_time_and_nothing_twice() -> None:
    life = opened()
    assert life.tick() == []
    assert life.at(timedelta(days=2)).tick() != []
    assert life.tick() == []


def test_only_the_clock_ticks_and_only_the_world_tells_of_notices() -> None:
    life = assessed()
    context = Context(life.now, person("anna", CHIEF), life.routine)
    told = NoticeOutcome(id="n", notice="n", role=Role.HANDLER)
    assert refusal(lambda: decide(life.case, Tick(id="t"), context)) == "not_allowed actor"
    assert refusal(lambda: decide(life.case, told, context)) == "not_allowed actor"


def test_what_became_of_a_notice_is_recorded_even_after_closure() -> None:
    life = closed()
    world = Context(life.now, person(WORLD), life.routine)
    told = NoticeOutcome(id="n", notice="n", role=Role.HANDLER)
    failed = told.model_copy(update={"failure": "no_recipient"})
    assert [event.type for event in decide(life.case, told, world)] == ["notice_sent"]
    assert [event.type for event in decide(life.case, failed, world)] == ["notice_failed"]
    clock = Context(life.now, person(CLOCK), life.routine)
    assert decide(life.case, Tick(id="t"), clock) == []


def test_a_routine_without_an_obligation_owes_it_no_more_and_the_rest_as_before() -> None:
    life = opened()
    before = life.owing()
    document = life.routine.model_dump(mode="json")
    del document["obligations"]["evidence"]
    life.routine = read_routine(document | {"version": "2027.1"}, moments())
    life.does("move_routine", CHIEF, routine=life.routine.ref.model_dump(), text="x")
    assert life.owing() == before - {"evidence"}


def test_an_escalation_told_after_the_case_moved_to_a_shorter_routine_still_reaches_somebody() -> None:
    life = opened().at(timedelta(days=20))
    escalated = [event for event in life.tick() if event.type == "escalated"]
    document = life.routine.model_dump(mode="json")
    del document["obligations"]["evidence"]
    document["escalation"]["ladder"] = [["security_chief"]]
    newer = read_routine(document | {"version": "2027.1"}, moments())
    assert {"evidence", "assessment"} <= {event.data.kind for event in escalated}  # type: ignore[union-attr]
    assert all(notices(event, life.case, newer) for event in escalated)
