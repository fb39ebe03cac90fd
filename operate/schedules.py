"""What the engine starts by the clock, for each organisation: the digest, and the checkpoint of its ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta
from functools import partial
from typing import TYPE_CHECKING

from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
)

from models.watch import DIGEST_AT
from workflows.checkpoint import CheckpointWorkflow
from workflows.digest import DigestWorkflow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from temporalio.client import Client, ScheduleUpdateInput

ZONE = "Europe/Stockholm"
CHECKPOINT_AT = time(3, 40)
"""Between two and three in the night an hour is missing or comes twice once a year."""
CATCH_UP = timedelta(days=1)
"""An engine that was away in the morning sends the digest when it is back; past that, the next one tells it all."""


async def ensure(client: Client, task_queue: str, organisations: Iterable[str]) -> None:
    """Have a digest for each organisation, Monday to Friday, and a checkpoint every night; twice changes nothing.

    What somebody has paused stays paused.
    """
    for organisation in organisations:
        await _ensure(client, schedule_id(organisation), digest(organisation, task_queue))
        await _ensure(client, checkpoint_id(organisation), checkpoint(organisation, task_queue))


async def _ensure(client: Client, name: str, wanted: Schedule) -> None:
    try:
        await client.create_schedule(name, wanted)
    except ScheduleAlreadyRunningError:
        await client.get_schedule_handle(name).update(partial(_change, wanted))


def schedule_id(organisation: str) -> str:
    """The schedule of an organisation's digest; the runs are called the same, with their time."""
    return f"ops-digest-{organisation}"


def digest(organisation: str, task_queue: str) -> Schedule:
    """When an organisation's digest is sent. Whether the office opens that day is asked then: holidays differ."""
    name = schedule_id(organisation)
    action = ScheduleActionStartWorkflow(DigestWorkflow.run, organisation, id=name, task_queue=task_queue)
    return _daily(action, DIGEST_AT, ScheduleRange(1, 5))


def checkpoint_id(organisation: str) -> str:
    """The schedule of an organisation's checkpoints; the runs are called the same, with their time."""
    return f"ops-checkpoint-{organisation}"


def checkpoint(organisation: str, task_queue: str) -> Schedule:
    """When the checkpoint of an organisation's ledger is taken: every night, holidays too."""
    name = checkpoint_id(organisation)
    action = ScheduleActionStartWorkflow(CheckpointWorkflow.run, organisation, id=name, task_queue=task_queue)
    return _daily(action, CHECKPOINT_AT, ScheduleRange(0, 6))


def _daily(action: ScheduleActionStartWorkflow, at: time, weekdays: ScheduleRange) -> Schedule:
    """At a time of the day in Sweden; Sunday is 0."""
    # Tuples, as the engine gives them back: so it can be seen that nothing has changed.
    hour, minute, days = ((one,) for one in (ScheduleRange(at.hour), ScheduleRange(at.minute), weekdays))
    calendar = ScheduleCalendarSpec(hour=hour, minute=minute, day_of_week=days)
    return Schedule(
        action=action,
        spec=ScheduleSpec(calendars=[calendar], time_zone_name=ZONE),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )


def _change(wanted: Schedule, now: ScheduleUpdateInput) -> ScheduleUpdate | None:
    standing = now.description.schedule
    same = (standing.spec, standing.policy, _place(standing)) == (wanted.spec, wanted.policy, _place(wanted))
    return None if same else ScheduleUpdate(replace(wanted, state=standing.state))


def _place(schedule: Schedule) -> str:
    return schedule.action.task_queue if isinstance(schedule.action, ScheduleActionStartWorkflow) else ""
