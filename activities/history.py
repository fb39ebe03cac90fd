"""What the engine remembers of a case: the history of every run, oldest first, as it keeps it, payloads sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import History
from temporalio.client import WorkflowHistory
from temporalio.service import RPCError, RPCStatusCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from temporalio.api.history.v1 import HistoryEvent, WorkflowExecutionStartedEventAttributes
    from temporalio.client import Client

_ENDS = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "completed",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: "continued",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: "failed",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT: "timed_out",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: "cancelled",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED: "terminated",
}


class EngineSilent(Exception):
    """The engine does not answer."""


@dataclass(frozen=True)
class Run:
    """One run of a case's workflow, from its start or from where the run before left off."""

    workflow: str
    id: str
    events: Sequence[HistoryEvent]

    @property
    def previous(self) -> str | None:
        """The run it goes on from; None if the case began in it, or if that cannot be known."""
        return self._started.continued_execution_run_id or None

    @property
    def end(self) -> str | None:
        """How it ended, a code; None while it runs."""
        return _ENDS.get(self.events[-1].event_type) if self.events else None

    @property
    def following(self) -> str | None:
        """The run that goes on from it, if it says so."""
        if not self.events:
            return None
        return self.events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id or None

    @property
    def history(self) -> WorkflowHistory:
        """As the SDK replays it."""
        return WorkflowHistory(self.workflow, self.events)

    def to_bytes(self) -> bytes:
        """As it is archived: the engine's own form."""
        return History(events=self.events).SerializeToString(deterministic=True)

    @classmethod
    def from_bytes(cls, workflow: str, run: str, kept: bytes) -> Run:
        """What `to_bytes` gave."""
        return cls(workflow, run, list(History.FromString(kept).events))

    @property
    def _started(self) -> WorkflowExecutionStartedEventAttributes:
        return self.events[0].workflow_execution_started_event_attributes


async def fetch(client: Client, workflow: str, run: str | None = None) -> Run | None:
    """One run, the newest if none is named; None if the engine has it not (any more). Raises `EngineSilent`."""
    try:
        run = run or (await client.get_workflow_handle(workflow).describe()).run_id
        history = await client.get_workflow_handle(workflow, run_id=run).fetch_history()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise EngineSilent(type(error).__name__) from error
    return Run(workflow, run, history.events)


async def fetch_all(client: Client, workflow: str) -> list[Run]:
    """Every run the engine still has, oldest first, as far back as it remembers. Raises `EngineSilent`."""
    found: list[Run] = []
    run = await fetch(client, workflow)
    while run is not None:
        found.insert(0, run)
        run = await fetch(client, workflow, run.previous) if run.previous else None
    return found


def missing(runs: Iterable[Run]) -> str | None:
    """The first run that is missing from a row of runs, oldest first; None if it is unbroken."""
    before: Run | None = None
    for run in runs:
        if run.previous != (before.id if before else None):
            return run.previous or run.id
        before = run
    return before.following if before is not None else None
