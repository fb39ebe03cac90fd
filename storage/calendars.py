"""Calendars as others write them (iCalendar, RFC 5545): events in, duties out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import recurring_ical_events  # type: ignore[import-untyped]
from icalendar import Calendar, Event

from models.refusal import BadInput, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from zoneinfo import ZoneInfo

    from models.rota import Shift

LARGEST = 1024 * 1024
"""Bytes of one calendar."""
MOST = 5000
"""Events of one calendar, each repetition counted."""
BEHIND, AHEAD = timedelta(days=31), timedelta(days=400)
"""How far from now a calendar is read: it is read again long before that runs out."""
_TIMES = {"DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"}
_UNHURRIED = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}


class Booking(NamedTuple):
    """One event. `names`: what it calls its person, most certain first: e-mail addresses, then the title. In UTC."""

    names: tuple[str, ...]
    starts: datetime
    ends: datetime


def read(raw: bytes, now: datetime, zone: ZoneInfo) -> list[Booking]:
    """The events of a calendar around now, repeated ones each time, cancelled ones never.

    :param zone: where times that name no zone, and whole days, are meant.
    :raises BadInput: if it cannot be read whole; what stands in it is not repeated.
    """
    if len(raw) > LARGEST:
        raise _unreadable(f"more than {LARGEST} bytes")
    try:
        calendar = Calendar.from_ical(raw)
        for event in calendar.walk("VEVENT"):
            _check(event)
        found = list(islice(_bookings(calendar, now - BEHIND, now + AHEAD, zone), MOST + 1))
    except BadInput:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a stranger's file makes two libraries raise
        raise _unreadable(type(error).__name__) from None
    if len(found) > MOST:
        raise _unreadable(f"more than {MOST} events")
    return found


def write(pool: str, shifts: Iterable[Shift], now: datetime) -> bytes:
    """Duties as a calendar: the title of each event is a person's code and nothing else. Gaps are left out."""
    calendar = Calendar()
    calendar.add("prodid", "-//Varna//duty//SV")
    calendar.add("version", "2.0")
    for shift in shifts:
        if shift.person is None:
            continue
        event = Event()
        event.add("uid", f"{pool}.{shift.starts:%Y%m%dT%H%M%SZ}@varna")
        event.add("dtstamp", now)
        event.add("dtstart", shift.starts)
        event.add("dtend", shift.ends)
        event.add("summary", shift.person)
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _bookings(calendar: Calendar, starts: datetime, ends: datetime, zone: ZoneInfo) -> Iterator[Booking]:
    for event in recurring_ical_events.of(calendar).after(starts):
        begins, stops = (_instant(event[name].dt, zone) for name in ("DTSTART", "DTEND"))
        if begins >= ends:
            return
        if begins < stops and str(event.get("STATUS", "")).upper() != "CANCELLED":
            yield Booking(tuple(_names(event)), begins, stops)


def _check(event: Any) -> None:
    """What is left out of a calendar for being unreadable must not go unnoticed, nor a rule without end."""
    if any(name in _TIMES for name, _ in event.errors):
        raise _unreadable("a time in it")
    rules = event.get("RRULE", [])
    for rule in rules if isinstance(rules, list) else [rules]:
        often = any(len(rule.get(part, ())) > 1 for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
        if often or not {str(one).upper() for one in rule.get("FREQ", ())} <= _UNHURRIED:
            raise _unreadable("an event that comes back more often than daily")


def _names(event: Any) -> Iterator[str]:
    attendees = event.get("ATTENDEE", [])
    for one in attendees if isinstance(attendees, list) else [attendees]:
        yield str(one).lower().removeprefix("mailto:").strip()
    yield str(event.get("SUMMARY", "")).strip().lower()


def _instant(value: date, zone: ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time(), zone)
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


def _unreadable(reason: str) -> BadInput:
    return BadInput(Problem(field="calendar", code="calendar", reason=reason))
