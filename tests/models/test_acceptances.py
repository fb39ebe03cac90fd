"""Who has accepted an alarm: several different people may be required, and nobody counts twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.case import Case
from models.events import moments
from models.obligation_rule import ACCEPTANCES
from models.refusal import Refusal
from models.routine import read_routine
from models.stages.deadlines import Acknowledged
from tests.models.cases import answer, command, leads_to, person, proposal
from tests.models.life import CHIEF, DEPUTY, Life
from tests.routine import standard

DUTY, HEAD = "duty_officer", "chief_executive"
PEOPLE = (DUTY, CHIEF, DEPUTY, HEAD)


def alarmed(met_by: str = "acknowledged", **alarm: Any) -> Life:
    """An acute case of a municipality whose alarm is met by so many."""
    document = standard().model_dump(mode="json")
    document["obligations"]["alarm"] |= {"met_by": [met_by], **alarm}
    return Life("2026-03-02 03:00", routine=read_routine(document, moments()), kinds=["threat_death"])


def alarm(life: Life) -> bool:
    return any(owed.rule.is_alarm and owed.open for owed in life.owed())


def test_the_moments_are_words_that_a_routine_may_use() -> None:
    assert set(ACCEPTANCES) <= moments()
    assert [Acknowledged(count=count).moments()[1:] for count in (1, 2, 3, 4)] == [
        (),
        ("acknowledged_by_two",),
        ("acknowledged_by_three",),
        (),
    ]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_alarm_goes_on_until_as_many_different_people_have_taken_it_as_the_routine_requires(number: int) -> None:
    life = alarmed(ACCEPTANCES[number - 1])
    for who in PEOPLE[:number]:
        assert alarm(life)
        life.at(timedelta(minutes=1)).does("acknowledge", who)
    assert not alarm(life)
    assert life.case.accepted == set(PEOPLE[:number])
    assert answer(life, "acknowledge", HEAD) == "no_alarm type"


def test_one_person_is_one_person_however_often_they_accept() -> None:
    life = alarmed("acknowledged_by_two").does("acknowledge", DUTY)
    assert answer(life, "acknowledge", DUTY) == "already_accepted actor"
    assert alarm(life)
    escalated = life.at(timedelta(minutes=10)).tick()
    assert [event.cause for event in escalated if event.type == "escalated"] == ["alarm"]


def test_an_alarm_raised_again_asks_everybody_anew() -> None:
    life = alarmed("acknowledged_by_two").does("acknowledge", DUTY).does("acknowledge", CHIEF)
    life.at(timedelta(minutes=5)).opened("acute").assessed("raised", by=CHIEF, text="Avblåst.")
    life.does("approve", DEPUTY, approved=True).at(timedelta(hours=1)).assessed("acute", "A02")
    assert life.case.accepted == frozenset()
    assert leads_to(life, "acknowledge", DUTY) == ["acknowledged"]
    life.does("acknowledge", DUTY)
    assert alarm(life)
    life.does("acknowledge", DEPUTY)
    assert not alarm(life)


def test_an_alarm_that_a_routine_starts_by_a_moment_of_its_own_asks_everybody_anew_too() -> None:
    life = alarmed(starts=["alarm_raised", "incident_added"]).does("acknowledge", DUTY)
    life.at(timedelta(hours=1)).does("add_incident", text="x")
    assert alarm(life)
    assert leads_to(life, "acknowledge", DUTY) == ["acknowledged"]


def test_a_reopened_case_knows_no_earlier_acceptance() -> None:
    life = alarmed("acknowledged_by_two").does("acknowledge", DUTY)
    life.does("triage", outcome="false_alarm", level="low", text="x").does("close", CHIEF, reason="false_alarm")
    life.at(timedelta(days=1)).does("reopen", reason="new_incident", level="acute")
    assert life.case.accepted == frozenset()
    assert leads_to(life, "acknowledge", DUTY) == ["acknowledged"]


def test_whoever_turns_out_to_be_involved_has_accepted_nothing() -> None:
    life = alarmed("acknowledged_by_two").does("acknowledge", DUTY)
    life.does("block_role", CHIEF, people=[DUTY], text="x").does("acknowledge", CHIEF)
    assert alarm(life)
    assert life.case.accepted == {CHIEF}
    assert not alarm(life.does("acknowledge", DEPUTY))


def test_a_blocked_person_cannot_accept_whatever_other_hat_they_wear() -> None:
    life = alarmed().does("block_role", CHIEF, roles=[DUTY], people=["eva"], text="x")
    for actor in (person("eva", CHIEF), person("tib", DUTY), person("bo", DUTY, CHIEF)):
        with pytest.raises(Refusal, match="unknown_case"):
            proposal(life, actor, command("acknowledge"))
    assert leads_to(life, "acknowledge", DEPUTY) == ["acknowledged"]


@given(st.lists(st.sampled_from(PEOPLE), max_size=12), st.sampled_from([1, 2, 3]))
def test_the_alarm_is_met_by_the_first_so_many_different_people_and_never_by_fewer(who: list[str], number: int) -> None:
    life = alarmed(ACCEPTANCES[number - 1])
    for person_ in who:
        before = life.case
        try:
            life.at(timedelta(seconds=1)).does("acknowledge", person_)
        except Refusal:
            assert person_ in before.accepted or len(before.accepted) == number
    different = list(dict.fromkeys(who))[:number]
    assert life.case.accepted == set(different)
    assert alarm(life) is (len(different) < number)
    assert Case.model_validate_json(life.case.model_dump_json()) == life.case
