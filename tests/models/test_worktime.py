"""The Swedish working clock, as stories: somebody reports, and this is when it is due.

Times in the stories are local (Europe/Stockholm), office hours 08:00-17:00.
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from holidays.countries.sweden import Sweden

from models.suspension import Suspension
from models.term import Term
from models.workcalendar import HalfDay, WorkCalendar
from models.worktime import Explanation, Skipped, advance, at_share, elapsed_share, explain

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SWEDISH = Sweden(categories=("public", "de_facto"), include_sundays=False, language="sv", years=range(2025, 2031))
OFFICE = WorkCalendar(
    office_hours={
        "monday": "08:00-17:00",
        "tuesday": "08:00-17:00",
        "wednesday": "08:00-17:00",
        "thursday": "08:00-17:00",
        "friday": "08:00-17:00",
    },
    days_off=dict(SWEDISH.items()),
    half_days={date(2026, 4, 30): HalfDay(name="Valborgsmässoafton", closes=time(12))},
    covers=(2025, 2030),
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


def due(start: str, term: str, *suspensions: Suspension) -> str:
    """Local start and term in, local due time out."""
    end = advance(local(start), Term.parse(term), OFFICE, suspensions)
    assert end.tzinfo is UTC
    return end.astimezone(STOCKHOLM).isoformat(timespec="auto")[:-6].removesuffix(":00")


def told(start: str, term: str, *suspensions: Suspension) -> Explanation:
    begin, length = local(start), Term.parse(term)
    return explain(begin, length, advance(begin, length, OFFICE, suspensions), OFFICE, suspensions)


def suspended(start: str, end: str) -> Suspension:
    return Suspension(start=local(start), end=local(end), reason_code="awaits_affected", by="handler")


STORIES = {
    "start_in_office_hours_is_due_at_the_same_time_next_day": ("2026-03-02T10:00", "1 working day", "2026-03-03T10:00"),
    "start_before_opening_counts_from_opening": ("2026-03-02T06:30", "8 working hours", "2026-03-02T16:00"),
    "start_after_closing_counts_from_the_next_opening": ("2026-03-02T18:00", "1 working hour", "2026-03-03T09:00"),
    "start_at_closing_is_due_at_the_next_closing": ("2026-03-02T17:00", "1 working day", "2026-03-03T17:00"),
    "friday_night_and_one_working_day_is_mondays_closing": ("2026-03-06T22:40", "1 working day", "2026-03-09T17:00"),
    "friday_afternoon_and_two_hours_pass_over_the_weekend": ("2026-03-06T16:00", "2 working hours", "2026-03-09T09:00"),
    "start_on_a_holiday_counts_from_the_day_after": ("2026-01-06T11:00", "1 working day", "2026-01-07T17:00"),
    "start_on_midsummer_eve_waits_until_monday": ("2026-06-19T10:00", "3 working hours", "2026-06-22T11:00"),
    "the_day_before_christmas_eve_is_due_after_boxing_day": ("2026-12-23T10:00", "1 working day", "2026-12-28T10:00"),
    "new_years_eve_and_new_years_day_are_passed_over": ("2026-12-30T13:00", "1 working day", "2027-01-04T13:00"),
    "easter_takes_four_days": ("2026-04-02T09:00", "1 working day", "2026-04-07T09:00"),
    "half_a_day_into_a_half_day_is_ten_o_clock": ("2026-04-29T12:30", "1 working day", "2026-04-30T10:00"),
    "a_half_day_is_one_working_day": ("2026-04-29T12:30", "2 working days", "2026-05-04T12:30"),
    "after_closing_on_a_half_day_counts_from_monday": ("2026-04-30T14:00", "1 working hour", "2026-05-04T09:00"),
    "working_hours_on_a_half_day_end_at_noon": ("2026-04-30T10:00", "3 working hours", "2026-05-04T09:00"),
    "acute_contact_runs_at_night": ("2026-03-06T22:40", "PT30M", "2026-03-06T23:10"),
    "acute_assessment_runs_past_midnight": ("2026-03-06T22:40", "PT2H", "2026-03-07T00:40"),
    "low_case_contact_is_three_working_days": ("2026-03-06T22:40", "3 working days", "2026-03-11T17:00"),
    "wall_day_over_the_last_sunday_of_march_is_24_hours": ("2026-03-28T22:40", "P1D", "2026-03-29T23:40"),
    "wall_day_over_the_last_sunday_of_october_is_24_hours": ("2026-10-24T22:40", "P1D", "2026-10-25T21:40"),
    "working_day_over_march_change_keeps_local_time": ("2026-03-27T10:00", "1 working day", "2026-03-30T10:00"),
    "working_day_over_october_change_keeps_local_time": ("2026-10-23T10:00", "1 working day", "2026-10-26T10:00"),
    "working_hours_over_summer_time_keep_local_hours": ("2026-03-27T16:00", "2 working hours", "2026-03-30T09:00"),
    "two_weeks_before_a_meeting": ("2026-10-14T13:00", "-P14D", "2026-09-30T13:00"),
    "three_working_days_before_a_meeting": ("2026-01-08T13:00", "-3 working days", "2026-01-02T13:00"),
    "one_working_day_before_opening_is_the_opening_before": ("2026-03-09T08:00", "-1 working day", "2026-03-06T08:00"),
    "five_hours_before_a_saturday_is_friday_noon": ("2026-03-07T12:00", "-5 working hours", "2026-03-06T12:00"),
    "at_once_in_office_hours_is_now": ("2026-03-06T17:00", "0 working hours", "2026-03-06T17:00"),
    "at_once_on_a_weekend_is_mondays_opening": ("2026-03-07T12:00", "0 working days", "2026-03-09T08:00"),
    "beyond_the_known_holidays_weekdays_work": ("2031-12-23T10:00", "2 working days", "2031-12-25T10:00"),
    "microseconds_are_kept": ("2026-03-02T10:00:00.000001", "3 working days", "2026-03-05T10:00:00.000001"),
}  # fmt: skip


@pytest.mark.parametrize("story", STORIES)
def test_clock_story(story: str) -> None:
    start, term, expected = STORIES[story]
    assert due(start, term) == expected


def test_suspension_stops_the_clock_and_resumption_starts_it_again() -> None:
    two_days = suspended("2026-03-03T10:00", "2026-03-05T13:00")
    assert due("2026-03-02T10:00", "P3D", two_days) == "2026-03-07T13:00"
    assert due("2026-03-02T10:00", "9 working hours", two_days) == "2026-03-03T10:00"
    assert due("2026-03-02T10:00", "10 working hours", two_days) == "2026-03-05T14:00"


def test_a_suspension_over_closed_hours_costs_no_working_time() -> None:
    assert (
        due("2026-03-06T16:00", "2 working hours", suspended("2026-03-06T17:00", "2026-03-09T08:00"))
        == "2026-03-09T09:00"
    )


def test_a_suspension_after_the_due_time_changes_nothing() -> None:
    assert due("2026-03-02T10:00", "PT4H", suspended("2026-03-02T14:00", "2026-03-20T14:00")) == "2026-03-02T14:00"


def test_a_start_while_suspended_counts_from_resumption_and_overlaps_count_once() -> None:
    pauses = suspended("2026-03-02T08:00", "2026-03-02T12:00"), suspended("2026-03-02T11:00", "2026-03-02T13:00")
    assert due("2026-03-02T10:00", "PT1H", *pauses) == "2026-03-02T14:00"


def test_a_day_counted_back_from_a_fixed_date_is_not_moved_by_a_suspension() -> None:
    assert due("2026-10-14T13:00", "-P7D", suspended("2026-10-10T13:00", "2026-10-12T13:00")) == "2026-10-07T13:00"


@pytest.mark.parametrize(
    "share, expected",
    [(0, "09:00 02"), (0.5, "10:30 04"), (0.8, "13:12 05"), (1, "12:00 06"), (1.5, "13:30 10"), (2, "15:00 12")],
)
def test_reminders_and_escalations_run_on_the_obligations_own_clock(share: float, expected: str) -> None:
    start, end = local("2026-03-02T09:00"), local("2026-03-06T12:00")
    at = at_share(start, end, share, "working_hours", OFFICE)
    assert at.astimezone(STOCKHOLM).strftime("%H:%M %d") == expected


def test_half_of_four_hours_at_night_is_two_hours() -> None:
    start, end = local("2026-03-06T22:40"), local("2026-03-07T02:40")
    assert at_share(start, end, 0.5, "wall", OFFICE) == local("2026-03-07T00:40")
    assert at_share(start, end, 2.0, "wall", OFFICE) == local("2026-03-07T06:40")


def test_an_obligation_overdue_from_its_start_has_all_its_marks_at_due() -> None:
    start, end = local("2026-10-10T13:00"), local("2026-10-07T13:00")
    assert {at_share(start, end, share, "wall", OFFICE) for share in (0.5, 1.0, 2.0)} == {end}
    assert elapsed_share(start, end, start, "wall", OFFICE) == 1.0


def test_a_due_moved_by_hand_into_a_weekend_is_not_reached_on_friday() -> None:
    start, end = local("2026-03-05T08:00"), local("2026-03-07T12:00")
    assert elapsed_share(start, end, local("2026-03-06T17:00"), "working_days", OFFICE) < 1
    assert elapsed_share(start, end, end, "working_days", OFFICE) == 1.0
    assert at_share(start, end, 1.5, "working_days", OFFICE) == local("2026-03-09T17:00")


@pytest.mark.parametrize("text", ["PT4H", "3 working days"])
def test_a_time_without_a_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        advance(datetime(2026, 3, 2, 10), Term.parse(text), OFFICE)  # noqa: DTZ001


def test_a_duty_that_does_not_exist_has_no_due_time() -> None:
    with pytest.raises(ValueError, match="no such duty"):
        advance(local("2026-03-02T10:00"), Term.parse("none"), OFFICE)


def test_a_time_centuries_away_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="too far from the years 2025-2030"):
        advance(local("4026-03-02T10:00"), Term.parse("1 working day"), OFFICE)


def test_the_explanation_names_each_skipped_day() -> None:
    why = told("2026-12-23T18:00", "3 working days")
    assert [(skip.day.day, skip.reason, skip.name) for skip in why.skipped] == [
        (23, "outside_hours", None),
        (24, "holiday", "Julafton"),
        (25, "holiday", "Juldagen"),
        (26, "holiday", "Annandag jul"),
        (27, "weekend", None),
    ]
    assert why.skipped[0].end == local("2026-12-28T08:00")
    assert (why.term, why.clock, why.summer_time_crossed) == ("3 working days", "working_days", False)


def test_the_explanation_names_the_half_day_and_when_it_closes() -> None:
    half = Skipped(day=date(2026, 4, 30), reason="half_day", name="Valborgsmässoafton", closes=time(12))
    assert half in told("2026-04-29T12:30", "2 working days").skipped


def test_the_explanation_tells_only_the_suspended_time_that_mattered() -> None:
    why = told("2026-03-02T10:00", "P1D", suspended("2026-03-01T10:00", "2026-03-02T12:00"))
    assert why.skipped == (
        Skipped(
            day=date(2026, 3, 2),
            reason="suspended",
            name="awaits_affected",
            start=local("2026-03-02T10:00"),
            end=local("2026-03-02T12:00"),
        ),
    )


def test_the_explanation_of_a_deadline_counted_back_names_what_it_waited_for() -> None:
    why = told("2026-03-07T12:00", "-5 working hours")
    assert [(skip.day.day, skip.reason) for skip in why.skipped] == [(7, "weekend")]
    night = told("2026-03-06T20:00", "-1 working day").skipped
    assert [(s.reason, s.start, s.end) for s in night] == [
        ("outside_hours", local("2026-03-06T17:00"), local("2026-03-06T20:00"))
    ]


@pytest.mark.parametrize(
    "start, term, crossed",
    [
        ("2026-03-28T10:00", "P1D", True),
        ("2026-10-23T10:00", "1 working day", True),
        ("2026-03-27T10:00", "P1D", False),
        ("2026-01-10T10:00", "P350D", True),
        ("2026-11-10T10:00", "-P30D", True),
    ],
)
def test_the_explanation_says_whether_summer_time_came_between(start: str, term: str, *, crossed: bool) -> None:
    assert told(start, term).summer_time_crossed is crossed


def test_the_explanation_says_from_when_holidays_are_unknown() -> None:
    why = told("2030-12-30T10:00", "3 working days")
    assert why.beyond_calendar
    assert Skipped(day=date(2031, 1, 1), reason="beyond_calendar") in why.skipped
    assert not told("2030-12-30T10:00", "P90D").beyond_calendar


def test_an_explanation_survives_the_ledger() -> None:
    why = told("2026-12-23T18:00", "3 working days")
    assert Explanation.model_validate_json(why.model_dump_json()) == why
