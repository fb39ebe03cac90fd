"""Who is on duty: turns as rules, what a calendar says before them, and what was agreed by hand before both."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from models.message import Code, Day, Frozen, Instant
from models.refusal import Refusal
from models.workcalendar import WorkCalendar, Zone

if TYPE_CHECKING:
    from collections.abc import Iterator

Because = Literal["override", "calendar", "turn", "gap"]
Answer = tuple[Code | None, Because]
FAR = timedelta(days=400)
"""How far ahead a change of duty is looked for: a rota that says the same for longer says it for good."""
BEFORE, AFTER = timedelta(days=1), timedelta(days=3)
"""So long before and after a shift of one's own one takes part: it is handed over, and what was sent is answered."""
_CLOSED_FOR = 30
"""Days ahead in which the office's next opening or closing is looked for at a time."""


class Duty(NamedTuple):
    """The one answer to «who is on duty»: a person or nobody, why, and until when (UTC; None if for good)."""

    person: Code | None
    because: Because
    until: datetime | None


class Shift(NamedTuple):
    """A time with one answer, in UTC."""

    person: Code | None
    because: Because
    starts: datetime
    ends: datetime


class Gap(NamedTuple):
    """A time when nobody is on duty, in UTC."""

    starts: datetime
    ends: datetime


class Turns(Frozen):
    """People in order, each on duty for equally many days, handed over at the same local time."""

    people: Annotated[tuple[Code, ...], Field(min_length=1)]
    starts: Day
    """When the first of them begins: its weekday is that of every handover, if turns are whole weeks."""
    days: Annotated[int, Field(ge=1, le=366)] = 7
    handover: time = time(8)
    window: Literal["always", "out_of_hours", "office_hours"] = "always"

    def person(self, at: datetime, zone: ZoneInfo) -> Code | None:
        """Whose turn it is; None before the first."""
        number = self._number(at, zone)
        return None if number < 0 else self.people[number % len(self.people)]

    def next_handover(self, at: datetime, zone: ZoneInfo) -> datetime:
        """The next handover, the first of all included."""
        return self._begins(max(self._number(at, zone), -1) + 1, zone)

    def _number(self, at: datetime, zone: ZoneInfo) -> int:
        number = (at.astimezone(zone).date() - self.starts).days // self.days
        return number if self._begins(number, zone) <= at else number - 1

    def _begins(self, number: int, zone: ZoneInfo) -> datetime:
        # In local time: a turn across a change to or from summer time is an hour shorter or longer.
        return datetime.combine(self.starts + timedelta(self.days * number), self.handover, zone).astimezone(UTC)


class Override(Frozen):
    """Somebody is on duty at this time, whatever the turns say. A swap is two of these."""

    person: Code
    starts: Instant
    ends: Instant

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        if self.starts >= self.ends:
            raise PydanticCustomError("ends_before_start", "it ends before it starts")
        return self


class Rota(Frozen):
    """Who is on duty when: overrides before the calendar, the calendar before the turns, the first turns that fit."""

    timezone: Zone = "Europe/Stockholm"
    turns: tuple[Turns, ...] = ()
    calendar: tuple[Override, ...] = ()
    """Read from a calendar file or feed, replaced as a whole by the next reading."""
    overrides: tuple[Override, ...] = ()
    """Agreed by hand."""

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        for field in ("calendar", "overrides"):
            latest: Override | None = None
            for one in sorted(getattr(self, field), key=lambda one: one.starts):
                if latest and one.starts < latest.ends and one.person != latest.person:
                    at = one.starts.astimezone(self.zone).isoformat(" ", "minutes")
                    raise Refusal("override_conflict", field, first=latest.person, second=one.person, at=at)
                latest = one if latest is None or one.ends > latest.ends else latest
        return self

    def changed(self, **fields: object) -> Self:
        """A validated copy; pydantic's own is not validated, and keeps what was reckoned from the old fields."""
        return self.model_validate({name: getattr(self, name) for name in type(self).model_fields} | fields)

    @cached_property
    def zone(self) -> ZoneInfo:
        """Where handovers have their local time."""
        return ZoneInfo(self.timezone)

    @cached_property
    def people(self) -> tuple[Code, ...]:
        """Everybody in it, whenever that is or was."""
        return tuple(dict.fromkeys((*self._turning, *(one.person for one in self._named))))

    def taking_part(self, at: datetime) -> frozenset[Code]:
        """Who acts for it about this time: everybody in the turns, and whoever has or had a shift of their own near."""
        near = (one.person for one in self._named if one.starts - BEFORE <= at < one.ends + AFTER)
        return frozenset((*self._turning, *near))

    def on_duty(self, at: datetime, office: WorkCalendar | None = None) -> Duty:
        """Who is on duty at an instant.

        :param office: when the office is open; without it, it never is.
        """
        shift = next(self.shifts(at, at + FAR, office))
        return Duty(shift.person, shift.because, None if shift.ends == at + FAR else shift.ends)

    def order(self, at: datetime, office: WorkCalendar | None = None) -> tuple[Code, ...]:
        """The one on duty, then who stands in: the next in turn, then whoever else has a shift now; empty in a gap."""
        person, _ = self._answer(at, office)
        if person is None:
            return ()
        turning = self._turning
        first = turning.index(person) if person in turning else 0
        others = (one.person for one in self._named if one.starts <= at < one.ends)
        return tuple(dict.fromkeys((person, *turning[first:], *turning[:first], *others)))

    def shifts(self, starts: datetime, ends: datetime, office: WorkCalendar | None = None) -> Iterator[Shift]:
        """What holds from `starts` to `ends`, without holes or overlaps; a gap is a shift of nobody's."""
        begun, answer, at = starts, self._answer(starts, office), starts
        while (at := min(self._next_boundary(at, office), ends)) < ends:
            if (now := self._answer(at, office)) != answer:
                yield Shift(*answer, begun, at)
                begun, answer = at, now
        yield Shift(*answer, begun, ends)

    def gaps(self, starts: datetime, ends: datetime, office: WorkCalendar | None = None) -> list[Gap]:
        """When nobody is on duty between `starts` and `ends`."""
        return [Gap(one.starts, one.ends) for one in self.shifts(starts, ends, office) if one.person is None]

    @cached_property
    def _turning(self) -> tuple[Code, ...]:
        return tuple(dict.fromkeys(chain(*(turns.people for turns in self.turns))))

    @property
    def _named(self) -> tuple[Override, ...]:
        return (*self.calendar, *self.overrides)

    def _answer(self, at: datetime, office: WorkCalendar | None) -> Answer:
        layers: tuple[tuple[Because, tuple[Override, ...]], ...]
        layers = (("override", self.overrides), ("calendar", self.calendar))
        for because, layer in layers:
            for one in layer:
                if one.starts <= at < one.ends:
                    return one.person, because
        for turns in self.turns:
            fits = turns.window == "always" or (turns.window == "office_hours") == _is_open(at, office)
            if fits and (person := turns.person(at, self.zone)):
                return person, "turn"
        return None, "gap"

    def _next_boundary(self, at: datetime, office: WorkCalendar | None) -> datetime:
        """The next instant at which the answer could change."""
        named = (moment for one in self._named for moment in (one.starts, one.ends))
        moments = [moment for moment in named if moment > at]
        moments += [turns.next_handover(at, self.zone) for turns in self.turns]
        if office is not None and any(turns.window != "always" for turns in self.turns):
            moments.append(_opens_or_closes(at, office))
        return min(moments, default=at + FAR)


def _is_open(at: datetime, office: WorkCalendar | None) -> bool:
    hours = office.hours(office.local_date(at)) if office else None
    return hours is not None and hours[0] <= at < hours[1]


def _opens_or_closes(at: datetime, office: WorkCalendar) -> datetime:
    today = office.local_date(at)
    for ahead in range(_CLOSED_FOR):
        for moment in office.hours(today + timedelta(ahead)) or ():
            if moment > at:
                return moment
    return at + timedelta(_CLOSED_FOR)
