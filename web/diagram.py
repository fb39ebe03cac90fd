"""The routine as a picture: what is to be done at a level, stage by stage, along a line of time."""

from __future__ import annotations

from datetime import timedelta
from math import log10
from typing import TYPE_CHECKING, NamedTuple

from models.vocabulary.case import CaseKind, Level, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.obligation_rule import ObligationRule
    from models.routine import Routine
    from models.term import Term

LEFT, RIGHT, ROW = 150, 30, 46
WIDTH = 1000
MINUTE, YEAR = 1.0, 60.0 * 24 * 365
TICKS = (
    ("PT1M", 1), ("PT10M", 10), ("PT1H", 60), ("P1D", 1440), ("P7D", 10080), ("P30D", 43200), ("P180D", 259200),
)  # fmt: skip
"""Terms that are marked on the line, and their minutes."""


class Mark(NamedTuple):
    """One time by which something is to be done."""

    number: int
    obligation: str
    x: float
    y: float
    again: bool
    """It comes back."""


class Lane(NamedTuple):
    """One stage."""

    stage: Stage
    y: float
    marks: tuple[Mark, ...]


class Picture(NamedTuple):
    """Lanes with their marks, and the line of time. Sizes in units of the drawing."""

    width: int
    height: float
    left: int
    ticks: tuple[tuple[str, float], ...]
    lanes: tuple[Lane, ...]
    numbers: dict[str, int]
    """Which number stands for which obligation."""


def picture(routine: Routine, level: Level, kind: CaseKind = CaseKind.INCIDENT) -> Picture:
    """What the routine asks for at a level, as marks on a line whose every step is ten times as long as the last."""
    named = {
        name: rule for name, rule in routine.obligations.items() if kind in rule.kinds and any(_times(rule, level))
    }
    numbers = {name: number for number, name in enumerate(named, start=1)}
    lanes, y = [], 40.0
    for stage in Stage:
        its = [(name, rule) for name, rule in named.items() if rule.stage is stage]
        placed, rows = _placed(its, numbers, level, y)
        lanes.append(Lane(stage, y, placed))
        y += ROW * max(rows, 1)
    ticks = tuple((text, _x(minutes)) for text, minutes in TICKS)
    return Picture(WIDTH, y + 10, LEFT, ticks, tuple(lanes), numbers)


def _placed(
    its: list[tuple[str, ObligationRule]], numbers: dict[str, int], level: Level, y: float
) -> tuple[tuple[Mark, ...], int]:
    """Marks of one stage; those that would lie on each other go a row down."""
    ends: list[float] = []
    marks: list[Mark] = []
    wanted = sorted((_x(minutes), again, name) for name, rule in its for minutes, again in _times(rule, level))
    for x, again, name in wanted:
        row = next((number for number, end in enumerate(ends) if end < x - 26), len(ends))
        ends[row : row + 1] = [x]
        marks.append(Mark(numbers[name], name, x, y + ROW * row + ROW / 2, again))
    return tuple(marks), len(ends)


def _times(rule: ObligationRule, level: Level) -> Iterator[tuple[float, bool]]:
    """Minutes after the start, and whether it comes back; what is counted from a day of its own has no place here."""
    if rule.relative_to is not None:
        return
    for terms, again in ((rule.due, False), (rule.every, True)):
        if terms and not terms[level].is_none:
            yield _minutes(terms[level]), again
    for term in (rule.schedule or {}).get(level, ()):
        yield _minutes(term), False


def _minutes(term: Term) -> float:
    if isinstance(term.amount, timedelta):
        return abs(term.amount) / timedelta(minutes=1)
    return abs(term.amount) * 60.0 * 24


def _x(minutes: float) -> float:
    share = log10(max(minutes, MINUTE)) / log10(YEAR)
    return round(LEFT + 20 + share * (WIDTH - LEFT - RIGHT - 20), 1)
