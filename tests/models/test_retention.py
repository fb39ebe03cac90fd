"""When a closed case may be destroyed: by what it was, by the routine, by who holds it; never while it is open."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.refusal import Refusal
from models.retention import (
    FORGOTTEN,
    all_kept,
    refuse_obstacles,
    refuse_to_approve,
    refuse_to_hold,
    refuse_to_propose,
    retention,
)
from models.term import Term
from models.vocabulary.people import Role
from models.vocabulary.records import Obstacle, RetentionClass
from tests.models.cases import assessed, closed, filed, opened, person, proposed, registered
from tests.routine import standard

if TYPE_CHECKING:
    from models.routine import Routine
    from tests.models.life import Life

LONG, SHORT, OTHER = RetentionClass.HIGH_OR_POLICE, RetentionClass.FALSE_ALARM, RetentionClass.OTHER
DAY = timedelta(days=1)
ENDED = closed()


def ended(life: Life, reason: str, **changes: Any) -> Life:
    """Closed for a reason, whatever the criteria say of it."""
    closing = closed().case.closing
    assert closing is not None
    life.case = life.case.model_copy(update={"closing": closing.model_copy(update={"reason": reason}), **changes})
    return life


def kept(term: str, **rest: str) -> Routine:
    terms = {name.value: Term.parse(rest.get(name, term)) for name in RetentionClass}
    rule = standard().retention.model_copy(update=terms)
    return standard().model_copy(update={"retention": rule})


@pytest.mark.parametrize(
    "life,kind",
    [
        (closed, OTHER),
        (lambda: ended(registered(), "registered_only"), OTHER),
        (lambda: ended(opened(), "false_alarm"), SHORT),
        (lambda: ended(opened(), "duplicate"), SHORT),
        (lambda: ended(opened(), "misregistered"), SHORT),
        (lambda: ended(assessed("high"), "quiet_period"), LONG),
        (lambda: ended(assessed("high").assessed("low", by="security_chief", text="Lugnt nu."), "quiet_period"), LONG),
        (lambda: ended(opened("acute"), "false_alarm"), SHORT),
        (
            lambda: ended(filed(), "duplicate"),
            LONG,
        ),
        (lambda: ended(opened("low", kind="prevention"), "matter_decided"), LONG),
    ],
)
def test_what_a_case_was_says_how_long_it_is_kept(life: Any, kind: RetentionClass) -> None:
    assert retention(life().case, [standard()], life().now).kind is kind


def test_an_open_case_is_never_free() -> None:
    for life in (opened(), assessed("acute"), proposed()):
        found = retention(life.case, [kept("PT0S")], life.now + 100 * 366 * DAY)
        assert found.obstacles == (Obstacle.OPEN,)
        assert found.ends is None


def test_a_case_is_free_when_its_time_and_the_window_to_reopen_it_are_over() -> None:
    life = closed()
    routine = kept("P1827D")
    end = life.now + 1827 * DAY
    assert retention(life.case, [routine], life.now).obstacles == (Obstacle.MAY_REOPEN, Obstacle.RETAINED)
    assert retention(life.case, [routine], end - DAY).obstacles == (Obstacle.RETAINED,)
    assert retention(life.case, [routine], end).free
    assert retention(life.case, [kept("P1D")], life.now + 2 * DAY).obstacles == (Obstacle.MAY_REOPEN,)


def test_the_longer_time_holds_when_the_routine_was_changed_and_none_is_for_ever() -> None:
    life = closed()
    later = life.now + 5000 * DAY
    assert retention(life.case, [kept("P10D"), kept("P4000D")], later - 2000 * DAY).obstacles == (Obstacle.RETAINED,)
    for both in ([kept("P10D"), kept("none")], [kept("none"), kept("P10D")]):
        assert retention(life.case, both, later).obstacles == (Obstacle.PRESERVED,)


@settings(deadline=None)
@given(days=st.integers(0, 8000), term=st.integers(0, 8000), held=st.booleans(), archived=st.booleans())
def test_it_is_free_only_if_nothing_at_all_stands_against_it(days: int, term: int, **state: bool) -> None:
    life, held, archived = ENDED, state["held"], state["archived"]
    found = retention(life.case, [kept(f"P{term}D")], life.now + days * DAY, held=held, archived=archived)
    archived = archived or days >= term + FORGOTTEN.days
    assert found.free == (not held and archived and days >= term and days > 365)
    assert (Obstacle.ON_HOLD in found.obstacles) is held
    assert (Obstacle.NOT_ARCHIVED in found.obstacles) is not archived


@settings(deadline=None)
@given(
    which=st.sampled_from([ENDED, ended(filed(), "duplicate"), ended(opened("acute"), "false_alarm")]),
    days=st.integers(0, 800),
    earlier=st.integers(0, 400),
    terms=st.tuples(*[st.sampled_from(["P30D", "P40D", "P400D", "P730D", "none"])] * 3),
    own=st.sampled_from(["P1D", "P365D", "none"]),
)
def test_where_all_is_kept_no_case_closed_then_or_later_is_free(
    which: Life, days: int, earlier: int, terms: tuple[str, ...], own: str
) -> None:
    in_force, now = kept("none", **dict(zip(RetentionClass, terms, strict=True))), ENDED.now + days * DAY
    if all_kept(ENDED.now - earlier * DAY, in_force, now):
        assert not retention(which.case, [kept(own), in_force], now).free
    else:
        assert "P30D" in terms or days + earlier >= 40


def test_one_class_whose_time_is_over_is_enough_to_look() -> None:
    short = kept("P1000D", **{SHORT: "P2D"})
    assert all_kept(ENDED.now, short, ENDED.now + DAY)
    assert not all_kept(ENDED.now, short, ENDED.now + 2 * DAY)
    assert all_kept(ENDED.now, kept("none"), ENDED.now + 9000 * DAY)


def test_one_proposes_and_another_approves() -> None:
    refuse_to_propose(person("arkiv", "archivist"))
    refuse_to_approve(person("chef", "chief_executive"), "arkiv")
    refuse_to_approve(person("arkiv2", "archivist"), "arkiv")
    with pytest.raises(Refusal, match="own_destruction_list"):
        refuse_to_approve(person("arkiv", "archivist", "chief_executive"), "arkiv")
    allowed = {
        rule.__name__: {role for role in Role if not _refused(rule, role)}
        for rule in (refuse_to_propose, refuse_to_hold)
    }
    assert allowed["refuse_to_propose"] == {Role.ARCHIVIST}
    assert Role.SYSTEM_ADMINISTRATOR not in allowed["refuse_to_hold"]
    with pytest.raises(Refusal, match="not_allowed_to_destroy"):
        refuse_to_approve(person("sam", "system_administrator"), "arkiv")


def test_a_refusal_names_the_case_and_all_that_stands_against_it() -> None:
    refuse_obstacles([], "9001-FV-2026-00001")
    with pytest.raises(Refusal, match="may_not_destroy") as no:
        refuse_obstacles([Obstacle.ON_HOLD, Obstacle.RETAINED], "9001-FV-2026-00001")
    assert no.value.details["obstacles"] == "on_hold, retained"


def _refused(rule: Any, role: Role) -> bool:
    try:
        rule(person("x", role.value))
    except Refusal:
        return True
    return False
