"""The case file: all that a running case remembers. No engine in it but the form of a refusal."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio.exceptions import ApplicationError

from models.context import Context
from models.decide import decide, open_case
from models.evolve import evolve
from models.invitations import invitations
from models.message import CLOCK, WORLD, Actor, Command
from models.notices import notices
from models.obligations import obligations, wake_up
from models.refusal import Refusal
from models.stages.clock import Tick
from models.stages.deadlines import RoutineMoved
from models.worktime import advance
from workflows.messages import CaseStart, Receipt
from workflows.options import RECEIPTS_KEPT
from workflows.proposal import NOBODY, Proposal, Told, refuse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from models.case import Case, RoutineRef
    from models.events import Event
    from models.notices import Notice
    from models.stages.clock import NoticeOutcome


class CaseFile:
    """The case with its routine, what waits to be recorded, and the answers already given."""

    def __init__(self, start: CaseStart, now: datetime) -> None:
        self.start = start
        self.routine = start.routine
        self.organisation = start.ref.partition("-")[0]
        self.receipts = {receipt.command: receipt for receipt in start.receipts}
        self.heard = {notice: news for notice, _, news in (one.rpartition(":") for one in start.heard)}
        self.pending: list[Proposal] = []
        self.recorded = start.case
        """The case as the ledger has it."""
        self.next_due: datetime | None = None
        if start.case is not None:
            self.case = start.case
        elif start.reported is not None:
            reporter = self.actor("reporter")
            context = Context(now=now, actor=reporter, routine=self.routine)
            opening = open_case(start.ref, start.reported, context, start.received)
            self.case = evolve(None, opening)
            self.pending.append(Proposal(None, reporter, [(opening, self.case)]))
        else:
            raise ApplicationError("neither a report nor a case to go on with", type="bad_start")

    def actor(self, code: str) -> Actor:
        """The clock, the world or the reporter, as an actor."""
        return Actor(id=code, organisation=self.organisation)

    def decide(self, command: Command, actor: Actor, now: datetime) -> list[Event]:
        """The pure decision; a refusal in the engine's words: codes only, never retried."""
        # What comes in one breath still comes one after the other: a clock tells by its times what answered what.
        later = max(now, self.case.updated + timedelta(microseconds=1))
        try:
            return decide(self.case, command, Context(now=later, actor=actor, routine=self.routine))
        except Refusal as refusal:
            refuse(refusal)

    def propose(self, command: Command, actor: Actor, now: datetime) -> Proposal:
        """Decide, evolve, and queue the events for recording. Raises the refusal."""
        return self._queue(Proposal(command, actor), now)

    def hear(self, outcome: NoticeOutcome, now: datetime) -> None:
        """Take in what became of a notice; the same news twice is once."""
        news = outcome.failure or "sent"
        if self.heard.get(outcome.notice) != news:
            self.heard.pop(outcome.notice, None)
            self.heard = {**dict([*self.heard.items()][1 - RECEIPTS_KEPT :]), outcome.notice: news}
            self.propose(outcome, self.actor(WORLD), now)

    def tick(self, now: datetime) -> datetime | None:
        """Take the steps that have come; when the clock must look again."""
        owed = obligations(self.case, self.routine)
        wake = wake_up(owed)
        if wake is not None and wake <= now:
            self.propose(Tick(id=f"{CLOCK}:{wake:%Y%m%dT%H%M%S}"), self.actor(CLOCK), now)
            owed = obligations(self.case, self.routine)
            wake = wake_up(owed)
        self.next_due = min((obligation.due for obligation in owed if obligation.open), default=None)
        return wake or self.end_of_reopening()

    def settle(self, batch: Sequence[Proposal], standing: Sequence[Event], now: datetime) -> Told:
        """The batch was recorded, or the ledger was ahead of us; what there is to tell.

        The ledger is ahead after a worker died between recording and answering: what stands there was decided for us
        and never answered. It is taken over, and whatever is not in it is decided again on top of it.
        """
        if not standing:
            self.recorded = batch[-1].events[-1][1]
            for proposal in batch:
                self._answer(proposal, [event for event, _ in proposal.events], now)
            return [pair for proposal in batch for pair in proposal.events]
        told: Told = []
        for event in standing:
            self.recorded = evolve(self.recorded, event)
            told.append((event, self.recorded))
        if self.recorded is not None:
            self.case = self.recorded
        again, self.pending = [*batch, *self.pending], []
        causes = {event.cause for event in standing}
        for cause, by in sorted({(event.cause, event.actor) for event in standing if event.actor not in NOBODY}):
            self._remember(cause, [event for event in standing if event.cause == cause], now, by)
        for proposal in again:
            if proposal.command is None or proposal.command.id in causes:
                mine = [e for e in standing if proposal.command is None or e.cause == proposal.command.id]
                self._answer(proposal, mine, now)
            elif not isinstance(proposal.command, Tick):  # the clock looks again by itself
                self._try_again(proposal, now)
        return told

    def to_tell(self, told: Told, before: Case | None) -> list[Notice]:
        """Whom to tell of these events, and what to put in calendars. `before` is the case before the first of them."""
        found: list[Notice] = []
        for event, case in told:
            found += notices(event, case, self.routine)
            found += invitations(event, case, self.routine, before)
            before = case
        return found

    def end_of_reopening(self) -> datetime | None:
        """When a closed case can no longer be reopened; None while it is open."""
        if self.case.closing is None or self.case.closing.closed is None:
            return None
        return advance(self.case.closing.closed, self.routine.closure.reopen_window, self.routine.calendar)

    def memory(self) -> CaseStart:
        """All that the next run needs."""
        kept = {
            "routine": self.routine,
            "case": self.case,
            "reported": None,
            "receipts": tuple(self.receipts.values()),
            "heard": tuple(f"{notice}:{news}" for notice, news in self.heard.items()),
        }
        return self.start.model_copy(update=kept)

    def _queue(self, proposal: Proposal, now: datetime) -> Proposal:
        if proposal.command is None:
            return proposal
        proposal.events = []
        for event in self.decide(proposal.command, proposal.actor, now):
            self.case = evolve(self.case, event)
            proposal.events.append((event, self.case))
        if proposal.events:
            self.pending.append(proposal)
        else:
            self._answer(proposal, [], now)
        return proposal

    def _try_again(self, proposal: Proposal, now: datetime) -> None:
        try:
            self._queue(proposal, now)
        except ApplicationError as refusal:
            proposal.refusal = refusal

    def _answer(self, proposal: Proposal, events: list[Event], now: datetime) -> None:
        cause = proposal.command.id if proposal.command else "report"
        if proposal.actor.id in NOBODY:
            proposal.receipt = self._receipt(cause, events, now)
        else:
            proposal.receipt = self._remember(cause, events, now, proposal.actor.id)

    def _remember(self, cause: str, events: list[Event], now: datetime, by: str) -> Receipt:
        """Keep the answer for whoever asks again with the same id; only people do."""
        self.receipts[cause] = self._receipt(cause, events, now).model_copy(update={"by": by})
        while len(self.receipts) > RECEIPTS_KEPT:
            del self.receipts[next(iter(self.receipts))]
        return self.receipts[cause]

    def _receipt(self, cause: str, events: list[Event], now: datetime) -> Receipt:
        return Receipt(
            case=self.case.ref,
            command=cause,
            first=events[0].seq if events else self.case.seq + 1,
            last=events[-1].seq if events else self.case.seq,
            recorded=now,
            stage=self.case.headline,
            level=self.case.level,
            next_due=self.next_due,
            happened=tuple(event.type for event in events),
        )


def routine_after(standing: Sequence[Event]) -> RoutineRef | None:
    """The routine that events in the ledger moved the case to, if they did."""
    moved = [event.data.routine for event in standing if isinstance(event.data, RoutineMoved)]
    return moved[-1] if moved else None
