"""What an action leaves behind in the engine's history, and how many timers were open at once."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import mean, median
from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import EventType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from temporalio.client import WorkflowHistory

ACTIVITY = frozenset(
    {
        EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
        EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    }
)
TIMER = {
    EventType.EVENT_TYPE_TIMER_STARTED: 1,
    EventType.EVENT_TYPE_TIMER_FIRED: -1,
    EventType.EVENT_TYPE_TIMER_CANCELED: -1,
}


@dataclass(frozen=True)
class Growth:
    """One case: events of each action by itself, events of all that followed from the actions, most open timers."""

    own: tuple[int, ...]
    """Per action: its workflow task with everything in it, but for the activities that carry notices."""
    following: int
    """All events after the first workflow task, which belongs to the report: the notices' and the clock's with them."""
    timers: int

    @classmethod
    def of(cls, history: WorkflowHistory) -> Growth:
        """Count."""
        tasks: list[list[int]] = [[]]
        timers = most = 0
        for event in history.events:
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED:
                tasks.append([])
            tasks[-1].append(event.event_type)
            timers += TIMER.get(event.event_type, 0)
            most = max(most, timers)
        accepted = EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED
        own = [
            round(sum(kind not in ACTIVITY for kind in task) / task.count(accepted))
            for task in tasks
            for _ in range(task.count(accepted))
        ]
        return cls(tuple(own), sum(map(len, tasks[2:])), most)


def summary(grown: Sequence[Growth]) -> dict[str, float]:
    """Over several cases, per action."""
    own = [events for one in grown for events in one.own]
    return {
        "own_median": median(own),
        "own_mean": round(mean(own), 2),
        "with_notices_and_clock_mean": round(sum(one.following for one in grown) / len(own), 2),
        "most_timers_open": max(one.timers for one in grown),
    }
