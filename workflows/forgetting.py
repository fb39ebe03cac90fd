"""The engine forgets a case: every run of it, for what was destroyed here must not be remembered there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest
from temporalio.service import RPCError, RPCStatusCode

from workflows.archive import archiving_id
from workflows.client import EngineOutOfReach, workflow_id

if TYPE_CHECKING:
    from temporalio.client import Client


async def forget(client: Client, ref: str) -> bool:
    """Have all runs of a case deleted; True once the engine has none of them left, which takes it a moment.

    :raises EngineOutOfReach: if it does not answer.
    """
    name = workflow_id(ref)
    try:
        query = f"WorkflowId IN ('{name}', '{archiving_id(ref)}')"
        runs = [(run.id, run.run_id) async for run in client.list_workflows(query)]
        for workflow, run in runs:
            await _delete(client, WorkflowExecution(workflow_id=workflow, run_id=run))
        # Its list may lag behind what it does.
        return not runs and not await _delete(client, WorkflowExecution(workflow_id=name))
    except RPCError as error:
        raise EngineOutOfReach("the engine still remembers; it is asked again") from error


async def _delete(client: Client, execution: WorkflowExecution) -> bool:
    """Whether there was anything to delete."""
    request = DeleteWorkflowExecutionRequest(namespace=client.namespace, workflow_execution=execution)
    try:
        await client.workflow_service.delete_workflow_execution(request)
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True
