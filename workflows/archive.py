"""A case's history is archived: what the engine will forget is kept under the key of the case, and read back."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.common import RetryPolicy, WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode

with workflow.unsafe.imports_passed_through():
    from activities.archive import ArchiveActivities, Archiving

if TYPE_CHECKING:
    from temporalio.client import Client, WorkflowHandle
    from temporalio.workflow import ActivityConfig

ENDED = "WorkflowType = 'case' AND ExecutionStatus != 'Running'"

ARCHIVE: ActivityConfig = {
    "start_to_close_timeout": timedelta(minutes=5),
    # A vault that is away for a day is no reason to give up; past that, the next sweep begins anew.
    "schedule_to_close_timeout": timedelta(days=1),
    "retry_policy": RetryPolicy(
        maximum_interval=timedelta(minutes=10), non_retryable_error_types=["Damaged", "KeyDestroyed"]
    ),
}


@workflow.defn(name="archive")
class ArchiveWorkflow:
    """One case: into the vault, and out again to see that it is there."""

    @workflow.run
    async def run(self, asked: Archiving) -> int:
        """Archive what is not archived; how many runs were read back. Fails if one is not what was put there."""
        await workflow.execute_activity_method(ArchiveActivities.keep, asked, **ARCHIVE)
        return await workflow.execute_activity_method(ArchiveActivities.read_back, asked.case, **ARCHIVE)


async def archive(
    client: Client, task_queue: str, ref: str, *, running: bool = False
) -> WorkflowHandle[ArchiveWorkflow, int]:
    """Have a case's history archived; while that goes on, asking again is asking once.

    :param running: take a copy of the run that goes on, too.
    """
    return await client.start_workflow(
        ArchiveWorkflow.run,
        Archiving(case=ref, running=running),
        id=archiving_id(ref),
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )


def archiving_id(ref: str) -> str:
    """The workflow that archives a case."""
    return f"ops-archive-{ref}"


async def ended(client: Client) -> dict[str, str]:
    """The runs of cases that ended and that the engine still remembers, each with its case's workflow id."""
    try:
        return {one.run_id: one.id async for one in client.list_workflows(ENDED)}
    except RPCError as error:
        if error.status is RPCStatusCode.UNIMPLEMENTED:  # the time-skipping engine lists nothing
            return {}
        raise
