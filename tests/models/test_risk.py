"""Factors with floors: no sums, no scores; a human decides (domain §3.3-3.4)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.case import IncidentFacts
from models.decide import presumed_level
from models.risk import because, floor_of, prompts, unknown_factors
from models.vocabulary.case import Answer, CaseKind, Level
from models.vocabulary.incident import IncidentKind
from tests.routine import standard

FACTORS = sorted(standard().risk.factors)
ANSWERS = st.dictionaries(st.sampled_from(FACTORS), st.sampled_from(Answer))


def yes(*factors: str) -> dict[str, Answer]:
    return dict.fromkeys(factors, Answer.YES)


def presumed(*kinds: str, danger_now: bool = False) -> Level:
    incident = IncidentFacts(kinds=tuple(IncidentKind(kind) for kind in kinds), danger_now=danger_now)
    return presumed_level(incident, CaseKind.INCIDENT, standard().risk)


@pytest.mark.parametrize(
    "scenario, factors, level",
    [
        ("F1", "A01 A02 A06 B03 C02", Level.ACUTE),
        ("F2", "A17 A09 C04 D03", Level.HIGH),
        ("F3", "A05 A06 A10 A11 A12 C02", Level.HIGH),
        ("F4", "A05 A19 C03 D01 C06", Level.HIGH),
        ("F5", "A07 B05", Level.HIGH),
        ("F6", "A05 A11", Level.HIGH),
        ("F7", "C01 A05 A06", Level.HIGH),
        ("F8", "A11 B03 M04", Level.RAISED),
        ("F10", "A03", Level.ACUTE),
        ("F10, cleared up", "M03", Level.LOW),
        ("F11", "A07", Level.HIGH),
        ("F12", "C04", Level.RAISED),
        ("F13", "", Level.LOW),
    ],
)
def test_each_scenario_has_the_floor_the_domain_gives_it(scenario: str, factors: str, level: Level) -> None:
    assert floor_of(yes(*factors.split()), standard()) is level, scenario


@pytest.mark.parametrize(
    "kinds, level",
    [
        ("threat_death visited_privately", Level.ACUTE),
        ("arson_explosives", Level.ACUTE),
        ("pile_on abuse doxing", Level.HIGH),
        ("delivery threat_veiled", Level.HIGH),
        ("violence abuse", Level.HIGH),
        ("worry contact_flood", Level.RAISED),
        ("abuse", Level.LOW),
        ("", Level.RAISED),
    ],
)
def test_how_fast_a_human_must_look_is_presumed_from_the_gravest_kind(kinds: str, level: Level) -> None:
    assert presumed(*kinds.split()) is level


def test_danger_now_is_acute_whatever_else_is_said() -> None:
    assert presumed("abuse", danger_now=True) is Level.ACUTE


def test_a_circumstance_that_raises_the_floor_is_a_factor_of_its_own() -> None:
    assert floor_of(yes("A04"), standard()) is Level.RAISED
    assert floor_of(yes("A04", "A24"), standard()) is Level.HIGH
    pairs = [("A08", "A28"), ("A14", "A34"), ("A16", "A36")]
    assert [floor_of(yes(*pair), standard()) for pair in pairs] == [Level.ACUTE] * 3


def test_the_level_is_explained_by_the_factors_that_gave_it() -> None:
    assert because(yes("A06", "A11", "A10") | {"A05": Answer.NO}, standard()) == ["A06", "A10"]


def test_two_grave_acts_ask_a_human_to_consider_acute() -> None:
    assert list(prompts(yes("A05", "A06"), standard())) == [Level.ACUTE]
    assert list(prompts(yes("A05", "B01"), standard())) == []


def test_three_signs_of_different_groups_ask_a_human_to_consider_high() -> None:
    assert list(prompts(yes("A11", "B03", "C04"), standard())) == [Level.HIGH]
    assert list(prompts(yes("A11", "A12", "A17"), standard())) == []


def test_an_unknown_factor_is_named() -> None:
    assert unknown_factors(yes("A01", "Z99"), standard()) == ["Z99"]


def test_the_model_has_every_factor_of_the_domain_and_no_other_but_the_four_circumstances() -> None:
    listed = [f"A{n:02}" for n in range(1, 21)] + [f"B{n:02}" for n in range(1, 7)] + [f"C{n:02}" for n in range(1, 7)]
    listed += ["D01", "D02", "D03", "M01", "M02", "M03", "M04"]
    assert sorted([*listed, "A24", "A28", "A34", "A36"]) == FACTORS
    assert all(re.fullmatch(r"[A-Z]\d\d", factor) for factor in FACTORS)


@given(ANSWERS)
def test_only_a_yes_has_a_floor_and_no_number_of_small_ones_adds_up(answers: dict[str, Answer]) -> None:
    factors = standard().risk.factors
    said = [factors[factor].floor or Level.LOW for factor, answer in answers.items() if answer is Answer.YES]
    assert floor_of(answers, standard()) is max(said, key=lambda level: level.rank, default=Level.LOW)


@given(ANSWERS, st.sampled_from(FACTORS))
def test_one_more_yes_never_lowers_the_floor(answers: dict[str, Answer], factor: str) -> None:
    before = floor_of({f: a for f, a in answers.items() if f != factor}, standard())
    assert floor_of(answers | yes(factor), standard()).rank >= before.rank
