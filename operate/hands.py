"""The worker: what does the cases' work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.worker import Worker, WorkerDeploymentConfig

from activities.case import CaseActivities
from channels.outbox.channel import Outbox
from workflows.case import CaseWorkflow

if TYPE_CHECKING:
    from temporalio.client import Client

    from channels.contract import Channel
    from operate.house import House


def worker_for(client: Client, house: House, channel: Channel | None = None, **options: Any) -> Worker:
    """A worker with everything a case needs; `options` go to the engine's worker as they are."""
    activities = CaseActivities(house.database, house.ring, channel or Outbox(house.settings.home / "outbox"))
    return Worker(
        client,
        task_queue=house.settings.task_queue,
        workflows=[CaseWorkflow],
        activities=[activities.record, activities.routine, activities.deliver],
        deployment_config=_deployment(house.settings.build_id),
        **options,
    )


def _deployment(build_id: str) -> WorkerDeploymentConfig | None:
    """With a build id, idle cases move to newer code when they next wake (temporal.md)."""
    if not build_id:
        return None
    return WorkerDeploymentConfig(
        version=WorkerDeploymentVersion(deployment_name="varna", build_id=build_id),
        use_worker_versioning=True,
        default_versioning_behavior=VersioningBehavior.PINNED,
    )
