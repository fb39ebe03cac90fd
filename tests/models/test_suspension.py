"""Suspensions are a ledger that draws on a budget; nothing is counted twice."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.suspension import BudgetExceeded, Suspension, left, merged, spent, suspend, suspended_between

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
THIRTY_DAYS = timedelta(days=30)


def pause(first: int, last: int) -> Suspension:
    """Suspended from one day after Monday to another."""
    return Suspension(
        start=MONDAY + timedelta(days=first),
        end=MONDAY + timedelta(days=last),
        reason_code="awaits_affected",
        by="handler",
    )


ledgers = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 20)).map(lambda p: pause(p[0], p[0] + p[1])), max_size=6
)


def test_overlapping_and_adjoining_suspensions_are_one() -> None:
    assert merged([pause(4, 6), pause(0, 2), pause(1, 3), pause(3, 4), pause(9, 10)]) == [
        (MONDAY, MONDAY + timedelta(days=6)),
        (MONDAY + timedelta(days=9), MONDAY + timedelta(days=10)),
    ]


def test_only_the_part_between_two_instants_is_counted() -> None:
    between = suspended_between(MONDAY + timedelta(days=1), MONDAY + timedelta(days=5), [pause(0, 2), pause(4, 9)])
    assert between == timedelta(days=2)


def test_a_suspension_that_fits_is_added_and_the_rest_is_left() -> None:
    ledger = suspend((), pause(0, 10), THIRTY_DAYS)
    ledger = suspend(ledger, pause(20, 40), THIRTY_DAYS)
    assert (spent(ledger), left(THIRTY_DAYS, ledger)) == (THIRTY_DAYS, timedelta(0))


def test_a_suspension_that_asks_for_too_much_is_refused_with_what_is_left() -> None:
    with pytest.raises(BudgetExceeded) as refused:
        suspend((pause(0, 25),), pause(30, 40), THIRTY_DAYS)
    assert (refused.value.asked, refused.value.left) == (timedelta(days=10), timedelta(days=5))


def test_a_suspension_inside_another_costs_nothing() -> None:
    assert len(suspend((pause(0, 30),), pause(5, 10), THIRTY_DAYS)) == 2


@pytest.mark.parametrize("days", [0, -1])
def test_a_suspension_must_end_after_it_starts(days: int) -> None:
    with pytest.raises(ValidationError, match="ends after it starts"):
        pause(3, 3 + days)


def test_a_suspension_needs_a_time_zone() -> None:
    with pytest.raises(ValidationError, match="timezone"):
        Suspension(start=datetime(2026, 3, 2), end=MONDAY, reason_code="awaits_affected", by="handler")  # noqa: DTZ001


@given(ledgers)
def test_no_order_of_entries_overdraws_the_budget(entries: list[Suspension]) -> None:
    ledger: tuple[Suspension, ...] = ()
    for entry in entries:
        try:
            ledger = suspend(ledger, entry, THIRTY_DAYS)
        except BudgetExceeded:
            continue
    assert spent(ledger) + left(THIRTY_DAYS, ledger) == THIRTY_DAYS


@given(ledgers, st.permutations(range(6)))
def test_the_order_of_the_ledger_does_not_matter(entries: list[Suspension], order: list[int]) -> None:
    shuffled = [entries[i] for i in order if i < len(entries)]
    assert merged(shuffled) == merged(entries)
