"""What a person could do now: nothing that is allowed is hidden, and what is due first stands first."""

from __future__ import annotations

import pytest

from models.commands import COMMANDS
from models.events import moments
from models.obligations import obligations
from models.possible import answers, possible
from tests.models.cases import assessed, closed, filed, offered, opened, person, planned, proposed, registered, reported
from tests.models.life import CHIEF, COORDINATOR, Life
from tests.routine import standard


def shown(life: Life, *roles: str, organisation: str = "9001") -> list[str]:
    who = person("eva", *roles or (COORDINATOR,), organisation=organisation)
    return [kind.name() for kind in possible(life.case, who, life.routine, life.now)]


def test_of_a_new_report_the_coordinator_is_asked_to_look_first() -> None:
    assert shown(reported())[:3] == ["triage", "contact_affected", "add_evidence"]
    assert shown(reported(kinds=["threat_death"]))[:3] == ["acknowledge", "triage", "contact_affected"]


def test_when_what_was_due_is_done_the_next_comes_first() -> None:
    life = opened("high").does("contact_affected", outcome="reached").does("add_evidence", text="Inget.")
    assert shown(life)[:4] == ["assess_risk", "decide_protection", "record_police", "agree_support"]


@pytest.mark.parametrize(
    "life,hidden",
    [
        (reported(), {"assess_risk", "record_police", "agree_support", "close", "reopen", "approve", "acknowledge"}),
        (reported(), {"identify_affected", "answer_information", "withdraw_consent", "accept_handover", "end_drill"}),
        (opened(), {"triage", "update_police", "update_measure", "close"}),
        (opened("high"), {"extend_deadline", "suspend", "waive_stage"}),
        (registered(), {"assess_risk", "record_police", "agree_support", "log_follow_up", "waive_stage"}),
        (proposed(), {"propose_closure", "reopen"}),
        (offered(), {"hand_over", "accept_handover"}),
        (closed(), {"triage", "assess_risk", "close", "assign", "hand_over", "acknowledge", "log_follow_up"}),
    ],
)
def test_what_cannot_be_done_is_not_shown(life: Life, hidden: set[str]) -> None:
    assert hidden & set(shown(life)) == set()


@pytest.mark.parametrize(
    "life,there",
    [
        (filed(), "update_police"),
        (planned(), "update_measure"),
        (proposed(), "close"),
        (closed(), "reopen"),
        (closed(), "add_note"),
        (reported(affected_known=False), "identify_affected"),
        (reported().does("ask_information", task="t1", text="Vem?"), "answer_information"),
        (reported().does("give_consent", purpose="relatives"), "withdraw_consent"),
        (Life("2026-03-02 10:00", drill=True, kinds=["worry"]), "end_drill"),
    ],
)
def test_what_can_be_done_is_shown(life: Life, there: str) -> None:
    assert there in shown(life)


def test_whoever_assessed_is_not_asked_for_the_second_opinion() -> None:
    life = opened("high").assessed("high", "A05")
    assessor = person(COORDINATOR, COORDINATOR)
    assert "approve" not in {kind.name() for kind in possible(life.case, assessor, life.routine, life.now)}
    assert "approve" in shown(life, CHIEF)


def test_the_receiver_of_a_hand_over_may_answer_it_and_nothing_else() -> None:
    assert shown(offered(), COORDINATOR, organisation="90") == ["accept_handover"]
    assert shown(offered(), COORDINATOR, organisation="9002") == []


def test_who_may_not_see_the_case_may_do_nothing() -> None:
    assert shown(reported(), "group_leader") == []


def test_too_late_to_reopen_it_is_not_shown() -> None:
    assert "reopen" not in shown(closed().at("2028-01-01 09:00"))


def test_of_an_assessed_case_the_registrar_may_write_and_correct() -> None:
    assert sorted(shown(assessed(), "registrar")) == ["add_evidence", "add_note", "correct"]


def test_each_command_brings_about_moments_that_exist() -> None:
    assert {name for kind in COMMANDS for name in kind.brings} <= moments()
    assert [kind for kind in COMMANDS if not kind.brings] == []


def test_every_duty_of_the_standard_routine_has_a_command_that_answers_it() -> None:
    for life in (reported(), reported(kind="prevention")):
        for owed in obligations(life.case, life.routine):
            assert answers(owed), owed.key
    met = {moment for rule in standard().obligations.values() for moment in rule.met_by}
    assert met <= {name for kind in COMMANDS for name in kind.brings}
