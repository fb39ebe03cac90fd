"""Rules of the working clock that hold for every start, term and suspension."""

from datetime import UTC, date, datetime, time, timedelta

from holidays.countries.sweden import Sweden
from hypothesis import assume, given
from hypothesis import strategies as st

from models.suspension import Suspension
from models.term import Clock, Term
from models.workcalendar import HalfDay, WorkCalendar
from models.worktime import advance, at_share, elapsed_share, explain

CALENDAR = WorkCalendar(
    office_hours={
        "monday": "08:00-17:00",
        "tuesday": "07:30-16:00",
        "wednesday": "10:00-19:00",
        "friday": "08:00-15:13",
        "sunday": "01:30-04:00",  # open while summer time comes and goes
    },
    days_off=dict(
        Sweden(categories=("public", "de_facto"), include_sundays=False, language="sv", years=range(2026, 2028)).items()
    ),
    half_days={date(2026, 12, 23): HalfDay(name="Dagen före julafton", closes=time(12))},
    covers=(2026, 2027),
)
instants = st.datetimes(datetime(2025, 11, 1), datetime(2028, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001
minutes = st.integers(0, 60 * 24 * 60)
clocks = st.sampled_from(["wall", "working_days", "working_hours"])
shares = st.floats(0, 3)
suspensions = st.lists(
    st.builds(
        lambda start, length: Suspension(
            start=start, end=start + timedelta(minutes=length), reason_code="awaits_affected", by="handler"
        ),
        instants,
        st.integers(1, 60 * 24 * 20),
    ),
    max_size=3,
).map(tuple)


def a_term(clock: Clock, amount: int) -> Term:
    """A term of so many minutes, or of as many working days as fit into them."""
    return Term(clock, amount // 1440 if clock == "working_days" else timedelta(minutes=amount))


terms = st.builds(a_term, clocks, minutes)


def is_open(instant: datetime) -> bool:
    hours = CALENDAR.hours(CALENDAR.local_date(instant))
    return hours is not None and hours[0] <= instant <= hours[1]


@given(instants, instants, terms, suspensions)
def test_a_later_start_is_never_due_earlier(
    one: datetime, other: datetime, term: Term, pauses: tuple[Suspension, ...]
) -> None:
    first, last = sorted((one, other))
    assert advance(first, term, CALENDAR, pauses) <= advance(last, term, CALENDAR, pauses)


@given(instants, clocks, minutes, minutes, suspensions)
def test_a_longer_term_is_never_due_earlier(
    start: datetime, clock: Clock, one: int, other: int, pauses: tuple[Suspension, ...]
) -> None:
    short, long = sorted((one, other))
    shorter = advance(start, a_term(clock, short), CALENDAR, pauses)
    assert start <= shorter <= advance(start, a_term(clock, long), CALENDAR, pauses)


@given(instants, st.sampled_from(["wall", "working_hours"]), minutes, minutes, suspensions)
def test_hours_in_two_steps_are_the_same_hours(
    start: datetime, clock: Clock, one: int, other: int, pauses: tuple[Suspension, ...]
) -> None:
    halfway = advance(start, a_term(clock, one), CALENDAR, pauses)
    in_two = advance(halfway, a_term(clock, other), CALENDAR, pauses)
    at_once = advance(start, a_term(clock, one + other), CALENDAR, pauses)
    assert in_two == at_once or one * other == 0


@given(instants, minutes)
def test_there_and_back_again_is_where_it_started(start: datetime, amount: int) -> None:
    there = advance(start, a_term("working_hours", amount), CALENDAR)
    assert advance(there, a_term("working_hours", -amount), CALENDAR) == CALENDAR.next_opening(start)


@given(instants, terms, shares, shares, suspensions)
def test_shares_run_from_start_through_due_in_order(
    start: datetime, term: Term, one: float, other: float, pauses: tuple[Suspension, ...]
) -> None:
    due = advance(start, term, CALENDAR, pauses)
    low, high = sorted((one, other))
    first, last = (at_share(start, due, share, term.clock, CALENDAR, pauses) for share in (low, high))
    assert first <= last
    assert at_share(start, due, 1.0, term.clock, CALENDAR, pauses) == due
    assert low > 1 or first <= due
    assert high < 1 or due <= last


@given(instants, instants, shares, shares, clocks, suspensions)
def test_shares_stay_in_order_even_for_a_due_set_by_hand(
    start: datetime, due: datetime, one: float, other: float, clock: Clock, pauses: tuple[Suspension, ...]
) -> None:
    low, high = sorted((one, other))
    marks = [at_share(start, due, share, clock, CALENDAR, pauses) for share in (low, high)]
    assert marks == sorted(marks)


@given(instants, terms, st.floats(0.01, 3), suspensions)
def test_the_share_that_has_run_is_the_share_that_was_asked_for(
    start: datetime, term: Term, share: float, pauses: tuple[Suspension, ...]
) -> None:
    due = advance(start, term, CALENDAR, pauses)
    assume(due - start > timedelta(days=7))
    at = at_share(start, due, share, term.clock, CALENDAR, pauses)
    assume(at > start)
    run = elapsed_share(start, due, at, term.clock, CALENDAR, pauses)
    assert abs(run - share) < 1e-3


@given(instants, instants, instants, clocks, suspensions)
def test_the_whole_has_run_exactly_when_due_is_reached(
    start: datetime, due: datetime, now: datetime, clock: Clock, pauses: tuple[Suspension, ...]
) -> None:
    assert (elapsed_share(start, due, now, clock, CALENDAR, pauses) >= 1) == (now >= due)


@given(instants, terms, st.floats(0.001, 3), suspensions)
def test_a_working_clock_never_strikes_outside_office_hours(
    start: datetime, term: Term, share: float, pauses: tuple[Suspension, ...]
) -> None:
    assume(term.clock != "wall")
    due = advance(start, term, CALENDAR, pauses)
    assert is_open(due)
    assert is_open(at_share(start, due, share, term.clock, CALENDAR, pauses))


@given(instants, terms, suspensions)
def test_a_suspension_never_makes_a_due_earlier_nor_ends_inside_it(
    start: datetime, term: Term, pauses: tuple[Suspension, ...]
) -> None:
    due = advance(start, term, CALENDAR, pauses)
    assert advance(start, term, CALENDAR) <= due
    assert (
        due == start or not any(pause.start < due < pause.end for pause in pauses) or term.amount in (0, timedelta(0))
    )


@given(instants, terms)
def test_the_explanation_names_each_day_the_office_was_closed(start: datetime, term: Term) -> None:
    assume(term.clock != "wall")
    due = advance(start, term, CALENDAR)
    named = {skip.day for skip in explain(start, term, due, CALENDAR).skipped if skip.reason != "beyond_calendar"}
    day = CALENDAR.local_date(start)
    while day <= CALENDAR.local_date(due):
        assert CALENDAR.is_working_day(day) or day in named
        day += timedelta(days=1)
