"""Whether the engine gets the cases' work done: they run, none is wedged, somebody works, the queue moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from models.watch import Finding
from operate.hands import LONG_POLL
from workflows.client import workflow_id

if TYPE_CHECKING:
    from collections.abc import Collection

    from temporalio.client import Client

BACKLOG = timedelta(seconds=30)
"""How long a piece of work may wait for somebody to take it."""
ASKED_TWICE = 20
"""Cases that the list of running workflows lacks and that are asked for one by one: the list may lag by seconds."""
KINDS = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)
RUNNING = 'WorkflowType = "case" AND ExecutionStatus = "Running"'
WEDGED = 'TemporalReportedProblems IS NOT NULL AND ExecutionStatus = "Running"'


async def examine_engine(client: Client, task_queue: str, cases: Collection[str]) -> list[Finding]:
    """What stands in the way of these open cases; raises `RPCError`."""
    return [*await _queue(client, task_queue), *await _wedged(client), *await _not_running(client, cases)]


async def _queue(client: Client, name: str) -> list[Finding]:
    found: list[Finding] = []
    for kind in KINDS:
        request = DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=name), task_queue_type=kind, report_stats=True
        )
        answer = await client.workflow_service.describe_task_queue(request)
        label = TaskQueueType.Name(kind).rpartition("_")[2].lower()
        since = datetime.now(UTC) - LONG_POLL
        if not any(poller.last_access_time.ToDatetime(UTC) > since for poller in answer.pollers):
            found.append(Finding(code="nobody_works", detail=label))
        if answer.stats.approximate_backlog_age.ToTimedelta() > BACKLOG:
            found.append(Finding(code="backlog", detail=label))
    return found


async def _wedged(client: Client) -> list[Finding]:
    """Workflows whose code fails again and again; the engine marks them after five times, within a minute or so."""
    found = []
    async for one in client.list_workflows(WEDGED):
        case = one.id.removeprefix(workflow_id(""))
        found.append(Finding(code="wedged", **({"detail": one.id} if case == one.id else {"case": case})))
    return found


async def _not_running(client: Client, cases: Collection[str]) -> list[Finding]:
    running = {one.id async for one in client.list_workflows(RUNNING)}
    missing = sorted(case for case in cases if workflow_id(case) not in running)
    if len(missing) <= ASKED_TWICE:
        missing = [case for case in missing if not await _runs(client, case)]
    return [Finding(code="not_running", case=case) for case in missing]


async def _runs(client: Client, case: str) -> bool:
    try:
        found = await client.get_workflow_handle(workflow_id(case)).describe()
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return found.status is WorkflowExecutionStatus.RUNNING
