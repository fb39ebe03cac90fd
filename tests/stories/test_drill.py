"""A drill runs down the real chain; and alarms in which somebody cannot or must not be the one who takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update
from temporalio.client import WorkflowExecutionStatus

from models.events import moments
from models.message import is_drill
from models.routine import read_routine
from models.vocabulary.case import Level
from operate.drill import read, report_of
from operate.scenarios.dutylog import DutyLog
from storage import messages, routines, tables
from storage.people import UnknownUser
from storage.tables import MessageState
from tests.reports import a_report
from workflows.client import workflow_id

if TYPE_CHECKING:
    from models.routine import Routine
    from operate.town import Town, TownCase

OFFICER, CHIEF, DEPUTY, HEAD = (f"nordmyra-{who}" for who in ("tib", "sakerhetschef", "ersattare", "direktor"))
COORDINATOR = "nordmyra-samordnare"


async def in_force(town: Town) -> Routine:
    async with town.house.database.reading() as session:
        return await routines.current(session, "9002", (await town.now()).date())


async def a_drill(town: Town) -> TownCase:
    return await town.report(report_of(await in_force(town), Level.ACUTE, "Övning."), drill=True)


async def an_alarm(town: Town) -> TownCase:
    await town.until_next("monday", "03:00")
    return await town.report(a_report(organisation="9002", danger_now=True))


async def accepts(town: Town, case: TownCase, who: str) -> None:
    """Somebody opens the link of the latest message they have of the case, and takes it."""
    sent = [row.message for row in await case.told() if row.recipient == who and row.message]
    async with town.house.database.writing() as session:
        assert await messages.mark(session, sent[-1], MessageState.ACCEPTED, await town.now())
    await town.post()


async def leaves(town: Town, who: str) -> None:
    async with town.house.database.writing() as session:
        await session.execute(update(tables.users).where(tables.users.c.code == who).values(active=False))


async def log_of(case: TownCase) -> list[tuple[str, int]]:
    return [(key, rung) for key, rung in (await DutyLog.of(case)).escalations if key == "alarm"]


# Drills


async def test_in_a_drill_the_duty_officer_is_silent_the_next_person_takes_it_and_the_ladder_stops(town: Town) -> None:
    before = await in_force(town)
    case = await a_drill(town)
    await town.wait(seconds=32)
    await accepts(town, case, DEPUTY)
    await town.wait(seconds=60)
    seen = await read(town.house, case.ref)
    assert is_drill(case.ref)
    assert seen.accepted == (DEPUTY,)
    assert [(step.rung, round(step.after)) for step in seen.escalations] == [(0, 15), (1, 30)]
    rows = {one.person: one for one in seen.told if one.asked}
    assert rows[OFFICER].reason == "not_accepted"
    assert rows[OFFICER].sent == pytest.approx(0, abs=5)
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
    assert {one.person for one in seen.told if one.reason == "not_accepted"} >= {OFFICER, CHIEF, DEPUTY, HEAD}

    await case.does(OFFICER, "end_drill")
    told = len(await case.told())
    await town.wait(minutes=5)
    assert len(await case.told()) == told
    workflow = town.environment.client.get_workflow_handle(workflow_id(case.ref))
    assert (await workflow.describe()).status is WorkflowExecutionStatus.COMPLETED
    assert (await read(town.house, case.ref)).ended is not None


async def test_a_drill_finds_the_role_that_nobody_holds(town: Town) -> None:
    await leaves(town, OFFICER)
    case = await a_drill(town)
    await town.wait(seconds=5)
    seen = await read(town.house, case.ref)
    assert "duty_officer" in {gap.role for gap in seen.nobody}
    assert OFFICER not in {one.person for one in seen.told}


async def test_drills_have_numbers_of_their_own_and_a_real_case_never_ends_as_one(town: Town) -> None:
    first = await town.report(a_report(organisation="9002", danger_now=True))
    drill = await a_drill(town)
    second = await town.report(a_report(organisation="9002"))
    assert [ref.rpartition("-")[2] for ref in (first.ref, drill.ref, second.ref)] == ["00001", "00001", "00002"]
    await first.may_not(CHIEF, "end_drill")
    await first.may_not(CHIEF, "propose_closure", reason="drill")
    await drill.may_not(CHIEF, "merge_report", report=(await second.state()).reports[0])
    assert [*first.refusals, *drill.refusals] == ["not_a_drill", "stage_not_open", "is_a_drill"]


# Who takes an alarm


async def test_a_role_holder_who_is_the_suspect_cannot_take_the_alarm_and_the_ladder_goes_on(town: Town) -> None:
    case = await an_alarm(town)
    await town.wait(minutes=1)
    await case.does(COORDINATOR, "block_role", people=[OFFICER], text="Hen pekas ut i rapporten.")
    before = [row.notice for row in await case.told() if row.recipient == OFFICER]
    assert before

    await case.may_not(OFFICER, "acknowledge")
    assert case.refusals == ["unknown_case"]
    await accepts(town, case, OFFICER)  # the message already in their hand is of no use
    assert "acknowledged" not in [event.type for event in await case.events()]

    await town.wait(minutes=25)
    assert await log_of(case) == [("alarm", 0), ("alarm", 1)]
    assert [row.notice for row in await case.told() if row.recipient == OFFICER] == before
    await accepts(town, case, DEPUTY)
    await town.wait(hours=1)
    assert await log_of(case) == [("alarm", 0), ("alarm", 1)]


async def test_somebody_removed_while_their_alarm_runs_can_no_longer_take_it(town: Town) -> None:
    case = await an_alarm(town)
    await town.wait(minutes=1)
    await leaves(town, OFFICER)
    with pytest.raises(UnknownUser):
        await case.does(OFFICER, "acknowledge")
    await accepts(town, case, OFFICER)
    await town.wait(minutes=20)
    types = [event.type for event in await case.events()]
    assert "acknowledged" not in types
    assert await log_of(case) == [("alarm", 0), ("alarm", 1)]
    assert [row.seq for row in await case.told() if row.recipient == OFFICER] == [1]
    await case.does(CHIEF, "acknowledge")


async def test_an_alarm_that_two_must_take_goes_on_after_the_first(town: Town) -> None:
    document = (await in_force(town)).model_dump(mode="json") | {"version": "2025.3"}
    document["obligations"]["alarm"]["met_by"] = "acknowledged_by_two"
    strict = read_routine(document, moments())
    async with town.house.database.writing() as session:
        await routines.adopt(session, strict)
    case = await an_alarm(town)
    await town.wait(minutes=2)
    await accepts(town, case, OFFICER)
    await case.may_not(OFFICER, "acknowledge")
    await town.wait(minutes=20)
    assert await log_of(case) == [("alarm", 0), ("alarm", 1)]
    await accepts(town, case, DEPUTY)
    await town.wait(hours=1)
    assert await log_of(case) == [("alarm", 0), ("alarm", 1)]
    assert case.refusals == ["already_accepted"]
    assert (await case.state()).accepted == {OFFICER, DEPUTY}
