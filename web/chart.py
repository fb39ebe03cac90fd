"""Two routines side by side as bars: each measure at each level, before and after. Sizes in units of the drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

LEFT, WIDTH, RIGHT = 300, 1000, 70
BAR, GAP, GROUP = 16, 4, 18


class Bar(NamedTuple):
    """One bar with its number."""

    y: float
    width: float
    number: int
    after: bool


class Pair(NamedTuple):
    """Two bars with what they count."""

    name: str
    y: float
    bars: tuple[Bar, Bar]


class Chart(NamedTuple):
    """All pairs."""

    width: int
    height: float
    left: int
    thick: int
    pairs: tuple[Pair, ...]


def chart(rows: Sequence[tuple[str, int, int]]) -> Chart:
    """Name, number before and number after of each pair, from the top."""
    most = max((max(before, after) for _, before, after in rows), default=0) or 1
    pairs, y = [], 8.0
    for name, before, after in rows:
        first = Bar(y, _width(before, most), before, after=False)
        second = Bar(y + BAR + GAP, _width(after, most), after, after=True)
        pairs.append(Pair(name, y + BAR + GAP / 2, (first, second)))
        y += 2 * BAR + GAP + GROUP
    return Chart(WIDTH, y, LEFT, BAR, tuple(pairs))


def _width(number: int, most: int) -> float:
    return round((WIDTH - LEFT - RIGHT) * number / most, 1)
