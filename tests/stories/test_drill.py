"""A drill runs down the real chain, and is a case like any other but for what it may become."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from temporalio.client import WorkflowExecutionStatus

from models.message import is_drill
from models.vocabulary.case import Level
from operate.drill import read, report_of
from storage import routines
from storage.tables import MessageState
from tests.reports import a_report
from tests.stories.alarm import CHIEF, DEPUTY, HEAD, TIB, leaves, takes
from workflows.client import workflow_id

if TYPE_CHECKING:
    from models.routine import Routine
    from operate.town import Town, TownCase


async def in_force(town: Town) -> Routine:
    async with town.house.database.reading() as session:
        return await routines.current(session, "9002", (await town.now()).date())


async def a_drill(town: Town) -> TownCase:
    return await town.report(report_of(await in_force(town), Level.ACUTE, "Övning."), drill=True)


async def test_in_a_drill_the_duty_officer_is_silent_the_next_person_takes_it_and_the_ladder_stops(town: Town) -> None:
    before = await in_force(town)
    case = await a_drill(town)
    await town.wait(seconds=32)
    await takes(town, case, DEPUTY)
    await town.wait(seconds=60)
    seen = await read(town.house, case.ref)
    assert is_drill(case.ref)
    assert seen.accepted == (DEPUTY,)
    assert [(step.rung, round(step.after)) for step in seen.escalations] == [(0, 15), (1, 30)]
    rows = {one.person: one for one in seen.told if one.asked}
    assert rows[TIB].reason == "not_accepted"
    assert rows[TIB].sent == pytest.approx(0, abs=5)
    assert rows[DEPUTY].state is MessageState.ACCEPTED
    assert rows[DEPUTY].accepted == pytest.approx(2, abs=1.5)
    assert not seen.climbing
    assert all(row.drill for row in await case.told())
    assert await in_force(town) == before
    assert (await case.state()).routine != before.ref


async def test_a_drill_that_nobody_takes_reaches_the_top_and_once_ended_is_soon_forgotten(town: Town) -> None:
    case = await a_drill(town)
    await town.wait(seconds=80)
    seen = await read(town.house, case.ref)
    assert seen.accepted == ()
    assert seen.alarm
    assert not seen.climbing
    assert {step.rung for step in seen.escalations} == {0, 1, 2, 3}
    assert {one.person for one in seen.told if one.reason == "not_accepted"} >= {TIB, CHIEF, DEPUTY, HEAD}

    await case.does(TIB, "end_drill")
    told = len(await case.told())
    await town.wait(minutes=5)
    assert len(await case.told()) == told
    workflow = town.environment.client.get_workflow_handle(workflow_id(case.ref))
    assert (await workflow.describe()).status is WorkflowExecutionStatus.COMPLETED
    assert (await read(town.house, case.ref)).ended is not None


async def test_a_drill_finds_the_role_that_nobody_holds(town: Town) -> None:
    await leaves(town, TIB)
    case = await a_drill(town)
    await town.wait(seconds=5)
    seen = await read(town.house, case.ref)
    assert "duty_officer" in {gap.role for gap in seen.nobody}
    assert TIB not in {one.person for one in seen.told}


async def test_drills_have_numbers_of_their_own_and_a_real_case_never_ends_as_one(town: Town) -> None:
    first = await town.report(a_report(organisation="9002", danger_now=True))
    drill = await a_drill(town)
    second = await town.report(a_report(organisation="9002"))
    assert [ref.rpartition("-")[2] for ref in (first.ref, drill.ref, second.ref)] == ["00001", "00001", "00002"]
    await first.may_not(CHIEF, "end_drill")
    await first.may_not(CHIEF, "propose_closure", reason="drill")
    await drill.may_not(CHIEF, "merge_report", report=(await second.state()).reports[0])
    assert [*first.refusals, *drill.refusals] == ["not_a_drill", "stage_not_open", "is_a_drill"]
