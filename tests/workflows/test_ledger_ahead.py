"""A worker died between recording and answering: the ledger knows what the engine never heard of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.exceptions import ApplicationError

from models.context import Context
from models.decide import decide
from models.evolve import evolve_all
from models.message import Actor
from models.stages.casework import AddNote
from models.stages.deadlines import MoveRoutine
from models.stages.intake import Reported, Triage
from models.vocabulary.case import CaseKind, Level, TriageOutcome
from models.vocabulary.people import Role
from storage.routine_file import load
from tests.reports import a_report
from workflows.casefile import CaseFile, routine_after
from workflows.messages import CaseStart

REF = "9001-FV-2026-00001"
MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LATER = MORNING + timedelta(seconds=30)
OFFICER = Actor(id="granvik-samordnare", organisation="9001", roles=frozenset({Role.SECURITY_COORDINATOR}))
ROUTINE = load(Path("routines/granvik.toml"))
TRIAGE = Triage(id="triage-1", outcome=TriageOutcome.OPEN, level=Level.LOW)


def a_start() -> CaseStart:
    opening = Reported(
        organisation="9001",
        kind=CaseKind.INCIDENT,
        report="r1",
        incident=a_report().incident(),
        presumed=Level.LOW,
        routine=ROUTINE.ref,
    )
    return CaseStart(ref=REF, routine=ROUTINE, received=MORNING, reported=opening)


def a_file(now: datetime = MORNING) -> CaseFile:
    """A case whose report is recorded."""
    file = CaseFile(a_start(), now)
    batch, file.pending = file.pending, []
    file.settle(batch, (), now)
    return file


def test_the_report_stands_as_it_was_first_recorded() -> None:
    died, again = CaseFile(a_start(), MORNING), CaseFile(a_start(), LATER)
    standing = [event for event, _ in died.pending[0].events]
    batch, again.pending = again.pending, []
    told = again.settle(batch, standing, LATER)
    assert [event.recorded for event, _ in told] == [MORNING]
    assert again.case == died.case
    assert batch[0].settled


def test_the_same_command_is_answered_with_what_stands() -> None:
    died, again = a_file(), a_file()
    standing = [event for event, _ in died.propose(TRIAGE, OFFICER, MORNING).events]
    proposal = again.propose(TRIAGE, OFFICER, LATER)
    batch, again.pending = again.pending, []
    again.settle(batch, standing, LATER)
    assert proposal.receipt is not None
    assert (proposal.receipt.first, proposal.receipt.last) == (2, 3)
    assert again.case == died.case
    assert again.pending == []


def test_another_command_is_decided_again_on_top_of_it() -> None:
    died, again = a_file(), a_file()
    standing = [event for event, _ in died.propose(TRIAGE, OFFICER, MORNING).events]
    note = again.propose(AddNote(id="note-1", text="Ringt."), OFFICER, LATER)
    batch, again.pending = again.pending, []
    told = again.settle(batch, standing, LATER)
    assert [event.cause for event, _ in told] == ["triage-1", "triage-1"]
    assert not note.settled
    assert [event.seq for event, _ in note.events] == [4]
    assert again.pending == [note]
    assert again.receipts["triage-1"].first == 2
    assert evolve_all([event for event, _ in [*told, *note.events]], a_file().case) == again.case


def test_a_command_that_no_longer_fits_is_refused_after_all() -> None:
    died, again = a_file(), a_file()
    standing = [event for event, _ in died.propose(TRIAGE, OFFICER, MORNING).events]
    second = again.propose(TRIAGE.model_copy(update={"id": "triage-2"}), OFFICER, LATER)
    batch, again.pending = again.pending, []
    again.settle(batch, standing, LATER)
    assert second.receipt is None
    assert isinstance(second.refusal, ApplicationError)
    assert str(second.refusal.message) == "already_triaged"


def test_what_came_while_recording_is_decided_again_too() -> None:
    died, again = a_file(), a_file()
    standing = [event for event, _ in died.propose(TRIAGE, OFFICER, MORNING).events]
    first = again.propose(AddNote(id="note-1", text="Ett."), OFFICER, LATER)
    batch, again.pending = again.pending, []
    meanwhile = again.propose(AddNote(id="note-2", text="Två."), OFFICER, LATER)
    again.settle(batch, standing, LATER)
    assert again.pending == [first, meanwhile]
    assert [event.seq for proposal in again.pending for event, _ in proposal.events] == [4, 5]


def test_a_retried_click_after_the_takeover_is_the_same_action() -> None:
    died, again = a_file(), a_file()
    standing = [event for event, _ in died.propose(TRIAGE, OFFICER, MORNING).events]
    again.propose(AddNote(id="note-1", text="Ett."), OFFICER, LATER)
    batch, again.pending = again.pending, []
    again.settle(batch, standing, LATER)
    assert set(again.receipts) >= {"triage-1"}
    with pytest.raises(ApplicationError):
        again.decide(TRIAGE.model_copy(update={"id": "triage-2"}), OFFICER, LATER)
    assert decide(again.case, AddNote(id="n", text="."), Context(LATER, OFFICER, ROUTINE))[0].seq == 5


def test_a_routine_the_case_was_moved_to_unheard_is_known_from_what_stands() -> None:
    died = a_file()
    newer = ROUTINE.ref.model_copy(update={"version": "2026.9", "digest": "9" * 64})
    chief = Actor(id="granvik-sakerhetschef", organisation="9001", roles=frozenset({Role.SECURITY_CHIEF}))
    move = MoveRoutine(id="move-1", routine=newer, text="Ny rutin.")
    standing = [event for event, _ in died.propose(move, chief, MORNING).events]
    assert routine_after(standing) == newer
    assert routine_after([event for event, _ in died.propose(TRIAGE, OFFICER, LATER).events]) is None
