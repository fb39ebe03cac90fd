"""Calendars as others write them: repeated, cancelled, across summer time, in words only, and broken."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from models.refusal import BadInput
from models.rota import Rota, Turns
from storage import calendars

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WEEKLY = """BEGIN:VEVENT
UID:1
DTSTART;TZID=Europe/Stockholm:20260302T080000
DTEND;TZID=Europe/Stockholm:20260309T080000
RRULE:FREQ=WEEKLY;INTERVAL=2
SUMMARY: Granvik-TiB
ATTENDEE;CN=Tora:mailto:Tora@granvik.example
END:VEVENT"""


def calendar(*events: str) -> bytes:
    lines = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//SV", *events, "END:VCALENDAR", "")
    return "\n".join(lines).replace("\n", "\r\n").encode()


def event(**changes: str) -> str:
    fields = {
        "UID": "2",
        "DTSTART": "20260302T080000Z",
        "DTEND": "20260302T090000Z",
        "SUMMARY": "granvik-tib",
    } | changes
    return "\n".join(["BEGIN:VEVENT", *(f"{name}:{value}" for name, value in fields.items() if value), "END:VEVENT"])


def read(*events: str) -> list[calendars.Booking]:
    return calendars.read(calendar(*events), NOW, STOCKHOLM)


def test_an_event_comes_back_by_its_rule_at_the_same_local_hour_for_more_than_a_year() -> None:
    found = read(WEEKLY)
    assert [one.starts.astimezone(STOCKHOLM).hour for one in found] == [8] * len(found)
    assert found[1].starts - found[0].starts == timedelta(days=14)
    assert found[2].starts - found[1].starts == timedelta(days=14) - timedelta(hours=1)
    assert found[-1].starts > NOW + timedelta(days=380)
    assert found[0].names == ("tora@granvik.example", "granvik-tib")


def test_exceptions_to_a_rule_and_cancelled_events_are_left_out() -> None:
    lacking = WEEKLY.replace("SUMMARY", "EXDATE;TZID=Europe/Stockholm:20260316T080000\nSUMMARY")
    assert [one.starts.date() for one in read(lacking)][:2] == [date(2026, 3, 2), date(2026, 3, 30)]
    assert read(event(STATUS="CANCELLED")) == []


def test_one_occurrence_may_be_moved() -> None:
    moved = WEEKLY.replace("RRULE:FREQ=WEEKLY;INTERVAL=2", "RECURRENCE-ID;TZID=Europe/Stockholm:20260316T080000")
    moved = moved.replace("20260302T", "20260317T").replace("20260309T", "20260318T")
    assert [one.starts.date() for one in read(WEEKLY, moved)][:3] == [date(2026, 3, day) for day in (2, 17, 30)]


def test_a_whole_day_lasts_from_midnight_to_midnight_in_sweden() -> None:
    (found,) = read(event(DTSTART="", DTEND="").replace("UID", "DTSTART;VALUE=DATE:20260329\nUID"))
    assert (found.starts, found.ends) == (datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC))


def test_a_time_that_names_no_zone_is_swedish() -> None:
    (found,) = read(event(DTSTART="20260302T080000", DTEND="20260302T090000"))
    assert found.starts == datetime(2026, 3, 2, 7, tzinfo=UTC)


def test_what_is_over_or_far_away_is_left_out() -> None:
    assert read(event(DTSTART="20250101T080000Z", DTEND="20250102T080000Z")) == []
    assert read(event(DTSTART="20280101T080000Z", DTEND="20280102T080000Z")) == []


def test_an_empty_calendar_has_no_events() -> None:
    assert read() == []


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<html>Logga in</html>",
        b"\xff\xfe\x00",
        calendar(WEEKLY)[:-60],
        calendar(event(DTSTART="i morgon")),
        calendar(event(RRULE="FREQ=SOMETIMES")),
        calendar(event(RRULE="FREQ=SECONDLY")),
        calendar(event(RRULE="FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=1,2,3")),
        calendar(*(event(UID=str(number), RRULE="FREQ=DAILY") for number in range(14))),
        calendar(event(SUMMARY="x" * calendars.LARGEST)),
    ],
)
def test_a_calendar_that_cannot_be_read_whole_is_refused_without_repeating_it(raw: bytes) -> None:
    with pytest.raises(BadInput) as refused:
        calendars.read(raw, NOW, STOCKHOLM)
    assert [problem.code for problem in refused.value.problems] == ["calendar"]
    assert "morgon" not in str(refused.value)


def test_a_rota_given_out_as_a_calendar_comes_back_as_the_same_duties() -> None:
    rota = Rota(turns=(Turns(people=("granvik-tib", "sjoliden-tib"), starts=date(2026, 3, 9)),))
    shifts = list(rota.shifts(NOW, NOW + timedelta(days=60)))
    raw = calendars.write("gemensam", shifts, NOW)
    back = [(one.names[-1], one.starts, one.ends) for one in calendars.read(raw, NOW, STOCKHOLM)]
    assert back == [(one.person, one.starts, one.ends) for one in shifts if one.person]
    assert calendars.write("gemensam", shifts, NOW) == raw
