"""A case, from report to closure. It reads as the case file does: look at the clock, record, tell, wait."""

from __future__ import annotations

import asyncio
from typing import NoReturn

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, is_cancelled_exception

with workflow.unsafe.imports_passed_through():
    from activities.case import CaseActivities, Recording
    from models.case import Case, RoutineRef
    from models.notices import Notice
    from models.refusal import Refusal
    from models.routine import Routine
    from models.stages.clock import NoticeOutcome
    from models.stages.deadlines import MoveRoutine
    from workflows.alarm import Alarm
    from workflows.attributes import attributes
    from workflows.casefile import CaseFile, routine_after
    from workflows.messages import Action, CaseStart, Receipt
    from workflows.options import DELIVER, DELIVER_TOGETHER, FETCH, RECORD
    from workflows.proposal import refuse, refuse_unless_theirs


@workflow.defn(name="case")
class CaseWorkflow:
    """One report, one affected person (or one political matter), one durable case."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        self.file = CaseFile(start, workflow.now())
        self.telling: set[asyncio.Task[None]] = set()
        self.alarm = Alarm()
        self.shown = attributes(start.case) if start.case else None

    @workflow.run
    async def run(self, start: CaseStart) -> None:  # noqa: ARG002 - the engine hands it to both
        """Live until the case is closed and can no longer be reopened."""
        while not self.is_over():
            self.alarm.set(self.file.tick(workflow.now()))
            if self.file.pending:
                await self.record()
            if self.may_start_afresh():
                self.start_afresh()
            await workflow.wait_condition(self.something_happened)
        self.alarm.stop()

    # What people do

    @workflow.update
    async def act(self, action: Action) -> Receipt:
        """Do what a person asks for, and answer once it is recorded."""
        command, file = action.command, self.file
        if earlier := file.receipts.get(command.id):
            return earlier
        routine = await self.fetch_routine(command.routine) if isinstance(command, MoveRoutine) else file.routine
        proposal = file.propose(command, action.actor, workflow.now())
        file.routine = routine
        await workflow.wait_condition(lambda: proposal.settled)
        if proposal.receipt is None:
            raise proposal.refusal or ApplicationError("not settled")
        return proposal.receipt

    @act.validator
    def refuse(self, action: Action) -> None:
        """Refuse before anything is written: a refusal costs no history."""
        if earlier := self.file.receipts.get(action.command.id):
            refuse_unless_theirs(earlier, action, self.file.case, workflow.now())
        else:
            self.file.decide(action.command, action.actor, workflow.now())

    @workflow.signal
    def hear(self, outcomes: tuple[NoticeOutcome, ...]) -> None:
        """What became of notices that took their time: a bounce, a server that was down, a channel's last word."""
        for outcome in outcomes:
            self.file.hear(outcome, workflow.now())

    @workflow.query
    def view(self) -> Case:
        """The case as it stands, recorded or about to be."""
        return self.file.case

    # What becomes of it

    async def record(self) -> None:
        """Record all that is pending in one step; then tell whom it concerns."""
        batch, self.file.pending = self.file.pending, []
        events = tuple(event for proposal in batch for event, _ in proposal.events)
        recording = Recording(case=batch[-1].events[-1][1], events=events)
        recorded = await workflow.execute_local_activity_method(CaseActivities.record, recording, **RECORD)
        if moved := routine_after(recorded.standing):
            self.file.routine = await self.fetch_routine(moved)
        before = self.file.recorded
        told = self.file.settle(batch, recorded.standing, workflow.now())
        self.begin_telling(*self.file.to_tell(told, before))
        if (shown := attributes(self.file.case)) != self.shown:
            workflow.upsert_search_attributes([key.value_set(value) for key, value in shown])
            self.shown = shown

    def begin_telling(self, *told: Notice) -> None:
        """Tell, while the case goes on."""
        if told:
            task = asyncio.create_task(self.tell(*told))
            self.telling.add(task)
            task.add_done_callback(self.telling.discard)

    async def tell(self, *told: Notice) -> None:
        """Tell some roles, all in one go. A dead channel never stops a case: the outcome comes back as an event."""
        options = DELIVER if len(told) == 1 else DELIVER_TOGETHER
        try:
            outcomes = await workflow.execute_activity_method(CaseActivities.deliver, told, **options)
        except ActivityError as error:
            if is_cancelled_exception(error):
                raise
            if len(told) > 1:
                for notice in told:
                    self.begin_telling(notice)
                return
            outcomes = undelivered(told)
        for outcome in outcomes:
            self.file.hear(outcome, workflow.now())

    async def fetch_routine(self, ref: RoutineRef) -> Routine:
        """Have the newer routine at hand before the case moves to it."""
        routine = await workflow.execute_local_activity_method(CaseActivities.routine, ref, **FETCH)
        if routine is None or routine.organisation != self.file.organisation:
            refuse(Refusal("unknown_routine", "routine", version=ref.version))
        return routine

    # How long it lives

    def something_happened(self) -> bool:
        """Somebody acted, the alarm rang, or it is time to end or to start afresh."""
        return bool(self.file.pending) or self.alarm.rang or self.is_over() or self.may_start_afresh()

    def is_over(self) -> bool:
        """Closed, too late to reopen, and nobody in the middle of anything."""
        end = self.file.end_of_reopening()
        return end is not None and end <= workflow.now() and not self.is_busy()

    def is_busy(self) -> bool:
        """Something is still to be recorded, told or answered."""
        return bool(self.file.pending or self.telling) or not workflow.all_handlers_finished()

    def may_start_afresh(self) -> bool:
        """History has grown or the code is newer, and nobody is in the middle of anything."""
        info = workflow.info()
        wanted = info.is_continue_as_new_suggested() or info.is_target_worker_deployment_version_changed()
        return wanted and not self.is_busy()

    def start_afresh(self) -> NoReturn:
        """Go on in a new run with all there is to remember, on the newest code."""
        newer = workflow.info().is_target_worker_deployment_version_changed()
        workflow.continue_as_new(
            self.file.memory(),
            initial_versioning_behavior=workflow.ContinueAsNewVersioningBehavior.AUTO_UPGRADE if newer else None,
        )


def undelivered(told: tuple[Notice, ...]) -> tuple[NoticeOutcome, ...]:
    """What becomes of notices that nobody could even queue in time; nobody else is told of a time in a calendar."""
    return tuple(
        NoticeOutcome(
            id=f"notice:{notice.id}",
            notice=notice.id,
            role=notice.role,
            failure="channel_out_of_reach",
            fallback=notice.fallback,
        )
        for notice in told
        if not notice.invite
    )
