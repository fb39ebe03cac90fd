"""Two records that must agree: whatever became of a case, its history replays to what stands in the ledger."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from temporalio.api.enums.v1 import EventType

from activities.history import Run
from audit import proof
from audit.comparison import Discord, compare, digest_of
from audit.proof import prove
from audit.replay import DoesNotReplay, replay
from models.decide import decide
from models.evolve import evolve
from operate.scenarios import SCENARIOS
from storage import ledger, routines
from storage.cases import UnknownCase
from storage.tables import Verdict
from tests.audit.replayed import CHIEF, OFFICER, at_rest, change, key_of, rows_of, runs_of, sealed, take_away, unheard
from tests.reports import a_report
from tests.workflows.hasty import Hasty
from workflows import casefile

if TYPE_CHECKING:
    from collections.abc import Callable

    from temporalio.api.history.v1 import HistoryEvent

    from models.case import Case
    from models.context import Context
    from models.events import Event
    from models.message import Command
    from operate.town import Town, TownCase


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "PAUSE", 0)


async def worked_on(town: Town) -> TownCase:
    """A case that somebody has worked on a little."""
    case = await town.report(a_report())
    await case.does(OFFICER, "triage", outcome="open", level="raised")
    await case.does(OFFICER, "add_note", text="Ringde, inget svar.")
    await at_rest(case)
    return case


async def identical(town: Town, case: TownCase) -> None:
    """All that stands in the ledger was decided, and the case after each event is what its digest says."""
    before = len(await case.events())
    proved = await prove(town.house, case.ref)
    assert (proved.verdict, proved.difference) == (Verdict.IDENTICAL, None)
    assert len(proved.states) >= before
    state: Case | None = None
    for event, digest in zip(await case.events(), proved.states, strict=False):
        state = evolve(state, event)
        assert digest_of(state) == digest


@pytest.mark.parametrize("number", [9, 10])
async def test_a_whole_life_replays_identical(town: Town, number: int) -> None:
    (case, *_) = await SCENARIOS[number - 1].story(town)
    await at_rest(case)
    await identical(town, case)


async def test_a_reopened_case_replays_identical(town: Town) -> None:
    (case,) = await SCENARIOS[12].story(town)
    await case.does(CHIEF, "reopen", reason="new_incident", level="raised")
    await case.does(OFFICER, "add_note", text="Brevet är förvarat.")
    await at_rest(case)
    assert (await case.state()).reopenings == 1
    await identical(town, case)


async def test_a_case_moved_to_a_newer_routine_replays_identical(town: Town) -> None:
    case = await worked_on(town)
    async with town.house.database.reading() as session:
        standing = await routines.by_digest(session, (await case.state()).routine.digest)
    newer = standing.model_copy(update={"version": "2099.1"})
    async with town.house.database.writing() as session:
        await routines.adopt(session, newer)
    await case.does(CHIEF, "move_routine", routine=newer.ref.model_dump(), text="Ny rutin.")
    await case.does(OFFICER, "add_note", text="Enligt den nya rutinen.")
    assert (await case.state()).routine == newer.ref
    await identical(town, case)


async def test_what_the_engine_never_heard_of_is_ahead_until_the_case_has_taken_it_over(town: Town) -> None:
    case = await worked_on(town)
    event = await unheard(town, case)
    proved = await prove(town.house, case.ref)
    assert (proved.verdict, proved.ahead, proved.proved) == (Verdict.AHEAD, 1, False)
    await case.does(OFFICER, "add_note", text="Ringde igen.")
    proved = await prove(town.house, case.ref)
    assert (proved.verdict, proved.taken_over) == (Verdict.IDENTICAL, (event.seq,))


async def test_a_history_that_ends_in_the_middle_of_an_action_is_no_difference(town: Town) -> None:
    case = await worked_on(town)
    (run,), rows, key = await runs_of(case), await rows_of(case), await key_of(case)
    full = compare(await replay([run], key), rows)
    reached = set()
    for cut in range(3, len(run.events) + 1):
        found = compare(await replay([Run(run.workflow, run.id, run.events[:cut])], key), rows)
        assert found.difference is None
        assert found.states == full.states[: found.events]
        reached.add(found.events)
    assert len(reached) > 4


async def test_the_worker_may_have_recorded_what_it_has_not_answered(town: Town) -> None:
    case = await worked_on(town)
    (run,), rows, key = await runs_of(case), await rows_of(case), await key_of(case)
    done = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    first = next(place for place, event in enumerate(run.events, 1) if event.event_type == done)
    decided = await replay([Run(run.workflow, run.id, run.events[: first - 1])], key)
    assert [one.answered for one in decided] == [False]
    assert compare(decided, rows[:1]).ahead == 0
    assert compare(decided, []).difference is None


async def test_a_changed_row_is_found_with_both_sides(town: Town) -> None:
    case = await worked_on(town)
    note = next(event for event in await case.events() if event.type == "note_added")
    forged = note.model_copy(update={"data": note.data.model_copy(update={"text": "Ringde, allt är bra."})})
    await change(case, note.seq, body=sealed(await key_of(case), forged))
    proved = await prove(town.house, case.ref)
    assert (proved.verdict, proved.seq) == (Verdict.DIFFERS, note.seq)
    found = proved.difference
    assert found is not None
    assert (found.how, found.fields) == (Discord.EVENT, ("data.text",))
    assert found.history is not None
    assert found.ledger is not None
    assert (found.history.type, found.ledger.type) == ("note_added", "note_added")
    assert found.history.content != found.ledger.content
    assert "Ringde" not in repr(proved.document())


async def test_a_row_that_lies_in_clear_is_found(town: Town) -> None:
    case = await worked_on(town)
    await change(case, 2, actor="granvik-handlaggare")
    proved = await prove(town.house, case.ref)
    assert (proved.verdict, proved.seq) == (Verdict.DIFFERS, 2)
    assert proved.difference is not None
    assert (proved.difference.how, proved.difference.fields) == (Discord.ROW, ("actor",))


async def test_a_row_that_nobody_can_read_is_found(town: Town) -> None:
    case = await worked_on(town)
    await change(case, 3, body=b"\x01" + bytes(60))
    proved = await prove(town.house, case.ref)
    assert (proved.verdict, proved.seq) == (Verdict.DIFFERS, 3)
    assert proved.difference is not None
    assert (proved.difference.how, proved.difference.ledger) == (Discord.SEALED, None)


@pytest.mark.parametrize("gone", ["first", "middle", "last"])
async def test_a_row_that_is_gone_is_found(town: Town, gone: str) -> None:
    case = await worked_on(town)
    last = (await case.events())[-1].seq
    seq = {"first": 1, "middle": 3, "last": last}[gone]
    await take_away(case, seq)
    proved = await prove(town.house, case.ref)
    assert (proved.verdict, proved.seq) == (Verdict.DIFFERS, seq)
    assert proved.difference is not None
    assert proved.difference.how is (Discord.NOT_IN_LEDGER if gone == "last" else Discord.EVENT)


async def test_a_row_that_no_finished_history_tells_of_is_found(town: Town) -> None:
    case = (await SCENARIOS[12].story(town))[0]
    await town.wait(days=366)
    assert (await prove(town.house, case.ref)).verdict is Verdict.IDENTICAL
    last = (await case.events())[-1]
    async with town.house.database.writing() as session:
        forged = last.model_copy(update={"seq": last.seq + 1})
        await ledger.append(session, await key_of(case), [forged], "9001")
    proved = await prove(town.house, case.ref)
    assert (proved.verdict, proved.seq) == (Verdict.DIFFERS, last.seq + 1)
    assert proved.difference is not None
    assert (proved.difference.how, proved.difference.history) == (Discord.NOT_DECIDED, None)


def later(event: HistoryEvent) -> None:
    event.event_time.seconds += 3600


def another_note(event: HistoryEvent) -> None:
    accepted = event.workflow_execution_update_accepted_event_attributes
    payload = accepted.accepted_request.input.args.payloads[0]
    payload.data = payload.data[:-1] + bytes([payload.data[-1] ^ 1])


CHANGES: dict[str, tuple[int, Callable[[HistoryEvent], None]]] = {
    "time": (EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED, later),
    "payload": (EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED, another_note),
}


@pytest.mark.parametrize("what", CHANGES)
async def test_a_changed_history_is_found(town: Town, what: str) -> None:
    case = await worked_on(town)
    (run,), rows, key = await runs_of(case), await rows_of(case), await key_of(case)
    kind, meddle = CHANGES[what]
    events = [type(event).FromString(event.SerializeToString()) for event in run.events]
    meddle([event for event in events if event.event_type == kind][-2])
    changed = [Run(run.workflow, run.id, events)]
    if what == "time":
        assert compare(await replay(changed, key), rows).difference is not None
        return
    with pytest.raises(DoesNotReplay) as apart:
        await replay(changed, key)
    assert apart.value.code == "unreadable"
    assert 0 < compare(apart.value.decided, rows).events < len(rows)


async def test_an_event_taken_out_of_a_history_is_found(town: Town) -> None:
    case = await worked_on(town)
    (run,), key = await runs_of(case), await key_of(case)
    marker = EventType.EVENT_TYPE_MARKER_RECORDED
    place = [place for place, event in enumerate(run.events) if event.event_type == marker][1]
    cut = [event for at, event in enumerate(run.events) if at != place]
    with pytest.raises(DoesNotReplay):
        await replay([Run(run.workflow, run.id, cut)], key)


async def test_code_that_takes_another_step_is_found(town: Town) -> None:
    case = await worked_on(town)
    proved = await prove(town.house, case.ref, Hasty)
    assert (proved.verdict, proved.reason, proved.proved) == (Verdict.NOT_REPLAYED, "nondeterministic", False)
    assert "TMPRL1100" in proved.detail


async def test_a_rule_that_answers_otherwise_is_found(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await worked_on(town)
    note = next(event for event in await case.events() if event.type == "note_added")

    def today(case: Case, command: Command, context: Context) -> list[Event]:
        found = decide(case, command, context)
        return [event.model_copy(update={"at": event.at - timedelta(days=1)}) for event in found]

    monkeypatch.setattr(casefile, "decide", lambda *given: (today if given[1].id == note.cause else decide)(*given))
    proved = await prove(town.house, case.ref)
    assert (proved.verdict, proved.seq) == (Verdict.DIFFERS, note.seq)
    assert proved.difference is not None
    assert (proved.difference.how, proved.difference.fields) == (Discord.EVENT, ("at",))


async def test_no_case_is_no_proof(town: Town) -> None:
    with pytest.raises(UnknownCase):
        await prove(town.house, "9001-FV-2020-00001")
