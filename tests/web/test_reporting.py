"""Whatever a form holds, it becomes a report or says what is wrong with which field."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import example, given, settings
from hypothesis import strategies as st

from i18n import LANGUAGES, words
from models.report import CLOCK_SLACK, Report
from web.asked import INCIDENT_QUESTIONS, PREVENTION_QUESTIONS
from web.form import Form
from web.questions import Choice
from web.reporting import CARRIED, LINE_LIMIT, NotYet, Wrong, report_of

WORDS = [words(language, strict=True) for language in LANGUAGES]
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CHOICES = [
    part for one in (*INCIDENT_QUESTIONS, *PREVENTION_QUESTIONS) for part in one.parts if isinstance(part, Choice)
]
CODES = sorted({code for part in CHOICES for code in part.known})
DAYS = st.dates().map(str) | st.sampled_from(
    ["2026-03-02", "0001-01-01", "9999-12-31", "2026-02-30", "20260301", "i går"]
)
TIMES = st.times().map(lambda at: at.strftime("%H:%M")) | st.sampled_from(["24:00", "12", "T12", "12:00+05:00"])
VALUES = (
    st.text(max_size=40) | st.sampled_from([*CODES, "yes", "no", "070-174 06 05", "moa@example.org"]) | DAYS | TIMES
)
PAIRS = st.lists(st.tuples(st.sampled_from(CARRIED), VALUES), max_size=30)
ENOUGH = [("what", "Någon ringde."), ("telephone", "070-174 06 05")]


def tried(pairs: list[tuple[str, str]]) -> Report | list[Wrong]:
    """The report, or what is wrong."""
    try:
        return report_of(Form(pairs), "9001", NOW)
    except NotYet as error:
        return error.wrong


@settings(deadline=None)
@given(PAIRS)
@example([*ENOUGH, ("to_day", "9999-12-31")])
@example([*ENOUGH, ("from_day", "0001-01-01"), ("from_time", "00:00")])
def test_it_is_a_report_or_says_what_is_wrong_in_both_languages(pairs: list[tuple[str, str]]) -> None:
    match tried(pairs):
        case Report() as report:
            assert report.anonymous or report.reach.possible
            assert report.occurred_from is None or report.occurred_from <= NOW + CLOCK_SLACK
        case wrong:
            assert wrong
            assert {one.field for one in wrong} <= {*CARRIED}
            assert all(own(one.key, most=LINE_LIMIT) for one in wrong for own in WORDS)


@settings(deadline=None)
@given(PAIRS)
def test_nothing_optional_keeps_a_report_away_but_a_time_or_an_address_that_is_none(
    pairs: list[tuple[str, str]],
) -> None:
    last = {"telephone", "email", "name", "secure_inbox", "other", "safe_time", "meeting_day", "what", "kind"}
    harmless = [(name, value) for name, value in pairs if name not in last and not name.endswith(("_day", "_time"))]
    assert isinstance(tried([*harmless, *ENOUGH]), Report)
