"""Risk: factors with floors, a human decides, a second person where the rule says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from models.case import Case
from models.vocabulary.case import Level
from tests.models.cases import (
    answer,
    assessed,
    closed,
    leads_to,
    offered,
    opened,
    person,
    proposal,
    proposed,
    refusal,
    registered,
    reported,
)
from tests.models.cases import command as given
from tests.models.life import CHIEF, COORDINATOR, DEPUTY, Life

Start = Callable[[], Life]
DIRECTOR = "chief_executive"


def prevention() -> Life:
    return opened("low", kind="prevention")


def below() -> Life:
    """A level below the floor waits for its second person."""
    return opened("raised").assessed("low", "C04", text="Bedömer oron som övergående.")


@pytest.mark.parametrize(
    "start, what, by, fields, events",
    [
        (opened, "assess_risk", COORDINATOR, {"factors": {}, "level": "raised"}, ["risk_assessed"]),
        (opened, "assess_risk", COORDINATOR, {"factors": {}, "level": "high"}, ["risk_assessed", "level_changed"]),
        (
            opened,
            "assess_risk",
            COORDINATOR,
            {"factors": {"A07": "yes"}, "level": "low", "text": "x"},
            ["risk_assessed", "level_changed"],
        ),
        (
            prevention,
            "assess_risk",
            COORDINATOR,
            {"factors": {}, "level": "low", "grade": "low", "conflict": "tension"},
            ["risk_assessed"],
        ),
        (below, "approve", CHIEF, {"approved": True}, ["risk_approved", "level_changed"]),
        (below, "approve", DIRECTOR, {"approved": False, "text": "Nej."}, ["risk_rejected"]),
        (lambda: opened().assessed("high"), "approve", CHIEF, {"approved": True}, ["risk_approved"]),
        (opened, "decide_protection", CHIEF, {"measures": ["guard"]}, ["protection_decided"]),
        (opened, "decide_protection", CHIEF, {"text": "Behövs inte."}, ["protection_decided"]),
        (reported, "add_incident", COORDINATOR, {"text": "Ringde igen."}, ["incident_added"]),
        (registered, "add_incident", COORDINATOR, {"report": "r2"}, ["incident_added"]),
    ],
)
def test_what_is_done_about_the_risk_is_recorded(
    start: Start, what: str, by: str, fields: dict[str, Any], events: list[str]
) -> None:
    assert leads_to(start(), what, by, **fields) == events


@pytest.mark.parametrize(
    "start, what, by, fields, no",
    [
        (reported, "assess_risk", COORDINATOR, {"factors": {}, "level": "low"}, "stage_not_open type"),
        (registered, "assess_risk", COORDINATOR, {"factors": {}, "level": "low"}, "stage_waived type"),
        (closed, "assess_risk", COORDINATOR, {"factors": {}, "level": "low"}, "case_closed type"),
        (opened, "assess_risk", COORDINATOR, {"factors": {"Z99": "yes"}, "level": "low"}, "unknown_factor factors.Z99"),
        (prevention, "assess_risk", COORDINATOR, {"factors": {}, "level": "low"}, "grade_required grade"),
        (opened, "assess_risk", COORDINATOR, {"factors": {}, "level": "low"}, "reason_required text"),
        (opened, "assess_risk", COORDINATOR, {"factors": {"A07": "yes"}, "level": "raised"}, "reason_required text"),
        (
            lambda: opened("high"),
            "assess_risk",
            COORDINATOR,
            {"factors": {}, "level": "low", "text": "x"},
            "only_chief_lowers level",
        ),
        (opened, "approve", CHIEF, {"approved": True}, "nothing_to_approve type"),
        (assessed, "approve", CHIEF, {"approved": True}, "nothing_to_approve type"),
        (below, "approve", COORDINATOR, {"approved": True}, "same_person actor"),
        (below, "approve", CHIEF, {"approved": False}, "reason_required text"),
        (below, "approve", CHIEF, {"approved": True, "number": 7}, "newer_assessment number"),
        (
            lambda: below().does("approve", CHIEF, approved=True),
            "approve",
            DIRECTOR,
            {"approved": True},
            "nothing_to_approve type",
        ),
        (lambda: below().does("add_incident", text="x"), "approve", CHIEF, {"approved": True}, "overtaken approved"),
        (opened, "decide_protection", CHIEF, {}, "reason_required text"),
        (reported, "decide_protection", CHIEF, {"text": "x"}, "stage_not_open type"),
        (opened, "add_incident", COORDINATOR, {}, "reason_required text"),
        (closed, "add_incident", COORDINATOR, {"text": "x"}, "case_closed type"),
    ],
)
def test_what_cannot_be_done_about_the_risk_is_refused(
    start: Start, what: str, by: str, fields: dict[str, Any], no: str
) -> None:
    assert answer(start(), what, by, **fields) == no


@pytest.mark.parametrize(
    "before, factors, asked, in_force, waits",
    [
        ("low", [], "raised", Level.RAISED, False),
        ("low", ["A07"], "high", Level.HIGH, False),
        ("low", ["A07"], "acute", Level.ACUTE, False),
        ("low", ["A07"], "raised", Level.HIGH, True),
        ("raised", ["C04"], "low", Level.RAISED, True),
        ("raised", [], "low", Level.LOW, False),
        ("high", [], "low", Level.LOW, False),
        ("acute", [], "raised", Level.ACUTE, True),
        ("acute", ["A07"], "low", Level.ACUTE, True),
        ("acute", [], "acute", Level.ACUTE, False),
    ],
)
def test_a_level_below_the_floor_or_down_from_acute_takes_effect_only_with_a_second_person(
    before: str,
    factors: list[str],
    asked: str,
    in_force: Level,
    waits: bool,  # noqa: FBT001 - a column
) -> None:
    life = opened(before).assessed(asked, *factors, by=CHIEF, text="Skälen finns i anteckningen.")
    latest = life.case.risk.latest
    assert latest
    assert (life.case.level, not latest.takes_effect) == (in_force, waits)
    assert latest.needs_second is (waits or in_force in {Level.HIGH, Level.ACUTE})
    if waits:
        life.does("approve", DEPUTY, approved=True)
        assert life.case.level == asked


def test_a_rejected_lowering_leaves_the_level_in_force() -> None:
    life = below().does("approve", CHIEF, approved=False, text="För tidigt.")
    assert life.case.level is Level.RAISED
    assert life.case.risk.latest
    assert life.case.risk.latest.rejected_by == CHIEF


def test_nobody_gets_round_the_second_person_by_assessing_once_more() -> None:
    life = below().assessed("low", text="Inga faktorer.")
    assert life.case.level is Level.RAISED
    assert life.case.risk.latest
    assert life.case.risk.latest.waiting


def test_a_lowering_that_waits_falls_behind_what_has_happened_since() -> None:
    life = below().at(timedelta(hours=1)).does("add_incident", text="Stod utanför huset.")
    assert answer(life, "approve", CHIEF, approved=True) == "overtaken approved"
    assert life.does("approve", CHIEF, approved=False, text="Bedöm på nytt.").case.level is Level.RAISED


def test_the_assessor_stays_the_same_person_in_another_capacity() -> None:
    life = below().does("assign", handler=COORDINATOR)
    own = person(COORDINATOR, "security_chief")
    assert refusal(lambda: proposal(life, own, given("approve", approved=True))) == "same_person actor"
    elsewhere = person(COORDINATOR, "security_chief", organisation="90")
    assert refusal(lambda: proposal(offered(), elsewhere, given("approve", approved=True))) == "not_allowed actor"


def test_a_head_of_security_with_a_conflict_of_interest_lowers_nothing_and_the_deputy_does() -> None:
    life = opened("high").does("block_role", roles=[CHIEF], text="Jävig.")
    assert answer(life, "assess_risk", CHIEF, factors={}, level="low", text="x") == "unknown_case case"
    assert answer(life, "assess_risk", COORDINATOR, factors={}, level="low", text="x") == "only_chief_lowers level"
    assert leads_to(life, "assess_risk", DEPUTY, factors={}, level="low", text="x") == [
        "risk_assessed",
        "level_changed",
    ]


def test_every_assessment_is_kept_with_its_model_and_floor() -> None:
    life = below().assessed("high", "A07")
    assert [(it.number, it.level, it.floor) for it in life.case.risk.assessments] == [
        (1, Level.LOW, Level.RAISED),
        (2, Level.HIGH, Level.HIGH),
    ]
    models = {event.data.risk_model for event in life.events if event.data.type == "risk_assessed"}
    assert models == {"fv-2026.1"}


def test_a_new_incident_starts_the_quiet_period_over_and_makes_a_proposal_to_close_fall() -> None:
    life = proposed().at(timedelta(days=1)).does("add_incident", text="Ringde igen.")
    assert life.case.closing is None
    assert life.case.last_incident == life.now
    assert answer(life, "close", reason="quiet_period") == "stage_not_open type"
    assert life.case.headline == "risk"


@pytest.mark.parametrize("what", ["add_incident", "merge_report"])
def test_a_registered_case_is_worked_on_when_the_actor_is_heard_of_again(what: str) -> None:
    fields = {"text": "x"} if what == "add_incident" else {"report": "r2", "new_incident": True}
    life = registered().at(timedelta(days=3)).does(what, **fields)
    assert "reassess_on_change" in life.owing()
    assert leads_to(life, "assess_risk", factors={}, level="low") == ["risk_assessed"]


def test_what_is_told_after_an_assessment_is_assessed_even_if_it_happened_before() -> None:
    life = opened().at(timedelta(days=2)).assessed("raised").at(timedelta(hours=3))
    life.does("add_incident", text="Framkom nu.", at=life.now - timedelta(days=1))
    assert "reassess_on_change" in life.owing()
    assert life.named("reassess_on_change").started == life.now


def test_an_incident_of_long_ago_does_not_shorten_the_quiet_period() -> None:
    life = opened().at(timedelta(days=2)).does("add_incident", text="x")
    last: Case = life.case
    life.at(timedelta(days=1)).does("add_incident", text="x", at=life.now - timedelta(days=2))
    assert life.case.last_incident == last.last_incident
