"""Unusual reading: what is found, and what is somebody's ordinary work."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.unusual import LONG_CLOSED, MANY, PERIOD, Reading, unusual
from models.vocabulary.people import Role
from models.vocabulary.reading import ReadGround, UnusualReading

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WORK = Reading("kaj", "9001-FV-2026-00001", NOON, Role.HANDLER, takes_part=True)
STRANGER = replace(WORK, role=Role.REGISTRAR, takes_part=False)
MINUTE = timedelta(minutes=1)


def rules(*readings: Reading) -> list[UnusualReading]:
    return [one.rule for one in unusual(readings)]


@pytest.mark.parametrize(
    "reading, expected",
    [
        (WORK, []),
        (replace(WORK, office_open=False), []),
        (STRANGER, [UnusualReading.NO_PART]),
        (replace(STRANGER, on_duty=True, office_open=False), []),
        (replace(STRANGER, role=Role.SECURITY_CHIEF), []),
        (replace(STRANGER, role=Role.SECURITY_CHIEF, office_open=False), [UnusualReading.ODD_HOURS]),
        (replace(STRANGER, ground=ReadGround.GLASS), []),
        (replace(STRANGER, ground=ReadGround.REVIEW, office_open=False), []),
        (replace(WORK, kept_out=True), [UnusualReading.OWN_AFFAIR]),
        (replace(WORK, closed=NOON - LONG_CLOSED), []),
        (replace(WORK, closed=NOON - LONG_CLOSED - MINUTE), [UnusualReading.AFTER_CLOSURE]),
    ],
    ids=["work", "late", "stranger", "duty", "chief", "chief-late", "glass", "review", "own", "month", "after"],
)
def test_each_rule_and_what_it_lets_pass(reading: Reading, expected: list[UnusualReading]) -> None:
    assert rules(reading) == expected


def test_more_than_so_many_cases_in_an_hour_are_many_and_one_case_often_is_not() -> None:
    each = [replace(WORK, case=f"9001-FV-2026-{n:05}", at=NOON + n * MINUTE) for n in range(MANY + 1)]
    (found,) = unusual(each)
    assert (found.rule, found.first, found.last) == (UnusualReading.MANY, NOON, NOON + MANY * MINUTE)
    assert len(found.cases) == MANY + 1
    assert rules(*each[1:]) == []
    assert rules(*(replace(one, at=NOON + 4 * n * MINUTE) for n, one in enumerate(each))) == []
    assert rules(*(replace(WORK, at=NOON + n * MINUTE) for n in range(50))) == []


def test_what_somebody_has_looked_at_is_not_found_again_but_what_came_after_is() -> None:
    first, second = STRANGER, replace(STRANGER, at=NOON + timedelta(hours=2))
    (found,) = unusual([first, second])
    assert (found.first, found.last) == (first.at, second.at)
    assert unusual([first, second], {(found.rule, found.user): found.last}) == []
    (later,) = unusual([first, second], {(found.rule, found.user): first.at})
    assert later.first == second.at


moments = st.integers(0, 60 * 24 * 40).map(lambda n: NOON + n * MINUTE)
readings = st.builds(
    Reading,
    user=st.sampled_from(["anna", "bo"]),
    case=st.sampled_from([f"9001-FV-2026-{n:05}" for n in range(30)]),
    at=moments,
    role=st.sampled_from([None, *Role]),
    ground=st.sampled_from(ReadGround),
    on_duty=st.booleans(),
    office_open=st.booleans(),
    takes_part=st.booleans(),
    kept_out=st.booleans(),
    closed=st.none() | moments,
)


@given(st.lists(readings, max_size=60), st.randoms())
def test_the_order_makes_no_difference_and_no_task_is_longer_than_its_period(
    its: list[Reading], chance: object
) -> None:
    found = unusual(its)
    chance.shuffle(its)  # type: ignore[attr-defined]
    assert unusual(its) == found
    for one in found:
        assert one.first <= one.last < one.first + PERIOD
        caught = {each.case for each in its if each.user == one.user and one.first <= each.at <= one.last}
        assert set(one.cases) <= caught
