"""When an office is open: hours per weekday, days off and half-days, as data in the routine."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import cached_property, lru_cache
from itertools import accumulate
from math import lcm
from typing import Annotated, Any, Literal, Self, TypeVar, get_args
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from models.ruler import WALL, BeyondRuler, Ruler, to_instant, to_microseconds, utc
from models.term import Clock

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
ClosedReason = Literal["holiday", "weekend", "closed"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)
_WEEKEND = WEEKDAYS[5:]
_MARGINS = (2, 20, 200)
"""Years beyond the calendar's own that a ruler reaches: the next one is built only when asked for."""

Answer = TypeVar("Answer")


def _known_zone(key: str) -> str:
    try:
        ZoneInfo(key)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"unknown time zone {key[:40]!r}") from error
    return key


Zone = Annotated[str, AfterValidator(_known_zone)]
"""The name of a time zone, such as Europe/Stockholm."""


def _open_and_close(text: str) -> tuple[time, time]:
    opens, closes = text.split("-")
    return time.fromisoformat(opens), time.fromisoformat(closes)


def _opens_before_closing(text: str) -> str:
    opens, closes = _open_and_close(text)
    if opens >= closes:
        raise ValueError(f"office hours {text} close before they open")
    return text


def _local(at: time) -> time:
    if at.tzinfo:
        raise ValueError("closes is a local time, without a time zone")
    return at


OfficeHours = Annotated[
    str,
    Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$"),
    AfterValidator(_opens_before_closing),
]


class HalfDay(BaseModel):
    """A working day that ends early, such as the day before a great holiday."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    closes: Annotated[time, AfterValidator(_local)]


class WorkCalendar(BaseModel):
    """Office hours and the days off of the years `covers`, first and last, both included.

    Days off are data, never looked up: a library update must not bend a running case. Outside `covers` every
    open weekday counts as working, and an explanation says so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    timezone: Zone = "Europe/Stockholm"
    office_hours: dict[Weekday, OfficeHours]
    days_off: dict[date, str] = {}
    half_days: dict[date, HalfDay] = {}
    covers: tuple[Annotated[int, Field(ge=1970)], Annotated[int, Field(le=2200)]]

    @model_validator(mode="after")
    def _make_sense(self) -> Self:
        if not self.office_hours:
            raise ValueError("the office is closed all week: no working time could ever pass")
        if self.covers[0] > self.covers[1]:
            raise ValueError("covers: the first year comes after the last")
        for day in (*self.days_off, *self.half_days):
            if not self.is_covered(day):
                raise ValueError(f"{day} is outside the years the calendar covers")
        for day, half in self.half_days.items():
            if day in self.days_off:
                raise ValueError(f"{day} is both a day off and a half-day")
            usual = self.office_hours.get(WEEKDAYS[day.weekday()])
            if usual and half.closes <= _open_and_close(usual)[0]:
                raise ValueError(f"half-day {day} closes before the office opens")
        return self

    def __hash__(self) -> int:
        return hash((self.timezone, frozenset(self.office_hours.items()), frozenset(self.days_off), self.covers))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:  # noqa: ARG002
        """A validated copy, always deep; pydantic's own would carry the rulers of the old calendar along."""
        return self.model_validate({**self.model_dump(), **(update or {})})

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone of the office."""
        return ZoneInfo(self.timezone)

    def is_covered(self, day: date) -> bool:
        """Whether the days off of that year are known."""
        return self.covers[0] <= day.year <= self.covers[1]

    def closed_because(self, day: date) -> ClosedReason | None:
        """Why the office is closed all that day; None when it opens. Holidays go before weekends."""
        if day in self.days_off:
            return "holiday"
        if WEEKDAYS[day.weekday()] in self.office_hours:
            return None
        return "weekend" if WEEKDAYS[day.weekday()] in _WEEKEND else "closed"

    def is_working_day(self, day: date) -> bool:
        """Whether the office opens at all that day; a half-day is a working day."""
        return self.closed_because(day) is None

    def hours(self, day: date) -> tuple[datetime, datetime] | None:
        """Opening and closing of that local day in UTC; None when closed."""
        if self.closed_because(day):
            return None
        opens, closes = _open_and_close(self.office_hours[WEEKDAYS[day.weekday()]])
        if half := self.half_days.get(day):
            closes = min(closes, half.closes)
        begin, end = (datetime.combine(day, at, self.zone).astimezone(UTC) for at in (opens, closes))
        # An hour that summer time takes away can be all there was.
        return (begin, end) if begin < end else None

    def local_date(self, instant: datetime) -> date:
        """The calendar date at the office at that instant."""
        return utc(instant).astimezone(self.zone).date()

    def next_opening(self, instant: datetime) -> datetime:
        """The instant itself while the office is open, else the next opening, in UTC."""
        at = to_microseconds(utc(instant))
        return to_instant(self.ask("working_hours", lambda ruler: ruler.instant(ruler.position(at), late=True)))

    def ask(self, clock: Clock, question: Callable[[Ruler], Answer]) -> Answer:
        """Put a question to the ruler of a clock, to a longer one if it does not reach.

        ValueError for an instant centuries away from the calendar's years.
        """
        if clock == "wall":
            return question(WALL)
        try:
            return question(self._near[clock])
        except BeyondRuler:
            pass
        for margin in _MARGINS[1:]:
            try:
                return question(_rulers(self, margin)[clock])
            except BeyondRuler:
                continue
        raise ValueError(f"too far from the years {self.covers[0]}-{self.covers[1]} of the calendar")

    @cached_property
    def _near(self) -> dict[Clock, Ruler]:
        return _rulers(self, _MARGINS[0])


@lru_cache(maxsize=32)
def _rulers(calendar: WorkCalendar, margin: int) -> dict[Clock, Ruler]:
    """Both working clocks of a calendar; shared by every case whose routine has an equal calendar."""
    first, last = calendar.covers[0] - margin, calendar.covers[1] + margin
    days = range(date(first, 1, 1).toordinal(), date(last + 1, 1, 1).toordinal())
    office = [hours for day in days if (hours := calendar.hours(date.fromordinal(day)))]
    opens = tuple(to_microseconds(begin) for begin, _ in office)
    closes = tuple(to_microseconds(end) for _, end in office)
    lengths = [end - begin for begin, end in zip(opens, closes, strict=True)]
    # Divisible by the length of every day, so that "the same share of the day" has no rounding.
    whole = lcm(*set(lengths))
    return {
        "working_hours": Ruler(opens, closes, (0, *accumulate(lengths)), (1,) * len(lengths)),
        "working_days": Ruler(
            opens,
            closes,
            tuple(range(0, (len(lengths) + 1) * whole, whole)),
            tuple(whole // length for length in lengths),
            day=whole,
        ),
    }
