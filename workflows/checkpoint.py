"""The checkpoint of one organisation's ledger, started by its schedule each night."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.checkpoints import CheckpointActivities, Checkpointed

if TYPE_CHECKING:
    from temporalio.workflow import ActivityConfig

CHECKPOINT: ActivityConfig = {
    "start_to_close_timeout": timedelta(minutes=10),
    # After that it is tomorrow's checkpoint that covers the day.
    "schedule_to_close_timeout": timedelta(hours=12),
    "retry_policy": RetryPolicy(maximum_interval=timedelta(minutes=1)),
}


@workflow.defn(name="checkpoint")
class CheckpointWorkflow:
    """Takes the day's checkpoint of an organisation; its id starts with `ops-checkpoint-`."""

    @workflow.run
    async def run(self, organisation: str) -> Checkpointed:
        """Take it, however long the database is away tonight."""
        return await workflow.execute_activity_method(CheckpointActivities.checkpoint, organisation, **CHECKPOINT)
