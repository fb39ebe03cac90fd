"""The digest: once a day, to each person what is theirs, on days the office opens; an engine starts it by the clock."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from temporalio.client import ScheduleOverlapPolicy
from temporalio.testing import ActivityEnvironment, WorkflowEnvironment
from temporalio.worker import Worker

from activities.digest import DigestActivities, Digested
from models.notices import Notice
from models.stages.casework import BlockRole
from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from models.workcalendar import WEEKDAYS, WorkCalendar
from operate.schedules import CATCH_UP, ensure, schedule_id
from storage import messages, notices, routines, tables
from storage.database import Database
from storage.messages import Sending
from storage.payloads import data_converter
from storage.tables import MessageKind, MessageState
from tests.engine import triggered
from tests.erasing import erase
from tests.storage.town import MARKED, Town, found, routine
from workflows.digest import DigestWorkflow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.case import Case
    from storage.keys import KeyRing

MONDAY, SUNDAY = datetime(2026, 3, 9, 6, 30, tzinfo=UTC), datetime(2026, 3, 8, 6, 30, tzinfo=UTC)
CHIEF, DUTY = "granvik-sakerhetschef", "granvik-tib"
STOCKHOLM = ZoneInfo("Europe/Stockholm")
SERVER = str(Path(sys.executable).parent / "temporal")
WAITING = tables.notices.c.message.is_(None)


@pytest.fixture
async def town(database: Database, ring: KeyRing) -> Town:
    return await found(database, ring)


def notice(case: Case, number: int = 1, urgency: Urgency = Urgency.DIGEST, role: Role = Role.SECURITY_CHIEF) -> Notice:
    return Notice(
        id=f"{case.ref}.{number}.{role}",
        case=case.ref,
        organisation=case.organisation,
        seq=number,
        role=role,
        urgency=urgency,
        about="reported",
        level=Level.LOW,
        routine=case.routine.digest,
    )


async def waits(
    town: Town, told: Sequence[Notice], recipient: str = CHIEF, channel: str = "email", *, drill: bool = False
) -> None:
    rows = [notices.row_of(one, recipient, channel, MONDAY - timedelta(days=1), None) for one in told]
    async with town.database.writing() as session:
        await notices.put(session, [replace(row, drill=drill) for row in rows])


async def digest(town: Town, at: datetime = MONDAY) -> Digested:
    """What the activity does at a time."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, started_time=at)
    return await environment.run(DigestActivities(town.database, town.ring).digest, "9001")


async def queued(town: Town) -> list[Sending]:
    async with town.database.reading() as session:
        return await messages.select_where(session)


async def carried(town: Town, sending: Sending) -> set[str]:
    async with town.database.reading() as session:
        return {row.notice for row in await notices.carried_by(session, [sending.id])}


async def left(town: Town) -> int:
    async with town.database.reading() as session:
        return len((await session.execute(select(tables.notices.c.notice).where(WAITING))).all())


async def test_what_waits_goes_out_as_one_message_for_each_person_and_channel(town: Town) -> None:
    (one, _), (other, _) = await town.opens(), await town.opens()
    mine = [notice(one), notice(one, 2), notice(other)]
    await waits(town, mine)
    await waits(town, [notice(other, 3)], DUTY, "sms")
    assert await digest(town) == Digested(messages=2, notices=4)
    sent = {sending.recipient: sending for sending in await queued(town)}
    assert {(s.kind, s.state, s.case, s.urgency) for s in sent.values()} == {
        (MessageKind.DIGEST, MessageState.QUEUED, None, Urgency.DIGEST)
    }
    assert (sent[CHIEF].channel, sent[DUTY].channel, sent[CHIEF].next_try) == ("email", "sms", MONDAY)
    assert await carried(town, sent[CHIEF]) == {told.id for told in mine}


async def test_a_second_run_queues_nothing_twice_and_what_came_in_between_waits(town: Town) -> None:
    case, _ = await town.opens()
    await waits(town, [notice(case)])
    await digest(town)
    await waits(town, [notice(case, 2)])
    assert await digest(town) == Digested()
    (sending,) = await queued(town)
    assert await carried(town, sending) == {notice(case).id}
    assert await digest(town, MONDAY + timedelta(days=7)) == Digested(messages=1, notices=1)


async def test_a_run_that_broke_off_leaves_everything_waiting(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case, _ = await town.opens()
    await waits(town, [notice(case)])

    def broken(*_: object) -> None:
        raise FileNotFoundError

    with monkeypatch.context() as patched:  # the message is queued, and the notices do not know of it yet
        patched.setattr("activities.digest.update", broken)
        with pytest.raises(FileNotFoundError):
            await digest(town)
    assert (await queued(town), await left(town)) == ([], 1)
    assert await digest(town) == Digested(messages=1, notices=1)


async def test_nothing_goes_out_while_the_office_is_closed(town: Town) -> None:
    case, _ = await town.opens()
    await waits(town, [notice(case)])
    assert await digest(town, SUNDAY) == Digested()
    assert await left(town) == 1


async def test_an_organisation_without_a_routine_has_no_digest(town: Town) -> None:
    environment = ActivityEnvironment()
    assert await environment.run(DigestActivities(town.database, town.ring).digest, "90") == Digested()


async def test_what_is_urgent_is_none_of_the_digests_business(town: Town) -> None:
    case, _ = await town.opens()
    await waits(town, [notice(case, urgency=Urgency.NOW)])
    assert await digest(town) == Digested()


async def test_an_exercise_is_never_mixed_with_what_is_real(town: Town) -> None:
    case, _ = await town.opens()
    await waits(town, [notice(case)])
    await waits(town, [notice(case, 2)], drill=True)
    assert await digest(town) == Digested(messages=2, notices=2)


async def test_whoever_is_blocked_since_gets_nothing_of_that_case_and_the_case_hears_it(town: Town) -> None:
    (case, _), (other, _) = await town.opens(), await town.opens()
    await waits(town, [notice(case), notice(other)], DUTY)
    await town.acts(case, BlockRole(id="b1", people=frozenset({DUTY}), text=f"{MARKED} är släkt"))
    assert await digest(town) == Digested(messages=1, notices=1, kept_back=1)
    sent = {sending.state: sending for sending in await queued(town)}
    assert await carried(town, sent[MessageState.QUEUED]) == {notice(other).id}
    assert (sent[MessageState.FAILED].reason, sent[MessageState.FAILED].untold) == ("no_longer_for_them", True)
    assert sent[MessageState.FAILED].next_try is None


async def test_a_role_blocked_since_counts_for_everybody_who_holds_it(town: Town) -> None:
    case, _ = await town.opens()
    await waits(town, [notice(case)], DUTY)
    await town.acts(case, BlockRole(id="b1", roles=frozenset({Role.DUTY_OFFICER}), text=f"{MARKED} är släkt"))
    assert await digest(town) == Digested(kept_back=1)


async def test_of_an_erased_case_nothing_is_told(town: Town) -> None:
    case, _ = await town.opens()
    await waits(town, [notice(case)])
    await erase(town.database, town.ring, case.ref, MONDAY)
    assert await digest(town) == Digested(kept_back=1)


async def test_somebody_without_any_channel_is_a_failure_that_shows(town: Town) -> None:
    case, _ = await town.opens()
    await waits(town, [notice(case)], DUTY, "none")
    assert await digest(town) == Digested(kept_back=1)
    assert [sending.reason for sending in await queued(town)] == ["no_address"]


# ── By the clock, on a real engine ──


async def test_each_organisation_has_one_schedule_and_it_runs_the_digest(sqlite_url: str, ring: KeyRing) -> None:
    town = await found(Database(sqlite_url), ring)
    case, _ = await town.opens()
    await waits(town, [notice(case)])
    always = WorkCalendar(office_hours=dict.fromkeys(WEEKDAYS, "08:00-17:00"), covers=(2026, 2027))
    async with town.database.writing() as session:
        open_daily = routine("2").model_copy(update={"calendar": always})
        await routines.adopt(session, open_daily)
    converter = data_converter(town.database, town.ring)
    server = await WorkflowEnvironment.start_local(data_converter=converter, dev_server_existing_path=SERVER)
    activities = DigestActivities(town.database, town.ring)
    worker = Worker(server.client, task_queue="q", workflows=[DigestWorkflow], activities=[activities.digest])
    async with server, worker:
        await ensure(server.client, "old", ["9001", "90"])
        handle = server.client.get_schedule_handle(schedule_id("9001"))
        await handle.pause()
        await ensure(server.client, "q", ["9001", "90"])
        description = await handle.describe()
        await ensure(server.client, "q", ["9001", "90"])
        assert (await handle.describe()).info.last_updated_at == description.info.last_updated_at
        standing = description.schedule
        assert standing.state.paused  # by an operator: that is not ours to undo
        await handle.unpause()
        assert standing.policy.overlap is ScheduleOverlapPolicy.SKIP
        assert standing.policy.catchup_window == CATCH_UP
        following = description.info.next_action_times
        assert {at.astimezone(STOCKHOLM).strftime("%H:%M") for at in following} == {"07:30"}
        assert {at.astimezone(STOCKHOLM).weekday() for at in following} == set(range(5))
        started = await triggered(handle)
        assert started.startswith("ops-digest-9001")
        run = server.client.get_workflow_handle(started, result_type=Digested)
        assert await run.result() == Digested(messages=1, notices=1)
    await town.database.close()
