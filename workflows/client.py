"""The only front door to the engine: task queue, ids, start, act, view. Nobody else spells them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import (
    Client,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from models.refusal import Refusal
from workflows.attributes import ALL
from workflows.case import CaseWorkflow
from workflows.messages import Action, CaseStart, Receipt, RefusalDetails
from workflows.options import ACT_PATIENCE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from temporalio.converter import DataConverter

    from models.case import Case
    from models.commands import HumanCommand
    from models.message import Actor, Command
    from models.stages.clock import NoticeOutcome

TASK_QUEUE = "varna-cases"


class EngineOutOfReach(Exception):
    """No answer in time. `kept` says what is safe nevertheless, and what may be sent again."""

    def __init__(self, kept: str) -> None:
        self.kept = kept
        super().__init__(kept)


def workflow_id(ref: str) -> str:
    """The workflow of a case. The case number is the idempotency key of its start."""
    return f"case-{ref}"


async def connect(address: str, namespace: str, converter: DataConverter) -> Client:
    """Connect to the engine; raises `EngineOutOfReach`."""
    try:
        return await Client.connect(address, namespace=namespace, data_converter=converter)
    except (RPCError, RuntimeError) as error:
        raise EngineOutOfReach("nothing was sent") from error


async def unregistered(client: Client) -> list[str]:
    """Our search attributes that the engine does not know; raises `EngineOutOfReach`."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        known = await client.operator_service.list_search_attributes(request)
    except RPCError as error:
        if error.status is RPCStatusCode.UNIMPLEMENTED:  # the time-skipping engine takes them, but does not list them
            return [key.name for key in ALL]
        raise EngineOutOfReach("the engine does not tell its search attributes") from error
    return [key.name for key in ALL if key.name not in known.custom_attributes]


async def register_attributes(client: Client) -> None:
    """Make the engine know the search attributes; a second time changes nothing. Raises `EngineOutOfReach`."""
    for name in await unregistered(client):
        keyword = {name: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD}
        request = AddSearchAttributesRequest(namespace=client.namespace, search_attributes=keyword)
        try:
            await client.operator_service.add_search_attributes(request)
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:
                raise EngineOutOfReach("the search attributes are not registered") from error


class Cases:
    """Cases as the rest of the program sees them."""

    def __init__(self, client: Client, task_queue: str = TASK_QUEUE) -> None:
        self.client = client
        self.task_queue = task_queue

    async def start(self, start: CaseStart) -> None:
        """Start the case of a report; starting it twice is starting it once."""
        try:
            await self.client.start_workflow(
                CaseWorkflow.run,
                start,
                id=workflow_id(start.ref),
                task_queue=self.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
            )
        except WorkflowAlreadyStartedError:
            return
        except RPCError as error:
            raise EngineOutOfReach("the report is kept; its case starts by itself") from error

    async def act(self, ref: str, command: Command, actor: Actor, patience: timedelta = ACT_PATIENCE) -> Receipt:
        """Propose a command and wait for the recorded answer.

        :param patience: how long to wait. The same command id may be sent again: it stays one action.
        :raises Refusal: naming the rule; nothing has happened. `unknown_case` if there is none to be seen.
        :raises EngineOutOfReach: if no answer came in time.
        """
        # The engine gives whoever names an id of its own the answer it gave before, without asking the case.
        mine = f"{actor.id}:{command.id}"
        try:
            async with asyncio.timeout(patience.total_seconds()):
                return await self._handle(ref).execute_update(
                    CaseWorkflow.act, Action(command=cast("HumanCommand", command), actor=actor), id=mine
                )
        except WorkflowUpdateFailedError as error:
            raise _refusal(error) from None
        except LookupError:
            # Without a case there is no key to encrypt the command with; it never left.
            raise Refusal("unknown_case", "case") from None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise Refusal("unknown_case", "case") from None
            raise EngineOutOfReach("not known to be accepted; send it again with the same id") from error
        except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError) as error:
            # The engine's client tells a caller that went away like one that waited too long.
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError from error
            raise EngineOutOfReach("perhaps accepted, not yet recorded; send it again with the same id") from error

    async def hear(self, ref: str, outcomes: Sequence[NoticeOutcome]) -> bool:
        """Tell a case what became of notices; False if it is over and nobody listens. Raises `EngineOutOfReach`."""
        try:
            await self._handle(ref).signal(CaseWorkflow.hear, tuple(outcomes))
        except LookupError:
            return False
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                return False
            raise EngineOutOfReach("the case will hear of it later") from error
        return True

    async def view(self, ref: str) -> Case:
        """The case as the engine holds it; raises `Refusal("unknown_case")`."""
        try:
            return await self._handle(ref).query(CaseWorkflow.view)
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise Refusal("unknown_case", "case") from None
            raise EngineOutOfReach("nothing was changed") from error

    def _handle(self, ref: str) -> WorkflowHandle[CaseWorkflow, None]:
        return self.client.get_workflow_handle_for(CaseWorkflow.run, workflow_id(ref))


def _refusal(error: WorkflowUpdateFailedError) -> Exception:
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == "refused":
        details = RefusalDetails.model_validate(cause.details[0])
        return Refusal(details.code, details.field, **details.details)
    return error
