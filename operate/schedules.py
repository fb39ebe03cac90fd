"""What the engine starts by the clock: the digest of each organisation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
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
from workflows.digest import DigestWorkflow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from temporalio.client import Client, ScheduleUpdateInput

ZONE = "Europe/Stockholm"
CATCH_UP = timedelta(days=1)
"""An engine that was away in the morning sends the digest when it is back; past that, the next one tells it all."""


async def ensure(client: Client, task_queue: str, organisations: Iterable[str]) -> None:
    """Have a digest for each organisation, Monday to Friday; a second time changes nothing.

    What somebody has paused stays paused.
    """
    for organisation in organisations:
        wanted = digest(organisation, task_queue)
        try:
            await client.create_schedule(schedule_id(organisation), wanted)
        except ScheduleAlreadyRunningError:
            await client.get_schedule_handle(schedule_id(organisation)).update(partial(_change, wanted))


def schedule_id(organisation: str) -> str:
    """The schedule of an organisation's digest; the runs are called the same, with their time."""
    return f"ops-digest-{organisation}"


def digest(organisation: str, task_queue: str) -> Schedule:
    """When an organisation's digest is sent. Whether the office opens that day is asked then: holidays differ."""
    hour, minute, weekdays = ScheduleRange(DIGEST_AT.hour), ScheduleRange(DIGEST_AT.minute), ScheduleRange(1, 5)
    # Tuples, as the engine gives them back: so it can be seen that nothing has changed.
    calendar = ScheduleCalendarSpec(hour=(hour,), minute=(minute,), day_of_week=(weekdays,))
    return Schedule(
        action=ScheduleActionStartWorkflow(
            DigestWorkflow.run, organisation, id=schedule_id(organisation), task_queue=task_queue
        ),
        spec=ScheduleSpec(calendars=[calendar], time_zone_name=ZONE),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCH_UP),
    )


def _change(wanted: Schedule, now: ScheduleUpdateInput) -> ScheduleUpdate | None:
    standing = now.description.schedule
    same = (standing.spec, standing.policy, _place(standing)) == (wanted.spec, wanted.policy, _place(wanted))
    return None if same else ScheduleUpdate(replace(wanted, state=standing.state))


def _place(schedule: Schedule) -> str:
    return schedule.action.task_queue if isinstance(schedule.action, ScheduleActionStartWorkflow) else ""
