"""The history of a case, run through the workflow code once more: which events would this code have decided?"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import (
    Interceptor,
    Replayer,
    UnsandboxedWorkflowRunner,
    WorkflowInboundInterceptor,
    WorkflowOutboundInterceptor,
)

from activities.case import Recorded, Recording
from audit.comparison import Decided
from storage.keys import Unreadable
from storage.payloads import ENCODING, payload_context
from workflows.case import CaseWorkflow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from temporalio.worker import (
        ExecuteWorkflowInput,
        StartActivityInput,
        StartLocalActivityInput,
        WorkflowInterceptorClassInput,
    )

    from activities.history import Run
    from models.case import Case
    from models.events import Event
    from storage.keys import DataKey


class DoesNotReplay(Exception):
    """The code does not go the way the history went: one of the two was changed.

    :param run: the run in which they part.
    :param code: `nondeterministic`, `unreadable` (a payload was changed, or is of another case) or `broken`.
    :param reason: what the engine's replayer says of it, in event numbers and types.
    """

    def __init__(self, run: str, code: str, reason: str, decided: tuple[Decided, ...]) -> None:
        self.run = run
        self.code = code
        self.reason = reason
        self.decided = decided
        """What it had decided until then."""
        super().__init__(code)


@dataclass
class Step:
    """A batch that the workflow had recorded, and what it was told of it; None if nobody has told it yet."""

    recording: Recording
    recorded: Recorded | None = None


@dataclass
class Played:
    """What one run did."""

    began_with: Case | None = None
    steps: list[Step] = field(default_factory=list)


async def replay(runs: Sequence[Run], key: DataKey, kind: type = CaseWorkflow) -> tuple[Decided, ...]:
    """Every event that the workflow decided over all its runs, oldest run first.

    :param runs: an unbroken row.
    :param key: of the case.
    :param kind: the workflow code to run it through.
    :raises DoesNotReplay: where history and code part.
    """
    played: list[Played] = []
    for run in runs:
        listener, codec = Listener(), Opening(key, run.workflow)
        replayer = Replayer(
            workflows=[kind],
            data_converter=_converter(codec),
            workflow_runner=UnsandboxedWorkflowRunner(),
            interceptors=[listener],
            runtime=_silent(),
        )
        result = await replayer.replay_workflow(run.history, raise_on_replay_failure=False)
        played.append(listener.played)
        if failure := result.replay_failure:
            apart = isinstance(failure, workflow.NondeterminismError)
            code = "unreadable" if codec.failed else "nondeterministic" if apart else "broken"
            raise DoesNotReplay(run.id, code, str(failure) if apart else "", decided_in(played))
    return decided_in(played)


def decided_in(played: Sequence[Played]) -> tuple[Decided, ...]:
    """The events of runs in order, each with the workflow's own case after it where a history shows it."""
    found: list[Decided] = []
    for run in played:
        if found and run.began_with is not None:
            last = found[-1]
            found[-1] = Decided(last.event, (*last.cases, run.began_with), last.answered, last.taken_over)
        for step in run.steps:
            standing = step.recorded.standing if step.recorded else ()
            events: tuple[Event, ...] = standing or step.recording.events
            for event in events:
                own = (step.recording.case,) if not standing and event is events[-1] else ()
                found.append(Decided(event, own, answered=step.recorded is not None, taken_over=bool(standing)))
    return tuple(found)


class Listener(Interceptor):
    """Hears what the workflow has recorded. What it hands over is not encoded again: nobody compares it."""

    def __init__(self) -> None:
        self.played = Played()

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: ARG002 - the SDK's signature
    ) -> type[WorkflowInboundInterceptor]:
        """Between the workflow and the engine."""
        played = self.played

        class Outbound(WorkflowOutboundInterceptor):
            def start_local_activity(self, input: StartLocalActivityInput) -> workflow.ActivityHandle[Any]:
                step = Step(input.args[0]) if input.activity == "record" else None
                input.args = ()
                handle = super().start_local_activity(input)
                if step:
                    played.steps.append(step)
                    handle.add_done_callback(lambda done: _note(step, done))
                return handle

            def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:
                input.args = ()
                return super().start_activity(input)

        class Inbound(WorkflowInboundInterceptor):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(Outbound(outbound))

            async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
                played.began_with = input.args[0].case
                return await super().execute_workflow(input)

        return Inbound


class Opening(PayloadCodec):
    """Opens the payloads of one case, and seals nothing: what is replayed goes nowhere."""

    def __init__(self, key: DataKey, workflow_id: str) -> None:
        self.failed = False
        self._key = key
        self._context = payload_context(workflow_id)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """As they are."""
        return list(payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt what is encrypted; raises `Unreadable`, and remembers that it did."""
        try:
            return [
                Payload.FromString(self._key.decrypt(payload.data, self._context))
                if payload.metadata.get("encoding") == ENCODING
                else payload
                for payload in payloads
            ]
        except Unreadable:
            self.failed = True
            raise


def _note(step: Step, done: Any) -> None:
    if not done.cancelled() and done.exception() is None:
        step.recorded = done.result()


def _converter(codec: PayloadCodec) -> DataConverter:
    return DataConverter(
        payload_converter_class=pydantic_data_converter.payload_converter_class,
        payload_codec=codec,
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


@cache
def _silent() -> Runtime:
    """A history that does not replay is an answer here, and nothing for a log."""
    return Runtime(telemetry=TelemetryConfig(logging=None))
