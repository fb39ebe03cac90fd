"""What if: the same deeds under another routine. Under their own, they become what the ledger has."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from audit.histories import Wanted
from audit.simulate import Simulation, simulate
from models.comparison import Counted, Counting, Row, by_hour, by_level, by_name
from models.obligation_rule import ObligationRule
from models.routine import Routine
from models.stages.clock import Escalated, Reminded
from models.term import Term
from models.vocabulary.case import Level
from models.vocabulary.people import Role
from models.whatif import relive
from storage.database import Database
from storage.keys import KeyRing
from tests.audit.kept import keep
from tests.models.cases import closed, opened, reported
from tests.models.life import CHIEF, Life, local
from tests.routine import standard

UNTIL = local("2026-06-01 12:00")


def with_duty(kind: str, **terms: str) -> Routine:
    """The standard routine, with other times for one duty."""
    own = standard()
    rule = own.obligations[kind]
    due = {level: Term.parse(terms.get(level, str(term))) for level, term in (rule.due or {}).items()}
    changed: ObligationRule = rule.model_copy(update={"due": due})
    return adopted(own, "2026-B", obligations=own.obligations | {kind: changed})


def adopted(own: Routine, version: str, **changes: object) -> Routine:
    """Another version of a routine."""
    return own.model_copy(update={"version": version, **changes})


def slow() -> Life:
    """Nobody calls for two days; then somebody does."""
    life = reported().opened("raised")
    life.ticks_until("2026-03-04 12:00")
    return life.does("contact_affected", outcome="reached")


@pytest.mark.parametrize("lived", [slow, closed])
def test_under_its_own_routine_a_case_becomes_what_the_ledger_has(lived: Callable[[], Life]) -> None:
    life = lived()
    again = relive(life.events, life.routine, life.now)
    assert again.faithful
    assert again.refused == []
    assert (again.case.level, again.case.stages, again.case.moments) == (
        life.case.level,
        life.case.stages,
        life.case.moments,
    )


def test_the_clock_is_wound_to_the_same_steps_it_took() -> None:
    life = slow()
    steps = [event for event in life.events if isinstance(event.data, Reminded | Escalated)]
    took = [(one.recorded, getattr(one.data, "kind", ""), getattr(one.data, "rung", None)) for one in steps]
    again = relive(life.events, life.routine, life.now)
    assert [(step.at, step.kind, step.rung) for step in again.steps] == took
    assert took


async def compare(
    database: Database, ring: KeyRing, tried: Routine, *lives: Life, until: datetime = UNTIL, processes: int = 1
) -> Simulation:
    await keep(database, ring, *lives)
    return await simulate(database, ring, tried, Wanted("9001"), until=until, processes=processes)


async def test_a_shorter_time_makes_more_reminders_and_a_deadline_missed(database: Database, ring: KeyRing) -> None:
    life = reported().opened("raised").at(timedelta(hours=20)).does("contact_affected", outcome="reached")
    found = await compare(database, ring, with_duty("first_contact", raised="PT4H"), life, until=life.now)
    rows = by_name(found.before, found.after, Counting.ESCALATIONS, Counting.LATE, Counting.MET)
    assert Row(Counting.LATE, "first_contact", 0, 1) in rows
    assert Row(Counting.MET, "first_contact", 1, 0) in rows
    escalated = next(row for row in rows if row.measure == Counting.ESCALATIONS)
    assert (escalated.name, escalated.before, escalated.after > 0) == ("first_contact", 0, True)
    assert found.faithful == 1


async def test_the_same_routine_changes_nothing(database: Database, ring: KeyRing) -> None:
    found = await compare(database, ring, standard(), slow(), closed(), opened("high"))
    assert found.before == found.after
    assert found.before
    assert (found.otherwise, found.refused, found.faithful) == ([], [], 3)


async def test_who_is_woken_stands_with_role_and_hour(database: Database, ring: KeyRing) -> None:
    life = Life("2026-03-02 23:30", kinds=["threat_explicit"], danger_now=True)
    life.at("2026-03-03 07:30").does("acknowledge", CHIEF)
    calm = standard()
    presumed = calm.risk.model_copy(update={"presumed": dict.fromkeys(calm.risk.presumed, Level.RAISED)})
    tried = adopted(calm, "2026-C", risk=presumed)
    found = await compare(database, ring, tried, life, until=life.now)
    [change] = found.changes
    assert change.spared
    assert not change.woken
    assert {one.level for one in change.spared} == {Level.ACUTE}
    assert sum(by_hour(found.before)) == found_pages(found) > sum(by_hour(found.after))
    nights = {row.measure: row for row in by_level(found.before, found.after)[Level.ACUTE]}[Counting.NIGHT_PAGES]
    assert nights.before > nights.after == 0
    assert Counted("role", Level.ACUTE, Role.SECURITY_CHIEF) in found.before
    # What was acknowledged had never rung: the deed is refused, and the refusal is named.
    assert [(command, first, later) for command, _, first, later in found.refused] == [("acknowledge", 1, 0)]


def found_pages(found: Simulation) -> int:
    return sum(number for key, number in found.before.items() if key.measure == Counting.PAGES)


async def test_a_case_that_could_not_have_been_closed_stays_open(database: Database, ring: KeyRing) -> None:
    own = standard()
    longer = own.closure.model_copy(update={"quiet": dict.fromkeys(Level, Term.parse("P400D"))})
    found = await compare(database, ring, adopted(own, "2026-D", closure=longer), closed())
    assert [one.stays_open for one in found.changes] == [True]
    assert found.refused == [("close", "criteria_not_met", 1, 0)]


async def test_processes_give_the_same_answer_in_the_same_order(database: Database, ring: KeyRing) -> None:
    if database.engine.dialect.name != "sqlite":
        pytest.skip("the database has no part in it")
    tried = with_duty("first_contact", raised="PT4H")
    portions: list[int] = []
    one = await compare(database, ring, tried, *(slow() for _ in range(45)))
    two = await simulate(database, ring, tried, Wanted("9001"), until=UNTIL, processes=2, progress=portions.append)
    assert one.changes == two.changes
    assert portions == [40, 5]
