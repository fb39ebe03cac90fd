"""Every fact that a person's command answers first can be turned back into that command."""

from __future__ import annotations

from models.commands import COMMANDS
from models.deeds import LED_BY, deeds
from models.events import FACTS
from tests.models.cases import closed, offered, planned, reported

FOLLOWS = {
    "reported",
    "level_changed",
    "restraining_order_recorded",
    "reminded",
    "escalated",
    "notice_sent",
    "notice_failed",
}
"""What no command of a person answers first."""


def test_every_command_and_every_fact_is_known() -> None:
    assert set(LED_BY.values()) == set(COMMANDS)
    assert {fact.name() for fact in FACTS} - {fact.name() for fact in LED_BY} == FOLLOWS


def test_a_deed_is_the_command_as_it_was_given() -> None:
    life = planned().does("log_follow_up", outcome="reached", at="2026-03-02T09:00:00Z", text="Allt väl.")
    last = [*deeds(life.events)][-1]
    assert (last.command.name(), last.actor) == ("log_follow_up", "security_coordinator")
    assert last.command.id == life.events[-1].cause


def test_what_the_clock_did_is_nobodys_deed() -> None:
    life = reported()
    life.ticks_until("2026-03-04 12:00")
    assert len(life.events) > 1
    assert [*deeds(life.events)] == []


def test_deeds_come_one_by_one_and_with_all_that_followed() -> None:
    done = [*deeds(closed().events)]
    assert [event for deed in done for event in deed.events] == [e for e in closed().events if e.type != "reported"]
    assert done[0].command.name() == "triage"
    assert [event.type for event in done[0].events] == ["triaged", "level_changed"]


def test_a_hand_over_is_answered_from_over_there() -> None:
    life = offered()
    assert [*deeds(life.events)][-1].command.name() == "hand_over"
