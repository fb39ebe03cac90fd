"""The digest of one organisation, started by its schedule on the morning of each working day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.digest import DigestActivities, Digested

if TYPE_CHECKING:
    from temporalio.workflow import ActivityConfig

DIGEST: ActivityConfig = {
    "start_to_close_timeout": timedelta(minutes=1),
    # After that it is tomorrow's digest that tells.
    "schedule_to_close_timeout": timedelta(hours=12),
    "retry_policy": RetryPolicy(maximum_interval=timedelta(minutes=1)),
}


@workflow.defn(name="digest")
class DigestWorkflow:
    """Queues the day's digests of an organisation; its id starts with `ops-digest-`."""

    @workflow.run
    async def run(self, organisation: str) -> Digested:
        """Queue them, however long the database is away this morning."""
        return await workflow.execute_activity_method(DigestActivities.digest, organisation, **DIGEST)
