"""Somebody looks into our mailbox, for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.common import RetryPolicy, WorkflowIDConflictPolicy

with workflow.unsafe.imports_passed_through():
    from activities.mailbox import MailboxActivities

if TYPE_CHECKING:
    from temporalio.client import Client
    from temporalio.workflow import ActivityConfig

ID = "ops-mailbox"

READ: ActivityConfig = {
    "start_to_close_timeout": timedelta(minutes=5),
    # No limit: a mailbox that is away for days is read when it is back.
    "retry_policy": RetryPolicy(maximum_interval=timedelta(minutes=1)),
}


@workflow.defn(name="mailbox")
class MailboxWorkflow:
    """Reads the mailbox again and again, as often as the worker's settings say; ends where there is none."""

    @workflow.run
    async def run(self) -> None:
        """Look, wait, look again; a mailbox that fails is tried until it answers."""
        while not self.is_to_start_afresh():
            read = await workflow.execute_activity_method(MailboxActivities.read_mail, **READ)
            if read.again is None:
                return
            await workflow.sleep(read.again)
        newer = workflow.info().is_target_worker_deployment_version_changed()
        workflow.continue_as_new(
            initial_versioning_behavior=workflow.ContinueAsNewVersioningBehavior.AUTO_UPGRADE if newer else None,
        )

    def is_to_start_afresh(self) -> bool:
        """History has grown, or the code is newer."""
        info = workflow.info()
        return info.is_continue_as_new_suggested() or info.is_target_worker_deployment_version_changed()


async def keep_polling(client: Client, task_queue: str) -> None:
    """Have the mailbox polled from now on, if it is not already."""
    await client.start_workflow(
        MailboxWorkflow.run,
        id=ID,
        task_queue=task_queue,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
    )
