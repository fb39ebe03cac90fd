"""The Swedish working clock: when is it due, how far has it run, and why exactly this time?

Rules (domain §3.5, architecture §4): wall terms are real elapsed time. Working hours count office time alone.
One working day is the same share of the office day one working day later; a start outside office hours counts
from the next opening, so Friday 22:40 + 1 working day is Monday's closing. A half-day is one working day, only
shorter. Suspended time is not counted, except backwards: a day counted back from a fixed date stays put.
Shares are taken to the nearest millionth. Every instant goes in with a time zone and comes out in UTC.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from math import nextafter
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from models.ruler import Ruler, Span, microseconds, to_instant, to_microseconds, utc
from models.suspension import Suspension, merged
from models.term import Clock, Term
from models.workcalendar import WorkCalendar

__all__ = [
    "Explanation",
    "Skipped",
    "Suspension",
    "Term",
    "WorkCalendar",
    "advance",
    "at_share",
    "elapsed_share",
    "explain",
]

SkipReason = Literal["holiday", "weekend", "closed", "half_day", "outside_hours", "suspended", "beyond_calendar"]
_WHOLE = 1_000_000
_ALMOST_ALL = nextafter(1.0, 0.0)
_NOTHING = timedelta(0)


class Skipped(BaseModel):
    """A day, or a part of one, that the clock did not count; `day` is the office's calendar date.

    `name` is the holiday's or half-day's name, or the suspension's reason code. `closes` belongs to a half-day
    (local time); `start` and `end` to `suspended` and `outside_hours` (UTC). `beyond_calendar` is not a
    skipped day: from `day` on, holidays are unknown and no weekday is skipped for one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    day: date
    reason: SkipReason
    name: str | None = None
    closes: time | None = None
    start: datetime | None = None
    end: datetime | None = None


class Explanation(BaseModel):
    """Why a due time is what it is. Codes and data only; i18n has the words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    start: datetime
    term: str
    clock: Clock
    due: datetime
    skipped: tuple[Skipped, ...]
    summer_time_crossed: Annotated[bool, Field(description="the office's clocks changed on the way")]
    beyond_calendar: Annotated[bool, Field(description="part of the way is in years without known holidays")]


def advance(start: datetime, term: Term, calendar: WorkCalendar, suspensions: Sequence[Suspension] = ()) -> datetime:
    """When a term that starts at `start` is over. ValueError for `none`, which never is."""
    if term.is_none:
        raise ValueError("no such duty at this level: the term is none")
    start = utc(start)
    if term.clock == "wall" and not suspensions and isinstance(term.amount, timedelta):
        return start + term.amount
    begin, pauses = to_microseconds(start), _pauses(suspensions)
    return to_instant(calendar.ask(term.clock, lambda ruler: ruler.travel(begin, ruler.measure(term), pauses)))


def at_share(
    start: datetime,
    due: datetime,
    share: float,
    clock: Clock,
    calendar: WorkCalendar,
    suspensions: Sequence[Suspension] = (),
) -> datetime:
    """The instant at a share of the time from start to due, on the obligation's own clock.

    0 is start, 1 is due, exactly; more than 1 goes on at the same pace. When no counted time lies between them
    (due before start, or both in one closed night) every other share is due itself.
    """
    start, due = utc(start), utc(due)
    millionths = round(share * _WHOLE)
    if millionths == _WHOLE or start >= due:
        return due
    if millionths <= 0:
        return start
    if clock == "wall" and not suspensions:
        return start - timedelta(microseconds=microseconds(start - due) * millionths // _WHOLE)
    begin, end, pauses = to_microseconds(start), to_microseconds(due), _pauses(suspensions)

    def reached(ruler: Ruler) -> int:
        counted = ruler.counted(begin, end, pauses)
        if not counted:
            return end
        instant = ruler.travel(begin, -(-counted * millionths // _WHOLE), pauses)
        return max(instant, end) if millionths > _WHOLE else instant

    return to_instant(calendar.ask(clock, reached))


def elapsed_share(
    start: datetime,
    due: datetime,
    now: datetime,
    clock: Clock,
    calendar: WorkCalendar,
    suspensions: Sequence[Suspension] = (),
) -> float:
    """How much of the time from start to due has run at `now`: 0.0 at start, past 1.0 when overdue.

    At least 1 exactly when `now` has reached due.
    """
    start, due, now = utc(start), utc(due), utc(now)
    begin, end, at = to_microseconds(start), to_microseconds(due), to_microseconds(now)
    pauses = _pauses(suspensions)

    def share(ruler: Ruler) -> float:
        whole = ruler.counted(begin, end, pauses) if begin < end else 0
        if whole <= 0 or at <= begin:
            return float(at >= end)
        return ruler.counted(begin, at, pauses) / whole

    run = calendar.ask(clock, share)
    return max(run, 1.0) if now >= due else min(run, _ALMOST_ALL)


def explain(
    start: datetime,
    term: Term,
    due: datetime,
    calendar: WorkCalendar,
    suspensions: Sequence[Suspension] = (),
) -> Explanation:
    """Why a term from `start` ends at `due`: every day and stretch the clock passed over, in order."""
    start, due = utc(start), utc(due)
    skipped = [*_suspended(start, due, calendar, suspensions)]
    if term.clock != "wall":
        skipped += [*_outside_hours(start, term, calendar), *_days_passed_over(start, due, calendar)]
    return Explanation(
        start=start,
        term=str(term),
        clock=term.clock,
        due=due,
        skipped=tuple(sorted(skipped, key=lambda skip: (skip.day, skip.reason))),
        summer_time_crossed=_summer_time_crossed(start, due, calendar),
        beyond_calendar=any(skip.reason == "beyond_calendar" for skip in skipped),
    )


def _pauses(suspensions: Sequence[Suspension]) -> list[Span]:
    return [(to_microseconds(since), to_microseconds(until)) for since, until in merged(suspensions)]


def _suspended(
    start: datetime, due: datetime, calendar: WorkCalendar, suspensions: Sequence[Suspension]
) -> Iterator[Skipped]:
    for entry in suspensions:
        since, until = max(entry.start, start), min(entry.end, due)
        if since < until:
            day = calendar.local_date(since)
            yield Skipped(day=day, reason="suspended", name=entry.reason_code, start=since, end=until)


def _outside_hours(start: datetime, term: Term, calendar: WorkCalendar) -> Iterator[Skipped]:
    """The closed stretch that a start on a working day, but outside office hours, has to wait for."""
    day, at = calendar.local_date(start), to_microseconds(start)

    def closed_around(ruler: Ruler) -> Span:
        here = ruler.position(at)
        return ruler.instant(here), ruler.instant(here, late=True)

    closing, opening = calendar.ask("working_hours", closed_around)
    if calendar.is_working_day(day) and closing < at < opening:
        backwards = term.amount < 0 if isinstance(term.amount, int) else term.amount < _NOTHING
        begin, end = (closing, at) if backwards else (at, opening)
        yield Skipped(day=day, reason="outside_hours", start=to_instant(begin), end=to_instant(end))


def _days_passed_over(start: datetime, due: datetime, calendar: WorkCalendar) -> Iterator[Skipped]:
    first, last = sorted((calendar.local_date(start), calendar.local_date(due)))
    known = True
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(ordinal)
        if known and not calendar.is_covered(day):
            known = False
            yield Skipped(day=day, reason="beyond_calendar")
        if reason := calendar.closed_because(day):
            yield Skipped(day=day, reason=reason, name=calendar.days_off.get(day))
        elif half := calendar.half_days.get(day):
            yield Skipped(day=day, reason="half_day", name=half.name, closes=half.closes)


def _summer_time_crossed(start: datetime, due: datetime, calendar: WorkCalendar) -> bool:
    # Weekly steps are enough: no country changes its clocks back within a week.
    first, last = sorted((start, due))
    weeks = (first + timedelta(weeks=n) for n in range((last - first) // timedelta(weeks=1) + 1))
    return len({instant.astimezone(calendar.zone).utcoffset() for instant in (*weeks, last)}) > 1
