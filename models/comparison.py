"""What a routine makes of many cases, counted, so that two routines can be laid side by side. Pure; codes alone."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from models.duties import KEPT, DutyState
from models.vocabulary.case import Level
from models.whatif import relive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime, tzinfo

    from models.case import RoutineRef
    from models.events import Event
    from models.routine import Routine
    from models.whatif import Refused, Relived, Woken

NIGHT = (22, 6)
"""From and until which hour of the wall clock a message wakes somebody."""


class Counting(StrEnum):
    """What is counted."""

    REMINDERS = "reminders"
    ESCALATIONS = "escalations"
    PAGES = "pages"
    """Messages that ring."""
    NIGHT_PAGES = "night_pages"
    MET = "met"
    LATE = "late"
    MISSED = "missed"


class Counted(NamedTuple):
    """One thing counted: at which level, and of which duty, role or hour."""

    measure: str
    level: Level
    name: str


Tally = Counter[Counted]
HOUR, ROLE = "hour", "role"
"""Pages counted by the hour of the wall clock, and by the role that they ring at."""


class Change(NamedTuple):
    """What becomes otherwise in one case."""

    case: str
    before: Tally
    after: Tally
    woken: tuple[Woken, ...]
    """Who would be paged, who was not."""
    spared: tuple[Woken, ...]
    refused: tuple[Refused, ...]
    stays_open: bool
    """It was closed, and would not be."""
    deeds: int
    faithful: bool
    """Under its own routine it becomes, deed by deed, what the ledger has."""


class Row(NamedTuple):
    """One line of a comparison: of a level, or of a duty or role at all levels."""

    measure: str
    name: str
    before: int
    after: int

    @property
    def difference(self) -> int:
        """How many more, or fewer."""
        return self.after - self.before


def changed(
    events: Sequence[Event],
    own: Routine,
    tried: Routine,
    until: datetime,
    moved: Callable[[RoutineRef], Routine | None],
) -> Change:
    """One case under its own routine and under another, both by the same machinery.

    :param own: the routine it was started with; `moved` finds those it was moved to.
    :param until: when to stop, UTC.
    """
    before, after = relive(events, own, until, moved=moved), relive(events, tried, until)
    rang, rings = set(before.woken), set(after.woken)
    return Change(
        case=events[0].case,
        before=tally(before, until, own.calendar.zone),
        after=tally(after, until, tried.calendar.zone),
        woken=tuple(one for one in after.woken if one not in rang),
        spared=tuple(one for one in before.woken if one not in rings),
        refused=tuple(after.refused),
        stays_open=before.case.closed and not after.case.closed,
        deeds=before.deeds,
        faithful=before.faithful,
    )


def tally(lived: Relived, until: datetime, zone: tzinfo) -> Tally:
    """The life of one case in numbers."""
    counted: Tally = Counter()
    for step in lived.steps:
        measure = Counting.REMINDERS if step.rung is None else Counting.ESCALATIONS
        counted[Counted(measure, step.level, step.kind)] += 1
    for one in lived.woken:
        hour = one.at.astimezone(zone).hour
        counted[Counted(Counting.PAGES, one.level, one.about)] += 1
        counted[Counted(ROLE, one.level, one.role)] += 1
        counted[Counted(HOUR, one.level, f"{hour:02}")] += 1
        if hour >= NIGHT[0] or hour < NIGHT[1]:
            counted[Counted(Counting.NIGHT_PAGES, one.level, one.role)] += 1
    for duty in lived.duties:
        state = duty.state(until)
        if state in KEPT - {DutyState.MET}:
            continue
        measure = {DutyState.MET: Counting.MET, DutyState.LATE: Counting.LATE}.get(state, Counting.MISSED)
        counted[Counted(measure, duty.last.level, duty.last.kind)] += 1
    return counted


def by_level(before: Tally, after: Tally) -> dict[Level, list[Row]]:
    """Each measure at each level, the highest level first."""
    return {
        level: [Row(one, level, _sum(before, one, level=level), _sum(after, one, level=level)) for one in Counting]
        for level in reversed(Level)
    }


def by_name(before: Tally, after: Tally, *measures: str) -> list[Row]:
    """Each duty or role of these measures, at all levels together, only where there is a difference."""
    names = dict.fromkeys((key.measure, key.name) for key in sorted([*before, *after]) if key.measure in measures)
    rows = (Row(it, name, _sum(before, it, name=name), _sum(after, it, name=name)) for it, name in names)
    return sorted((row for row in rows if row.difference), key=lambda row: (-abs(row.difference), row.name))


def by_hour(counted: Tally) -> list[int]:
    """Pages in each of the 24 hours of the wall clock."""
    return [_sum(counted, HOUR, name=f"{hour:02}") for hour in range(24)]


def total(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    whole: Tally = Counter()
    for one in tallies:
        whole.update(one)
    return whole


def _sum(counted: Tally, measure: str, *, level: Level | None = None, name: str | None = None) -> int:
    return sum(
        number
        for key, number in counted.items()
        if key.measure == measure and level in (None, key.level) and name in (None, key.name)
    )
