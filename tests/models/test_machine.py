"""Several people, the clock and the world act on one case at random: whatever they do, nothing here may ever break."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from models.case import Case, IncidentFacts
from models.commands import SYSTEM_COMMANDS
from models.context import Context
from models.decide import decide, open_case, presumed_level
from models.events import Event
from models.evolve import evolve, evolve_all
from models.message import CLOCK, WORLD, Actor, Command, is_drill
from models.notices import Notice, notices
from models.obligations import explanation, obligations, wake_up
from models.possible import possible
from models.refusal import Refusal
from models.risk import floor_of
from models.sight import Sight, sight
from models.stages.clock import NoticeOutcome, Tick
from models.stages.closure import Closed
from models.stages.intake import LevelChanged, Reported
from models.vocabulary.case import CaseKind, ClosureReason, Stage
from tests.models import laws
from tests.models.cases import command, person
from tests.models.deeds import DATES, DELICATE, HANDLERS, INCIDENT, KINDS, LEVELS, STAFF, TEXT, WHAT, one, settling
from tests.models.laws import ROUTINE, assert_answered, assert_closable, assert_glasses, assert_tellable
from tests.models.life import local

NEVER_SHOWN = {
    "not_allowed actor",
    "unknown_case case",
    "case_closed type",
    "stage_not_open type",
    "stage_waived type",
}
"""Refusals of what should not even have been shown."""


class Living(RuleBasedStateMachine):
    """One case, its events, and what has been told of it."""

    case: Case
    now: datetime

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []
        self.steps: Counter[tuple[str, int]] = Counter()
        self.told: list[Notice] = []
        self.answers: list[str] = []
        self.number = 0

    @initialize(kind=one(["incident", "incident", "prevention"]), facts=INCIDENT, hour=st.integers(0, 90), level=LEVELS)
    def report_comes_in(self, kind: str, facts: dict[str, Any], hour: int, level: str) -> None:
        self.now = local("2026-03-27 09:00") + timedelta(hours=hour)
        given = {"meeting_day": "2026-04-20"} if kind == "prevention" else facts
        incident = IncidentFacts.model_validate_json(json.dumps(given))
        fact = Reported(
            organisation="9001",
            kind=CaseKind(kind),
            report="r1",
            incident=incident,
            presumed=presumed_level(incident, CaseKind(kind), ROUTINE.risk),
            routine=ROUTINE.ref,
            drill=hour % 5 == 4,
        )
        prefix = "OV" if fact.drill else "FB" if kind == "prevention" else "FV"
        event = open_case(f"9001-{prefix}-2026-00001", fact, Context(self.now, STAFF[0], ROUTINE), self.now)
        self.case = evolve(None, event)
        self.happened(event)
        if hour % 3:
            self.acts(STAFF[2], "assign", {"handler": HANDLERS[hour % 4]})
            self.acts(STAFF[2], "triage", {"outcome": "open", "level": level, "grade": "low"})

    # What people, the clock and the world do

    @rule(data=st.data(), who=one(STAFF[:4]))
    def somebody_assesses(self, data: st.DataObject, who: Actor) -> None:
        self.acts(who, "assess_risk", data.draw(WHAT["assess_risk"]) | {"text": "x"})

    @rule(who=one(STAFF[:4]), approved=one([True, True, False]))
    def somebody_gives_a_second_opinion(self, who: Actor, approved: bool) -> None:  # noqa: FBT001 - drawn, not called
        self.acts(who, "approve", {"approved": approved, "text": "x"})

    @rule(data=st.data(), who=one(STAFF), what=one(WHAT))
    def anybody_does_anything(self, data: st.DataObject, who: Actor, what: str) -> None:
        self.acts(who, what, data.draw(WHAT[what]) | data.draw(TEXT), data.draw(st.integers(-30, 5)))

    @rule(data=st.data(), who=one(STAFF[1:3]), what=one(WHAT))
    def those_who_may_do_most_do_anything(self, data: st.DataObject, who: Actor, what: str) -> None:
        self.acts(who, what, data.draw(WHAT[what]) | {"text": "x"})

    @rule(data=st.data(), who=one(STAFF[:4]), what=one(DELICATE))
    def somebody_does_something_delicate(self, data: st.DataObject, who: Actor, what: str) -> None:
        self.acts(who, what, data.draw(WHAT[what]) | {"text": "x"}, data.draw(st.integers(-3000, 5)))

    @precondition(lambda self: self.case.stages[Stage.INTAKE].state == "open")
    @rule(level=LEVELS, who=one(STAFF[:5]))
    def somebody_opens_it(self, level: str, who: Actor) -> None:
        self.acts(who, "triage", {"outcome": "open", "level": level, "grade": "low"})

    @precondition(lambda self: self.case.stages[Stage.RISK].state in {"open", "done"} and not self.case.closed)
    @rule(
        days=one([0, 8, 60, 190]),
        reason=one(["quiet_period", "quiet_period", "false_alarm"]),
        forgotten=one([None, None, "lesson", "affected_informed", "call"]),
    )
    def all_is_settled_and_closed_if_it_may_be(self, days: int, reason: str, forgotten: str | None) -> None:
        self.settles()
        told = {"reason": reason, "affected_informed": forgotten != "affected_informed"}
        self.acts(STAFF[2], "propose_closure", told | ({} if forgotten == "lesson" else {"lesson": "x"}))
        self.time_passes(days * 24 * 60, watched=False)
        if forgotten != "call":
            self.settles()
        self.acts(STAFF[2], "close", {"reason": reason})

    @precondition(lambda self: self.case.closed)
    @rule(data=st.data(), level=LEVELS)
    def somebody_reopens_it(self, data: st.DataObject, level: str) -> None:
        self.acts(data.draw(one(STAFF[:4])), "reopen", {"reason": "new_incident", "level": level})

    def settles(self) -> None:
        for what, fields in settling(self.case.pace.value).items():
            self.acts(STAFF[3] if what == "approve" else STAFF[2], what, fields)

    @rule(jump=one([0, 1, 30, 60 * 5, 60 * 24, 60 * 24 * 3, 60 * 24 * 20]), watched=st.booleans())
    def time_passes(self, jump: int, watched: bool) -> None:  # noqa: FBT001 - drawn, not called
        until = self.now + timedelta(minutes=jump)
        rings = 0
        while watched and rings < 20 and (wake := self.wake()) is not None and wake <= until:
            self.now = max(self.now, wake)
            self.clock_looks()
            rings += 1
        self.now = until
        self.clock_looks()

    @rule(data=st.data(), failed=st.booleans())
    def the_world_answers(self, data: st.DataObject, failed: bool) -> None:  # noqa: FBT001 - drawn, not called
        if self.told:
            notice = data.draw(one(self.told[-5:]))
            answer = NoticeOutcome(
                id=f"notice:{notice.id}",
                notice=notice.id,
                role=notice.role,
                failure="no_recipient" if failed else None,
                fallback=notice.fallback,
            )
            self.propose(answer, person(WORLD))

    def clock_looks(self) -> None:
        self.propose(Tick(id="clock:1"), person(CLOCK))
        if not self.case.closed:
            wake = self.wake()
            assert wake is not None, "nobody would ever hear of this case again"
            assert wake > self.now, "the clock does not get any further"

    def wake(self) -> datetime | None:
        return wake_up(obligations(self.case, ROUTINE))

    def acts(self, who: Actor, what: str, fields: dict[str, Any], minutes: int | None = None) -> None:
        self.number += 1
        kind = KINDS[what]
        given = {name: value for name, value in fields.items() if value is not None and name in kind.model_fields}
        for name in DATES & set(given):
            if isinstance(given[name], int):
                moment = self.now + timedelta(days=given[name])
                given[name] = moment.date() if name.startswith("restraining") else moment
        if what == "extend_deadline":
            owed = [obligation.key for obligation in obligations(self.case, ROUTINE)] or ["nothing"]
            given["obligation"] = owed[given["obligation"] % len(owed)]
        if minutes and kind.backdates:
            given["at"] = self.now + timedelta(minutes=minutes)
        self.propose(command(what, **given | {"id": f"c{self.number}"}), who)

    def propose(self, command: Command, actor: Actor) -> None:
        # As the engine does: what comes in one breath still comes one after the other.
        self.now = max(self.now, self.case.updated + timedelta(microseconds=1))
        context = Context(self.now, actor, ROUTINE)
        before = self.case
        shown = possible(before, actor, ROUTINE, self.now)
        try:
            events = decide(before, command, context)
        except Refusal as no:
            self.answers.append(f"{no.code} {no.field}")
            assert type(command) not in shown or self.answers[-1] not in NEVER_SHOWN
            return
        assert type(command) in (*shown, *SYSTEM_COMMANDS) or not events, "hidden, yet allowed"
        copy = Case.model_validate_json(before.model_dump_json())
        again = decide(copy, type(command).model_validate_json(command.model_dump_json()), context)
        assert [event.model_dump_json() for event in again] == [event.model_dump_json() for event in events]
        assert type(command).model_validate_json(command.model_dump_json()) == command
        for event in events:
            self.case = evolve(self.case, event)
            self.happened(event)
            if isinstance(event.data, Closed):
                assert_closable(before, event, event.data)
        assert before == copy

    def happened(self, event: Event) -> None:
        assert Event.model_validate_json(event.model_dump_json()) == event
        self.events.append(event)
        fact = event.data
        if isinstance(fact, LevelChanged) or event.type in {"reopened", "deadline_extended"}:
            self.steps.clear()
        if (key := getattr(fact, "obligation", None)) and hasattr(fact, "step"):
            self.steps[key, fact.step] += 1
            assert self.steps[key, fact.step] == 1, f"{key} was told of twice at step {fact.step}"
        sent = notices(event, self.case, ROUTINE)
        assert sent == notices(event, self.case, ROUTINE)
        for notice in sent:
            assert_tellable(notice, self.case)
        self.told += sent

    # What always holds

    @invariant()
    def the_sequence_has_no_gap_and_the_past_gives_the_present(self) -> None:
        assert [event.seq for event in self.events] == list(range(1, len(self.events) + 1))
        assert Case.model_validate_json(self.case.model_dump_json()) == self.case

    @invariant()
    def a_drill_stays_a_drill_and_a_case_a_case(self) -> None:
        assert self.case.drill is is_drill(self.case.ref)
        closing = self.case.closing
        assert self.case.drill or closing is None or closing.reason is not ClosureReason.DRILL

    @invariant()
    def every_refusal_names_its_rule_and_what_to_change(self) -> None:
        assert all(len(answer.split()) == 2 for answer in self.answers)

    @invariant()
    def the_level_is_below_the_floor_only_with_a_second_person(self) -> None:
        latest, level = self.case.risk.latest, self.case.level
        if latest and level and level.rank < floor_of(self.case.risk.factors, ROUTINE).rank:
            assert latest.approved_by is not None
            assert level is latest.level
        assert all(it.approved_by != it.by != it.rejected_by for it in self.case.risk.assessments)

    @invariant()
    def every_duty_can_be_explained_and_ends_after_it_began(self) -> None:
        for owed in obligations(self.case, ROUTINE):
            assert explanation(owed).due == owed.due
            assert owed.due > owed.started or owed.rule.relative_to or self.case.extensions
            outlives = owed.rule.after_close and not self.case.drill
            assert owed.lapsed or owed.met or not self.case.closed or outlives

    @invariant()
    def whoever_has_a_conflict_of_interest_sees_nothing(self) -> None:
        for actor in STAFF:
            if actor.id in self.case.blocked_people or actor.roles & self.case.blocked_roles:
                assert sight(actor, self.case, self.now) is Sight.NOTHING
        assert self.case.handler not in self.case.blocked_people
        assert not self.case.named & self.case.blocked_people

    @invariant()
    def no_glass_and_nobody_who_has_written_is_forgotten(self) -> None:
        assert_glasses(self.case, self.events, self.now)
        assert_answered(self.case)

    def teardown(self) -> None:
        if self.events:
            assert evolve_all(self.events) == self.case
            laws.assert_lived_again(self.events, also_by_another_clock=self.number % 16 == 0)


QUICK = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_no_sequence_of_deeds_breaks_what_must_always_hold() -> None:
    run_state_machine_as_test(Living, settings=QUICK)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_no_long_sequence_of_deeds_breaks_what_must_always_hold() -> None:
    run_state_machine_as_test(Living, settings=settings(QUICK, max_examples=1500, stateful_step_count=60))
