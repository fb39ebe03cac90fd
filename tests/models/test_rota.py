"""Who is on duty: one answer at every instant, the night the clocks change included."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.refusal import Refusal
from models.rota import Duty, Gap, Override, Rota, Turns
from models.workcalendar import WorkCalendar

STOCKHOLM = ZoneInfo("Europe/Stockholm")
WEEKLY = Rota(turns=(Turns(people=("anna", "bo", "cai"), starts=date(2026, 1, 5)),))
DAILY = Rota(turns=(Turns(people=("anna", "bo"), starts=date(2026, 1, 1), days=1, handover=time(2, 30)),))
OFFICE = WorkCalendar.model_validate(
    {
        "office_hours": dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "08:00-17:00"),
        "days_off": {date(2026, 12, 25): "juldagen"},
        "covers": (2026, 2026),
    }
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM).astimezone(UTC)


def override(person: str, starts: str, ends: str) -> Override:
    return Override(person=person, starts=local(starts), ends=local(ends))


def test_people_take_turns_and_hand_over_on_the_same_weekday_at_the_same_hour() -> None:
    assert WEEKLY.on_duty(local("2026-01-05 08:00")) == Duty("anna", "turn", local("2026-01-12 08:00"))
    assert WEEKLY.on_duty(local("2026-01-12 07:59")).person == "anna"
    assert WEEKLY.on_duty(local("2026-01-12 08:00")).person == "bo"
    assert WEEKLY.on_duty(local("2026-01-26 08:00")).person == "anna"


def test_rota_across_both_summer_time_changes() -> None:
    for before, after, hours in (
        ("2026-03-23 08:00", "2026-03-30 08:00", 167),
        ("2026-10-19 08:00", "2026-10-26 08:00", 169),
    ):
        week = next(WEEKLY.shifts(local(before), local("2027-01-01 00:00")))
        assert (week.starts, week.ends) == (local(before), local(after))
        assert week.ends - week.starts == timedelta(hours=hours)
        assert WEEKLY.on_duty(week.ends - timedelta(seconds=1)).person != WEEKLY.on_duty(week.ends).person


def test_a_day_of_23_hours_and_one_of_25_have_one_shift_each_even_when_the_handover_itself_is_taken_away() -> None:
    spring = list(DAILY.shifts(local("2026-03-28 02:30"), local("2026-03-31 02:30")))
    assert [shift.ends - shift.starts for shift in spring] == [
        timedelta(hours=24),
        timedelta(hours=23),
        timedelta(hours=24),
    ]
    autumn = list(DAILY.shifts(local("2026-10-24 02:30"), local("2026-10-27 02:30")))
    assert [shift.ends - shift.starts for shift in autumn] == [
        timedelta(hours=24),
        timedelta(hours=25),
        timedelta(hours=24),
    ]
    assert [shift.person for shift in spring] == ["anna", "bo", "anna"]


def test_rota_gap() -> None:
    starts, ends = local("2026-01-01 00:00"), local("2026-02-01 00:00")
    assert WEEKLY.gaps(starts, ends) == [Gap(starts, local("2026-01-05 08:00"))]
    assert WEEKLY.on_duty(starts) == Duty(None, "gap", local("2026-01-05 08:00"))
    assert WEEKLY.order(starts) == ()
    assert Rota().on_duty(starts) == Duty(None, "gap", None)


def test_out_of_hours_begins_when_the_office_closes_and_lasts_through_a_day_off() -> None:
    rota = Rota(turns=(Turns(people=("anna",), starts=date(2026, 1, 1), window="out_of_hours"),))
    christmas = (local("2026-12-24 12:00"), local("2026-12-28 12:00"))
    assert rota.gaps(*christmas, OFFICE) == [
        Gap(christmas[0], local("2026-12-24 17:00")),
        Gap(local("2026-12-28 08:00"), christmas[1]),
    ]
    assert rota.gaps(*christmas) == []


def test_one_person_by_day_and_another_by_night() -> None:
    day = Turns(people=("bo",), starts=date(2026, 1, 1), window="office_hours")
    night = Turns(people=("anna", "cai"), starts=date(2026, 1, 5), window="out_of_hours", handover=time(17))
    rota = Rota(turns=(day, night))
    assert rota.gaps(local("2026-02-01 00:00"), local("2026-12-01 00:00"), OFFICE) == []
    assert rota.on_duty(local("2026-02-03 09:00"), OFFICE) == Duty("bo", "turn", local("2026-02-03 17:00"))
    assert rota.on_duty(local("2026-02-03 17:00"), OFFICE).person in {"anna", "cai"}


def test_a_swap_goes_before_a_calendar_and_a_calendar_before_the_turns() -> None:
    rota = Rota(
        turns=WEEKLY.turns,
        calendar=(override("bo", "2026-01-06 08:00", "2026-01-08 08:00"),),
        overrides=(override("dag", "2026-01-07 08:00", "2026-01-09 08:00"),),
    )
    asked = [rota.on_duty(local(f"2026-01-{day:02} 08:00")) for day in (5, 6, 7, 9)]
    assert [(duty.person, duty.because) for duty in asked] == [
        ("anna", "turn"),
        ("bo", "calendar"),
        ("dag", "override"),
        ("anna", "turn"),
    ]
    assert asked[2].until == local("2026-01-09 08:00")


def test_override_conflict_is_refused_and_names_both() -> None:
    long = override("anna", "2026-01-05 08:00", "2026-01-20 08:00")
    short = override("anna", "2026-01-06 08:00", "2026-01-07 08:00")
    with pytest.raises(Refusal) as refused:
        Rota(overrides=(override("bo", "2026-01-19 08:00", "2026-01-21 08:00"), short, long))
    assert refused.value.code == "override_conflict"
    assert (refused.value.details["first"], refused.value.details["second"]) == ("anna", "bo")
    assert Rota(overrides=(long, short, override("bo", "2026-01-20 08:00", "2026-01-21 08:00"))).people == (
        "anna",
        "bo",
    )


def test_who_stands_in_is_next_in_turn() -> None:
    assert WEEKLY.order(local("2026-01-13 08:00")) == ("bo", "cai", "anna")
    swapped = WEEKLY.changed(overrides=(override("dag", "2026-01-13 00:00", "2026-01-14 00:00"),))
    assert swapped.order(local("2026-01-13 08:00")) == ("dag", "anna", "bo", "cai")
    ill = swapped.changed(calendar=(override("eva", "2026-01-13 00:00", "2026-01-13 12:00"),))
    assert ill.order(local("2026-01-13 08:00")) == ("dag", "anna", "bo", "cai", "eva")


def test_nobody_stands_in_for_a_shift_they_had_once() -> None:
    swapped = WEEKLY.changed(overrides=(override("dag", "2026-01-13 00:00", "2026-01-14 00:00"),))
    assert swapped.order(local("2026-01-14 00:00")) == ("bo", "cai", "anna")


@pytest.mark.parametrize(
    "at, near",
    [
        ("2026-01-11 23:59", False),
        ("2026-01-12 00:00", True),
        ("2026-01-13 12:00", True),
        ("2026-01-16 23:59", True),
        ("2026-01-17 00:00", False),
    ],
)
@pytest.mark.parametrize("field", ["calendar", "overrides"])
def test_whoever_has_one_shift_takes_part_from_a_day_before_it_to_three_days_after(
    field: str, at: str, *, near: bool
) -> None:
    once = WEEKLY.changed(**{field: (override("dag", "2026-01-13 00:00", "2026-01-14 00:00"),)})
    assert once.taking_part(local(at)) == {"anna", "bo", "cai", *(["dag"] if near else [])}


def test_a_changed_rota_is_checked_and_remembers_nothing_of_the_old_one() -> None:
    assert WEEKLY.people == ("anna", "bo", "cai")
    assert WEEKLY.changed(turns=()).people == ()
    with pytest.raises(Refusal, match="override_conflict"):
        WEEKLY.changed(calendar=tuple(override(one, "2026-01-13 00:00", "2026-01-14 00:00") for one in ("anna", "bo")))


def test_an_override_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValidationError, match="ends_before_start"):
        override("anna", "2026-01-06 08:00", "2026-01-06 08:00")


def test_a_rota_reads_back_from_what_it_was_written_as() -> None:
    assert Rota.model_validate_json(DAILY.model_dump_json()) == DAILY


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 6, 1), timezones=st.just(UTC))  # noqa: DTZ001 - given here
SPANS = st.tuples(MOMENTS, st.timedeltas(timedelta(minutes=1), timedelta(days=20)))
TURNS = st.builds(
    Turns,
    people=st.lists(st.sampled_from(("anna", "bo", "cai")), min_size=1, max_size=3).map(tuple),
    starts=st.dates(date(2025, 12, 1), date(2026, 6, 1)),
    days=st.integers(1, 14),
    handover=st.times().map(lambda at: at.replace(microsecond=0)),
    window=st.sampled_from(("always", "out_of_hours", "office_hours")),
)


@st.composite
def rotas(draw: st.DrawFn) -> Rota:
    said = [Override(person="dag", starts=at, ends=at + length) for at, length in draw(st.lists(SPANS, max_size=3))]
    agreed = [Override(person="eva", starts=at, ends=at + length) for at, length in draw(st.lists(SPANS, max_size=3))]
    return Rota(turns=tuple(draw(st.lists(TURNS, max_size=3))), calendar=tuple(said), overrides=tuple(agreed))


@given(rotas(), SPANS, st.sampled_from([OFFICE, None]), st.floats(0, 1, exclude_max=True))
def test_shifts_and_gaps_tile_any_time_and_every_instant_has_the_answer_of_its_shift(
    rota: Rota, span: tuple[datetime, timedelta], office: WorkCalendar | None, share: float
) -> None:
    starts, ends = span[0], span[0] + span[1]
    shifts = list(rota.shifts(starts, ends, office))
    assert (shifts[0].starts, shifts[-1].ends) == (starts, ends)
    for one, following in pairwise(shifts):
        assert one.starts < one.ends == following.starts
        assert one[:2] != following[:2]
    assert rota.gaps(starts, ends, office) == [Gap(one.starts, one.ends) for one in shifts if one.person is None]
    at = min(starts + span[1] * share, ends - timedelta(microseconds=1))
    within = [shift for shift in shifts if shift.starts <= at < shift.ends]
    assert len(within) == 1
    duty = rota.on_duty(at, office)
    assert duty[:2] == within[0][:2]
    assert duty.until is None or duty.until >= within[0].ends
    order = rota.order(at, office)
    assert order[:1] == ((duty.person,) if duty.person else ())
    assert set(order) <= rota.taking_part(at) <= set(rota.people)


@given(TURNS, MOMENTS)
def test_handovers_come_in_order_and_each_begins_the_next_person_s_turn(turns: Turns, at: datetime) -> None:
    handover = turns.next_handover(at, STOCKHOLM)
    assert handover > at
    assert turns.person(handover, STOCKHOLM) in turns.people
    if turns.person(at, STOCKHOLM) is not None:
        just_before = turns.person(handover - timedelta(microseconds=1), STOCKHOLM)
        assert just_before == turns.person(at, STOCKHOLM)
