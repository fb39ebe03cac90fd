"""Times as people say them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from i18n import LANGUAGES, day, term, time_left, when, words
from models.term import Term

SV, EN = (words(language, strict=True) for language in LANGUAGES)


def test_people_see_swedish_wall_time_winter_and_summer_in_either_language() -> None:
    assert when(datetime(2026, 1, 2, 13, 5, tzinfo=UTC), SV) == "fre 2 jan. 2026 kl. 14:05"
    assert when(datetime(2026, 7, 2, 22, 5, tzinfo=UTC), EN) == "Fri 3 Jul 2026 at 00:05"


def test_a_date_is_written_out() -> None:
    assert day(date(2026, 6, 19), SV) == "fredag 19 juni 2026"


@pytest.mark.parametrize(
    "left,swedish,english",
    [
        (timedelta(hours=3, minutes=20, seconds=59), "om 3 tim 20 min", "in 3 h 20 min"),
        (timedelta(days=1, minutes=5), "om 1 dygn", "in 1 day"),
        (timedelta(days=2, hours=5), "om 2 dygn 5 tim", "in 2 days 5 h"),
        (timedelta(days=9, hours=5), "om 9 dygn", "in 9 days"),
        (timedelta(minutes=59), "om 59 min", "in 59 min"),
        (timedelta(seconds=30), "nu", "now"),
        (timedelta(seconds=-30), "nu", "now"),
        (timedelta(days=-2), "2 dygn över tiden", "2 days overdue"),
        (timedelta(hours=-1, minutes=-1), "1 tim 1 min över tiden", "1 h 1 min overdue"),
    ],
)
def test_time_left_is_told_in_its_two_largest_units(left: timedelta, swedish: str, english: str) -> None:
    assert (time_left(left, SV), time_left(left, EN)) == (swedish, english)


@pytest.mark.parametrize(
    "text,swedish,english",
    [
        ("1 working day", "1 arbetsdag", "1 working day"),
        ("3 working days", "3 arbetsdagar", "3 working days"),
        ("8 working hours", "8 arbetstimmar", "8 working hours"),
        ("PT30M", "30 minuter", "30 minutes"),
        ("PT24H", "24 timmar", "24 hours"),
        ("P2D", "48 timmar", "48 hours"),
        ("P3D", "3 dygn", "3 days"),
        ("PT90M", "90 minuter", "90 minutes"),
        ("PT45S", "45 sekunder", "45 seconds"),
        ("-P14D", "14 dygn före", "14 days before"),
        ("-2 working days", "2 arbetsdagar före", "2 working days before"),
        ("PT0S", "genast", "at once"),
        ("none", "ingen tidsgräns", "no time limit"),
    ],
)
def test_a_term_is_told_in_words(text: str, swedish: str, english: str) -> None:
    assert (term(Term.parse(text), SV), term(Term.parse(text), EN)) == (swedish, english)


@given(st.timedeltas(min_value=timedelta(days=-9999), max_value=timedelta(days=9999)))
def test_what_is_overdue_never_reads_as_time_left(left: timedelta) -> None:
    text = time_left(left, SV)
    assert (text == "nu") == (abs(left) < timedelta(minutes=1))
    assert text == "nu" or text.startswith("om ") == (left > timedelta(0))
