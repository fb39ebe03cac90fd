"""The one door for people: what is answered is recorded, what is refused leaves no trace."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from temporalio.api.enums.v1 import EventType

from desk.intake import start
from models.message import Actor
from models.refusal import Refusal
from models.stages.casework import AddNote
from models.vocabulary.case import Level, TriageOutcome
from models.vocabulary.people import Role
from models.vocabulary.support import ContactOutcome
from storage.reports import Waiting
from tests.reports import a_report
from workflows.client import workflow_id

if TYPE_CHECKING:
    from operate.town import Town, TownCase

HANDLER = "granvik-samordnare"
OPEN = {"outcome": TriageOutcome.OPEN, "level": Level.LOW}


async def happenings(town: Town, case: TownCase) -> list[int]:
    """The event types of the history, but for the engine's own tasks."""
    history = await town.environment.client.get_workflow_handle(workflow_id(case.ref)).fetch_history()
    tasks = {EventType.Name(n) for n in EventType.values() if "WORKFLOW_TASK" in EventType.Name(n)}
    return [event.event_type for event in history.events if EventType.Name(event.event_type) not in tasks]


async def test_who_gets_an_answer_can_read_what_it_wrote(town: Town) -> None:
    case = await town.report(a_report())
    receipt = await case.does(HANDLER, "triage", **OPEN)
    assert (await case.state()).level is Level.LOW
    assert [event.seq for event in await case.events()][: receipt.last] == list(range(1, receipt.last + 1))
    written = [event for event in await case.events() if event.cause == receipt.command]
    assert [event.type for event in written] == ["triaged", "level_changed"]
    assert (written[0].seq, written[-1].seq) == (receipt.first, receipt.last)


async def test_a_retried_click_is_the_same_action(town: Town) -> None:
    case = await town.report(a_report())
    first = await case.does(HANDLER, "add_note", id="click-1", text="Ringt upp.")
    await case.does(HANDLER, "add_note", id="click-2", text="Ringt igen.")
    assert await case.does(HANDLER, "add_note", id="click-1", text="Ringt upp.") == first
    assert [e.cause for e in await case.events() if e.type == "note_added"] == ["click-1", "click-2"]


async def test_a_refusal_costs_no_history(town: Town) -> None:
    case = await town.report(a_report())
    await case.does(HANDLER, "add_note", text="Först en anteckning.")
    await town.wait(minutes=1)  # until everybody is told
    before = await happenings(town, case)
    for _ in range(3):
        with pytest.raises(Refusal) as refusal:
            await case.does(HANDLER, "assess_risk", factors={}, level=Level.LOW)
        assert refusal.value.code == "stage_not_open"
    assert await happenings(town, case) == before


async def test_a_refusal_names_rule_and_field(town: Town) -> None:
    case = await town.report(a_report())
    await case.does(HANDLER, "triage", **OPEN)
    with pytest.raises(Refusal) as refusal:
        await case.does(HANDLER, "assess_risk", factors={"Z99": "yes"}, level=Level.LOW)
    assert (refusal.value.code, refusal.value.field, refusal.value.details) == (
        "unknown_factor",
        "factors.Z99",
        {"factor": "Z99"},
    )


async def test_whoever_may_not_see_the_case_hears_that_there_is_none(town: Town) -> None:
    case = await town.report(a_report())
    stranger = Actor(id="vasterlund-samordnare", organisation="90", roles=frozenset({Role.SECURITY_COORDINATOR}))
    with pytest.raises(Refusal, match="unknown_case"):
        await town.cases.act(case.ref, AddNote(id="n1", text="Får jag?"), stranger)
    with pytest.raises(Refusal, match="unknown_case"):
        await town.cases.act("9001-FV-2026-99999", AddNote(id="n1", text="Finns den?"), stranger)


async def test_two_officers_at_once_are_put_in_order(town: Town) -> None:
    case = await town.report(a_report())
    answers = await asyncio.gather(
        case.does(HANDLER, "triage", **OPEN),
        case.does("granvik-sakerhetschef", "triage", outcome=TriageOutcome.OPEN, level=Level.HIGH),
        return_exceptions=True,
    )
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [refusal.code for refusal in refused] == ["already_triaged"]
    assert [event.type for event in await case.events()].count("triaged") == 1


async def test_many_at_once_leave_an_unbroken_row(town: Town) -> None:
    case = await town.report(a_report())
    receipts = await asyncio.gather(*(case.does(HANDLER, "add_note", text=f"Nummer {n}.") for n in range(20)))
    events = await case.events()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert len({receipt.first for receipt in receipts}) == 20


async def test_a_report_started_twice_is_one_case(town: Town) -> None:
    case = await town.report(a_report())
    report = (await case.state()).reports[0]
    again = Waiting(report=report, case=case.ref, received=(await case.state()).reported, organisation="9001")
    await start(town.house, town.cases, again)
    await case.does(HANDLER, "contact_affected", outcome=ContactOutcome.REACHED)
    assert [event.type for event in await case.events()].count("reported") == 1


async def test_a_closed_case_takes_notes_but_no_work(town: Town) -> None:
    case = await town.report(a_report())
    await case.does(HANDLER, "triage", outcome=TriageOutcome.FALSE_ALARM, level=Level.LOW, text="Ett missförstånd.")
    await case.does(HANDLER, "close", reason="false_alarm")
    with pytest.raises(Refusal, match="case_closed"):
        await case.does(HANDLER, "contact_affected", outcome=ContactOutcome.REACHED)
    await case.does(HANDLER, "add_note", text="Tack framfört.")
    assert (await case.state()).closed


async def test_a_case_ends_when_it_can_no_longer_be_reopened(town: Town) -> None:
    case = await town.report(a_report())
    await case.does(HANDLER, "triage", outcome="register_only", level="low", text="Endast för kännedom.")
    await case.does(HANDLER, "close", reason="registered_only")
    await town.wait(days=366)
    described = await town.environment.client.get_workflow_handle(workflow_id(case.ref)).describe()
    assert described.status is not None
    assert described.status.name == "COMPLETED"
