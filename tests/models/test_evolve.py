"""The case after its events; and no command, fact or refusal is left out of the unions, the rules and the tests."""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
from itertools import pairwise

import pytest
from pydantic import TypeAdapter

from models import stages
from models.access import MAY, SYSTEM
from models.case import Case
from models.commands import COMMANDS, SYSTEM_COMMANDS, command_schema
from models.decide import decide
from models.events import FACTS, Event, moments
from models.evolve import UNTIMED, BrokenSequence, evolve, evolve_all
from models.message import CLOCK, Command, Fact
from models.stages.clock import Tick
from tests.house import ROOT
from tests.models.cases import closed, filed, offered, opened, planned, registered, reported
from tests.models.life import Life
from tests.routine import standard

MODULES = [importlib.import_module(info.name) for info in pkgutil.iter_modules(stages.__path__, "models.stages.")]
ELSEWHERE = {"unknown_routine"}
"""Refused by the engine, not by the rules: only it can look a routine up."""


def lives() -> list[Life]:
    return [start() for start in (reported, opened, filed, planned, registered, offered, closed)]


def defined(base: type) -> set[type]:
    return {
        thing
        for module in MODULES
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, base) and thing.__module__ == module.__name__
    }


def test_every_command_is_in_the_union_and_in_the_rules_of_access() -> None:
    assert defined(Command) == {*COMMANDS, *SYSTEM_COMMANDS}
    types = [str(command.model_fields["type"].default) for command in COMMANDS]
    assert sorted(types) == sorted(MAY)
    assert {str(command.model_fields["type"].default) for command in SYSTEM_COMMANDS} == set(SYSTEM)


def test_every_fact_is_in_the_union_under_a_name_of_its_own() -> None:
    assert defined(Fact) == set(FACTS)
    assert len({fact.name() for fact in FACTS}) == len(FACTS)


def test_a_moment_that_counts_from_when_it_was_told_is_one_the_fact_can_be() -> None:
    for fact in FACTS:
        assert fact.news <= {fact.name(), *fact.also}


def test_every_moment_of_a_routine_is_one_some_fact_can_be() -> None:
    rules = standard().obligations.values()
    assert {name for rule in rules for name in (*rule.starts, *rule.met_by, *rule.ends_by)} <= moments()


def test_facts_say_no_moment_they_have_not_announced() -> None:
    for life in lives():
        for event in life.events:
            assert set(event.data.moments()) <= {event.type, *event.data.also}


def test_the_schema_of_the_commands_names_each_of_them() -> None:
    mapping = json.loads(json.dumps(command_schema()))["discriminator"]["mapping"]
    assert set(mapping) == set(MAY)


def test_every_code_of_a_refusal_is_met_with_in_some_test() -> None:
    codes = set[str]()
    for path in sorted((ROOT / "models").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Refusal":
                codes |= {str(arg.value) for arg in node.args[:1] if isinstance(arg, ast.Constant)}
    told = "".join(path.read_text() for path in sorted((ROOT / "tests" / "models").glob("test_*.py")))
    assert {code for code in codes - ELSEWHERE if code not in told} == set()


def test_the_past_gives_the_present_however_it_is_cut() -> None:
    for life in lives():
        assert evolve_all(life.events) == life.case
        for cut in range(1, len(life.events)):
            assert evolve_all(life.events[cut:], evolve_all(life.events[:cut])) == life.case


def test_what_is_written_down_is_read_as_it_was() -> None:
    for life in lives():
        assert Case.model_validate_json(life.case.model_dump_json()) == life.case
        assert TypeAdapter(list[Event]).validate_json(TypeAdapter(list[Event]).dump_json(life.events)) == life.events


def test_an_event_never_changes_the_case_before_it() -> None:
    life = closed()
    states = [evolve_all(life.events[:count]) for count in range(1, len(life.events) + 1)]
    written = [case.model_dump_json() for case in states]
    for (before, _), event in zip(pairwise(states), life.events[1:], strict=True):
        evolve(before, event)
    assert [case.model_dump_json() for case in states] == written


def test_a_sequence_that_is_broken_is_never_read() -> None:
    life = opened()
    first, second, *_ = life.events
    other = second.model_copy(update={"case": "9001-FV-2026-00002"})
    for events in ([], [second], [first, first], [first, life.events[2]], [first, other]):
        with pytest.raises(BrokenSequence):
            evolve_all(events)


def test_what_the_clock_and_the_world_report_neither_starts_nor_meets_anything() -> None:
    life = reported(kinds=["threat_death"])
    before = life.case.moments
    life.ticks_until("2026-03-02 12:00")
    assert {type(event.data) for event in life.events[1:]} <= set(UNTIMED)
    assert life.case.moments == before


def test_the_same_question_has_the_same_answer() -> None:
    life = reported(kinds=["threat_death"])
    life.now = life.now.replace(hour=20)
    context = life._context(CLOCK)
    answers = {
        json.dumps([e.model_dump(mode="json") for e in decide(life.case, Tick(id="t"), context)]) for _ in range(3)
    }
    assert len(answers) == 1
