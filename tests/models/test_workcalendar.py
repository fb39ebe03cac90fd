"""When the office is open, and which calendars a routine may not have."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from models.workcalendar import WorkCalendar

WEEK = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "08:00-17:00")
CHRISTMAS = {
    "office_hours": WEEK,
    "days_off": {"2026-12-24": "Julafton", "2026-12-25": "Juldagen", "2026-12-26": "Annandag jul"},
    "half_days": {"2026-12-23": {"name": "Dagen före julafton", "closes": "12:00"}},
    "covers": [2026, 2026],
}


def calendar(**changes: Any) -> WorkCalendar:
    return WorkCalendar.model_validate(CHRISTMAS | changes)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_office_hours_are_local_and_come_out_in_utc() -> None:
    assert calendar().hours(date(2026, 1, 7)) == (utc("2026-01-07T07:00"), utc("2026-01-07T16:00"))
    assert calendar().hours(date(2026, 7, 7)) == (utc("2026-07-07T06:00"), utc("2026-07-07T15:00"))


def test_a_half_day_is_a_working_day_that_closes_early() -> None:
    assert calendar().is_working_day(date(2026, 12, 23))
    assert calendar().hours(date(2026, 12, 23)) == (utc("2026-12-23T07:00"), utc("2026-12-23T11:00"))


def test_a_closed_day_says_why_and_the_holiday_goes_before_the_weekend() -> None:
    wednesdays_closed = calendar(office_hours={d: h for d, h in WEEK.items() if d != "wednesday"})
    assert calendar().closed_because(date(2026, 12, 24)) == "holiday"
    assert calendar().closed_because(date(2026, 12, 26)) == "holiday"
    assert calendar().closed_because(date(2026, 12, 27)) == "weekend"
    assert wednesdays_closed.closed_because(date(2026, 12, 30)) == "closed"
    assert calendar().hours(date(2026, 12, 27)) is None


def test_the_next_opening_is_now_while_open_and_after_christmas_when_closed_on_the_23rd() -> None:
    assert calendar().next_opening(utc("2026-12-22T10:00")) == utc("2026-12-22T10:00")
    assert calendar().next_opening(utc("2026-12-23T11:00")) == utc("2026-12-28T07:00")


def test_years_without_known_holidays_still_have_weekdays_and_weekends() -> None:
    assert calendar().is_working_day(date(2031, 12, 24))
    assert not calendar().is_working_day(date(2031, 12, 27))
    assert calendar().next_opening(utc("2055-05-01T12:00")) == utc("2055-05-03T06:00")
    assert calendar().next_opening(utc("1999-05-01T12:00")) == utc("1999-05-03T06:00")


def test_a_calendar_is_read_back_as_it_was_written_and_can_be_a_key() -> None:
    again = WorkCalendar.model_validate_json(calendar().model_dump_json())
    assert again == calendar()
    assert {again: 1}[calendar()] == 1


def test_a_changed_copy_does_not_keep_the_old_days_off() -> None:
    old = calendar()
    assert old.next_opening(utc("2026-12-24T10:00")) == utc("2026-12-28T07:00")
    assert old.model_copy(update={"days_off": {}}).next_opening(utc("2026-12-24T10:00")) == utc("2026-12-24T10:00")


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({"office_hours": {}}, "closed all week"),
        ({"office_hours": {"monday": "17:00-08:00"}}, "close before they open"),
        ({"office_hours": {"monday": "08:00-08:00"}}, "close before they open"),
        ({"office_hours": {"monday": "8-17"}}, "pattern"),
        ({"office_hours": {"monday": "08:00-25:00"}}, "pattern"),
        ({"office_hours": {"måndag": "08:00-17:00"}}, "'monday', 'tuesday'"),
        ({"timezone": "Europe/Granvik"}, "unknown time zone"),
        ({"timezone": "../etc/passwd"}, "unknown time zone"),
        ({"timezone": "Europe"}, "unknown time zone"),
        ({"timezone": ""}, "unknown time zone"),
        ({"covers": [2027, 2026]}, "comes after"),
        ({"covers": [2027, 2027]}, "outside the years"),
        ({"covers": [1, 9999]}, "greater than or equal to 1970"),
        ({"half_days": {"2026-12-24": {"name": "Julafton", "closes": "12:00"}}}, "both a day off"),
        ({"half_days": {"2026-12-23": {"name": "Kort", "closes": "07:00"}}}, "before the office opens"),
        ({"half_days": {"2026-12-23": {"name": "Kort", "closes": "12:00Z"}}}, "a local time"),
        ({"lunch": "12:00"}, "Extra inputs"),
    ],
)
def test_a_calendar_with_a_hole_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        calendar(**changes)
