"""Unusual reading: which of what was read somebody should look at (domain §8.3: logs are kept to be followed up)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from models.vocabulary.people import Role
from models.vocabulary.reading import ReadGround, UnusualReading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

MANY = 20
"""Different cases by one person within `SHORT`: who works through a worklist opens fewer."""
SHORT = timedelta(hours=1)
LONG_CLOSED = timedelta(days=30)
"""What is asked about a case that has ended, such as an answer to whoever reported, has come by then."""
PERIOD = timedelta(days=7)
"""What one person does against one rule within so long is one thing to look at."""
_ANSWERS_FOR_ALL = frozenset({Role.SECURITY_CHIEF, Role.SECURITY_COORDINATOR})
"""They assign cases and look after those of everybody: to read them is their work."""
_BY_OFFICE = frozenset({ReadGround.RECEIPT, ReadGround.OPERATOR, ReadGround.REVIEW, ReadGround.DECISION})
"""Not somebody at work in the case: whoever reads on such a ground is looked after otherwise."""


@dataclass(frozen=True)
class Reading:
    """Somebody read something of a case, and what is known about it. Times in UTC."""

    user: str
    case: str
    at: datetime
    role: Role | None = None
    ground: ReadGround = ReadGround.ROLE
    on_duty: bool = False
    """They were on duty for the organisation then."""
    office_open: bool = True
    takes_part: bool = False
    """They handle the case, or have done something in it."""
    kept_out: bool = False
    """They may not see it now: a conflict of interest (jäv)."""
    closed: datetime | None = None
    """When the case was closed, if it is."""


@dataclass(frozen=True)
class Finding:
    """What one person did against one rule: the cases in order, first and last time."""

    rule: UnusualReading
    user: str
    first: datetime
    last: datetime
    cases: tuple[str, ...]


def unusual(
    readings: Iterable[Reading], reviewed: Mapping[tuple[UnusualReading, str], datetime] | None = None
) -> list[Finding]:
    """What is out of the ordinary among what was read, the oldest first.

    :param reviewed: until when somebody has looked at what a person did against a rule: that is not found again.
    """
    seen = reviewed or {}
    by_user = sorted(readings, key=lambda one: (one.user, one.at, one.case))
    found = []
    for user, group in groupby(by_user, key=lambda one: one.user):
        its = [one for one in group if one.ground not in _BY_OFFICE]
        for rule in UnusualReading:
            after = seen.get((rule, user))
            caught = [one for one in _against(rule, its) if after is None or one.at > after]
            found += [_finding(rule, some) for some in _periods(caught)]
    return sorted(found, key=lambda one: (one.first, one.user, one.rule))


def _against(rule: UnusualReading, its: Sequence[Reading]) -> Sequence[Reading]:
    """What one person read against a rule, in order of time."""
    if rule is UnusualReading.MANY:
        return _many(its)
    return [one for one in its if rule in _broken(one)]


def _broken(one: Reading) -> Iterator[UnusualReading]:
    stranger = not one.takes_part and not one.on_duty
    if stranger and not one.office_open:
        yield UnusualReading.ODD_HOURS
    if stranger and one.role not in _ANSWERS_FOR_ALL and one.ground is ReadGround.ROLE:
        yield UnusualReading.NO_PART
    if one.kept_out:
        yield UnusualReading.OWN_AFFAIR
    if one.closed is not None and one.at > one.closed + LONG_CLOSED:
        yield UnusualReading.AFTER_CLOSURE


def _many(its: Sequence[Reading]) -> list[Reading]:
    """All that stands in an hour with more cases than `MANY`."""
    window: deque[Reading] = deque()
    caught: dict[int, Reading] = {}
    for one in its:
        window.append(one)
        while window[0].at <= one.at - SHORT:
            window.popleft()
        if len({each.case for each in window}) > MANY:
            caught.update((id(each), each) for each in window)
    return list(caught.values())


def _periods(its: Sequence[Reading]) -> Iterator[list[Reading]]:
    some: list[Reading] = []
    for one in its:
        if some and one.at >= some[0].at + PERIOD:
            yield some
            some = []
        some.append(one)
    if some:
        yield some


def _finding(rule: UnusualReading, its: Sequence[Reading]) -> Finding:
    return Finding(rule, its[0].user, its[0].at, its[-1].at, tuple(dict.fromkeys(one.case for one in its)))
