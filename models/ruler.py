"""A clock laid out as a ruler: instants on one edge, counted time on the other.

Everything is an integer (microseconds since 1970, UTC), so no deadline is ever a microsecond off.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models.term import Term

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Span = tuple[int, int]
"""From and to, in microseconds since 1970 UTC."""


class BeyondRuler(LookupError):
    """The ruler is too short for this question; ask again with a longer one."""


def utc(instant: datetime) -> datetime:
    """The same instant in UTC; ValueError for a datetime without a time zone."""
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise ValueError("a time needs a time zone")
    return instant.astimezone(UTC)


def microseconds(duration: timedelta) -> int:
    """A duration as a whole number of microseconds."""
    return (duration.days * 86_400 + duration.seconds) * 1_000_000 + duration.microseconds


def to_microseconds(instant: datetime) -> int:
    """A UTC instant as microseconds since 1970."""
    return microseconds(instant - _EPOCH)


def to_instant(count: int) -> datetime:
    """The UTC instant so many microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=count)


@dataclass(frozen=True, slots=True, eq=False)
class Ruler:
    """A monotone map between instants and positions of counted time, and back.

    Opening `i` runs from `opens[i]` to `closes[i]`; the position goes from `marks[i]` to `marks[i + 1]`
    meanwhile, `units[i]` per microsecond, and stands still in between. `day` is one working day.
    """

    opens: tuple[int, ...]
    closes: tuple[int, ...]
    marks: tuple[int, ...]
    units: tuple[int, ...]
    day: int = 0

    def measure(self, term: Term) -> int:
        """The length of a term on this ruler."""
        if isinstance(term.amount, int):
            return term.amount * self.day
        return microseconds(term.amount)

    def position(self, instant: int) -> int:
        """How much time has been counted at this instant."""
        i = bisect_right(self.opens, instant) - 1
        if i < 0 or instant > self.closes[-1]:
            raise BeyondRuler
        return self.marks[i] + (min(instant, self.closes[i]) - self.opens[i]) * self.units[i]

    def instant(self, position: int, *, late: bool = False) -> int:
        """The earliest instant at this position (`late`: the latest), rounded up to a microsecond.

        They differ at a closing: the earliest is that closing, the latest the next opening.
        """
        i = (bisect_right if late else bisect_left)(self.marks, position) - 1
        if not 0 <= i < len(self.units):
            raise BeyondRuler
        return self.opens[i] - (self.marks[i] - position) // self.units[i]

    def travel(self, start: int, amount: int, pauses: Sequence[Span] = ()) -> int:
        """The instant `amount` of counted time from `start`; pauses (merged, in order) are not counted.

        Counting backwards ignores pauses: a day counted back from a fixed date must not move away from it.
        """
        here = self.position(start)
        if amount == 0:
            return start if self.instant(here) == start else self.instant(here, late=True)
        target = here + amount
        if amount < 0:
            return self.instant(target, late=True)
        for begin, end in pauses:
            if end <= start:
                continue
            paused = self.position(max(begin, start))
            if paused >= target:
                break
            target += self.position(end) - paused
        return self.instant(target)

    def counted(self, start: int, end: int, pauses: Sequence[Span] = ()) -> int:
        """Counted time between two instants, pauses (merged) left out."""
        total = self.position(end) - self.position(start)
        for begin, until in pauses:
            if begin < end and until > start:
                total -= self.position(min(until, end)) - self.position(max(begin, start))
        return total


_FAR = microseconds(timedelta(days=1_000_000))
WALL = Ruler(opens=(-_FAR,), closes=(_FAR * 4,), marks=(-_FAR, _FAR * 4), units=(1,))
"""The wall clock: always open."""
