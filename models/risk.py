"""Structured professional judgement: factors with floors. No sums, no scores, no percentages (domain §3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from models.message import Frozen
from models.vocabulary.case import Answer, Level

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from models.routine import Routine

FactorId = Annotated[str, Field(pattern=r"^[A-Z][0-9]{2}$")]


class Factor(Frozen):
    """One observable statement about behaviour, person or situation; its text lives in `i18n/` or the routine."""

    floor: Level | None = None
    """The level is at least this when the answer is yes; None only raises a question or mitigates."""
    mitigating: bool = False
    group: Literal["act", "actor", "affected", "situation", "mitigating"]
    task: bool = False
    """An answer of yes asks for information rather than raising the level."""


class RiskRule(Frozen):
    """The risk model a municipality adopted: factors, and when a second person is needed."""

    model: str
    factors: dict[FactorId, Factor]
    presumed: dict[str, Level]
    """Incident kind, or `danger_now`, to how fast a human must look before anybody has set a level."""
    second_person_confirms: tuple[Level, ...]
    """Levels that hold at once but are to be confirmed by a second person."""
    second_person_lowers: tuple[Level, ...]
    """Levels that are lowered only once a second person agrees."""
    chief_lowers: tuple[Level, ...]
    """Levels only the head of security may lower."""


def unknown_factors(answers: Mapping[str, Answer], routine: Routine) -> list[str]:
    """Ids that the routine's risk model does not have."""
    return [factor for factor in answers if factor not in routine.risk.factors]


def floor_of(answers: Mapping[str, Answer], routine: Routine) -> Level:
    """The highest floor among the factors answered yes; low if there is none."""
    floors = (routine.risk.factors[factor].floor for factor, answer in answers.items() if answer is Answer.YES)
    return max((floor for floor in floors if floor), key=lambda level: level.rank, default=Level.LOW)


def because(answers: Mapping[str, Answer], routine: Routine) -> list[str]:
    """The factors the floor follows from, for «Nivå HÖG eftersom …»."""
    floor = floor_of(answers, routine)
    return [f for f, a in answers.items() if a is Answer.YES and routine.risk.factors[f].floor is floor]


def prompts(answers: Mapping[str, Answer], routine: Routine) -> Iterator[Level]:
    """Levels a human is asked to consider, never set by rule (domain §3.3 rule 2).

    Two behaviours with floor high ask for acute; three factors with floor raised from different groups ask for high.
    """
    yes = [routine.risk.factors[factor] for factor, answer in answers.items() if answer is Answer.YES]
    if sum(factor.floor is Level.HIGH and factor.group == "act" for factor in yes) >= 2:  # noqa: PLR2004 - the rule's own number
        yield Level.ACUTE
    if len({factor.group for factor in yes if factor.floor is Level.RAISED}) >= 3:  # noqa: PLR2004 - the rule's own number
        yield Level.HIGH
