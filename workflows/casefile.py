"""The case file: all that a running case remembers. No engine in it but the form of a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio.exceptions import ApplicationError

from models.context import Context
from models.decide import decide, open_case
from models.evolve import evolve
from models.message import CLOCK, Actor
from models.obligations import obligations, wake_up
from models.refusal import Refusal
from models.stages.clock import Tick
from models.worktime import advance
from workflows.messages import CaseStart, Receipt, RefusalDetails
from workflows.options import RECEIPTS_KEPT

if TYPE_CHECKING:
    from datetime import datetime

    from models.case import Case
    from models.events import Event
    from models.message import Command


class CaseFile:
    """The case with its routine, what waits to be recorded, and the answers already given."""

    def __init__(self, start: CaseStart, now: datetime) -> None:
        self.start = start
        self.routine = start.routine
        self.organisation = start.ref.partition("-")[0]
        self.receipts = {receipt.command: receipt for receipt in start.receipts}
        self.pending: list[tuple[Event, Case]] = []
        """Events not yet recorded, each with the case after it."""
        self.next_due: datetime | None = None
        if start.case is not None:
            self.case = start.case
            self.recorded = start.case.seq
        elif start.reported is not None:
            context = Context(now=now, actor=self.actor("reporter"), routine=self.routine)
            opening = open_case(start.ref, start.reported, context, start.received)
            self.case = evolve(None, opening)
            self.pending.append((opening, self.case))
            self.recorded = 0
        else:
            raise ApplicationError("neither a report nor a case to go on with", type="bad_start")

    def actor(self, code: str) -> Actor:
        """The clock, the world or the reporter, as an actor."""
        return Actor(id=code, organisation=self.organisation)

    def decide(self, command: Command, actor: Actor, now: datetime) -> list[Event]:
        """The pure decision; a refusal in the engine's words: codes only, never retried."""
        try:
            return decide(self.case, command, Context(now=now, actor=actor, routine=self.routine))
        except Refusal as refusal:
            raise refused(refusal) from None

    def propose(self, command: Command, actor: Actor, now: datetime) -> None:
        """Decide, evolve, and queue the events for recording."""
        for event in self.decide(command, actor, now):
            self.case = evolve(self.case, event)
            self.pending.append((event, self.case))

    def tick(self, now: datetime) -> datetime | None:
        """Take the steps that have come; when the clock must look again."""
        owed = obligations(self.case, self.routine)
        wake = wake_up(owed)
        if wake is not None and wake <= now:
            self.propose(Tick(id=f"{CLOCK}:{wake.isoformat()}"), self.actor(CLOCK), now)
            owed = obligations(self.case, self.routine)
            wake = wake_up(owed)
        self.next_due = min((obligation.due for obligation in owed if obligation.open), default=None)
        return wake or self.end_of_reopening()

    def end_of_reopening(self) -> datetime | None:
        """When a closed case can no longer be reopened; None while it is open."""
        if self.case.closing is None or self.case.closing.closed is None:
            return None
        return advance(self.case.closing.closed, self.routine.closure.reopen_window, self.routine.calendar)

    def answer(self, command: Command, first: int, last: int, now: datetime) -> Receipt:
        """The answer to an action, kept for whoever asks again with the same id."""
        receipt = Receipt(
            case=self.case.ref,
            command=command.id,
            first=first,
            last=last,
            recorded=now,
            stage=self.case.headline,
            level=self.case.level,
            next_due=self.next_due,
        )
        self.receipts[command.id] = receipt
        while len(self.receipts) > RECEIPTS_KEPT:
            del self.receipts[next(iter(self.receipts))]
        return receipt

    def memory(self) -> CaseStart:
        """All that the next run needs."""
        return self.start.model_copy(
            update={
                "routine": self.routine,
                "case": self.case,
                "reported": None,
                "receipts": tuple(self.receipts.values()),
            }
        )


def refused(refusal: Refusal) -> ApplicationError:
    """A refusal as the engine carries it."""
    details = RefusalDetails(code=refusal.code, field=refusal.field, details=refusal.details)
    return ApplicationError(refusal.code, details, type="refused", non_retryable=True)
