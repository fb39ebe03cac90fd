"""The worker: what does the cases' work."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion
from temporalio.converter import WorkflowSerializationContext
from temporalio.worker import Worker, WorkerDeploymentConfig, WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.archive import ArchiveActivities
from activities.case import CaseActivities
from activities.checkpoints import CheckpointActivities
from activities.digest import DigestActivities
from activities.mailbox import MailboxActivities
from activities.postman import Postman
from operate import exchange
from workflows.archive import ArchiveWorkflow
from workflows.case import CaseWorkflow
from workflows.checkpoint import CheckpointWorkflow
from workflows.digest import DigestWorkflow
from workflows.mailbox import MailboxWorkflow

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from temporalio.client import Client

    from channels.contract import Channel
    from operate.house import House

LONG_POLL = timedelta(seconds=70)
"""A worker at work asks again at least this often; the engine remembers one that left for minutes."""


class CaseRunner(SandboxedWorkflowRunner):
    """The sandbox, told once whose payloads these are.

    Otherwise it is entered a dozen times per action only to say that, which costs a quarter of the worker's time.
    True as long as a case starts no child workflow and signals no other: all payloads are its own.
    """

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """A case in the sandbox."""
        instance = super().create_instance(det)
        whose = WorkflowSerializationContext(namespace=det.info.namespace, workflow_id=det.info.workflow_id)
        instance.get_serialization_context = lambda command_info: whose  # type: ignore[method-assign]  # noqa: ARG005
        return instance


def postman_for(house: House, channels: Mapping[str, Channel] | None = None) -> Postman:
    """A postman with the channels that the settings name, or with these."""
    ways = exchange.channels(house.settings) if channels is None else channels
    return Postman(house.database, house.ring, ways, house.settings.public_url, house.settings.mail_from)


def checkpoints_for(house: House, channels: Collection[str]) -> CheckpointActivities:
    """What takes checkpoints, as the settings have it."""
    key, authority = house.settings.checkpoint_key, house.settings.timestamp_url
    return CheckpointActivities(house.database, house.ring, key, authority, channels)


def worker_for(client: Client, house: House, postman: Postman, **options: Any) -> Worker:
    """A worker with everything the workflows need; `options` go to the engine's worker as they are."""
    case = CaseActivities(house.database, house.ring, postman)
    archive = ArchiveActivities(house.database, house.ring, house.vault)
    digest = DigestActivities(house.database, house.ring)
    checkpoint = checkpoints_for(house, postman.channels)
    mailbox = MailboxActivities(
        house.database, house.ring, exchange.mailbox(house.settings), house.settings.imap_seconds
    )
    return Worker(
        client,
        task_queue=house.settings.task_queue,
        workflows=[CaseWorkflow, ArchiveWorkflow, CheckpointWorkflow, DigestWorkflow, MailboxWorkflow],
        activities=[
            *(case.record, case.routine, case.deliver),
            *(archive.keep, archive.read_back),
            *(checkpoint.checkpoint, digest.digest, mailbox.read_mail),
        ],
        deployment_config=_deployment(house.settings.build_id),
        **{"workflow_runner": CaseRunner(), **options},
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


async def somebody_works(client: Client, task_queue: str) -> bool:
    """Whether a worker asks the engine for work."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=task_queue),
        task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
    )
    pollers = (await client.workflow_service.describe_task_queue(request)).pollers
    since = datetime.now(UTC) - LONG_POLL
    return any(poller.last_access_time.ToDatetime(UTC) > since for poller in pollers)
