"""What the clock and the world propose: reminders, escalations, returned hand-overs, outcomes of notices."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from models.message import Code, Command, Fact, Instant
from models.obligations import StepKind, obligations
from models.stages.handover import HandOverReturned
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from models.case import Case
    from models.context import Context
    from models.events import Event
    from models.obligations import Obligation


class Tick(Command):
    """The clock looks at the case.

    Of several steps that passed unseen only the highest is taken: a worker that was down sends one escalation, no heap.
    """

    type: Literal["tick"] = "tick"
    after_close: ClassVar = True

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        return steps_come(case, obligations(case, context.routine), context.now)


def steps_come(case: Case, owed: Sequence[Obligation], now: datetime) -> list[Fact]:
    """The reminders and escalations that have come by `now` (UTC), of all that is owed."""
    facts: list[Fact] = []
    for obligation in owed:
        step = obligation.step_at(now)
        if step is None:
            continue
        waiting = case.hand_over is not None and case.hand_over.accepted is None
        if waiting and "handover_answered" in obligation.rule.met_by and now >= obligation.due:
            facts.append(HandOverReturned(declined=False))
        if step.kind is StepKind.REMIND:
            facts.append(
                Reminded(obligation=obligation.key, kind=obligation.kind, step=step.number, due=obligation.due)
            )
        else:
            facts.append(
                Escalated(
                    obligation=obligation.key,
                    kind=obligation.kind,
                    step=step.number,
                    rung=step.rung,
                    due=obligation.due,
                )
            )
    return facts


class Reminded(Fact):
    """Time is running out for an obligation. `step` counts the obligation's reminders and escalations from 1."""

    type: Literal["reminded"] = "reminded"
    obligation: str
    kind: Code
    step: int
    due: Instant | None = None

    def cause(self, command: Command) -> str:
        return self.obligation

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"rungs": case.rungs | {self.obligation: self.step}}


class Escalated(Fact):
    """Time is up: the next rung of the ladder is told. `rung` counts from 0."""

    type: Literal["escalated"] = "escalated"
    obligation: str
    kind: Code
    step: int
    rung: int
    due: Instant | None = None

    def cause(self, command: Command) -> str:
        return self.obligation

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"rungs": case.rungs | {self.obligation: self.step}}


class NoticeOutcome(Command):
    """The world answers what became of a notice."""

    type: Literal["notice_outcome"] = "notice_outcome"
    after_close: ClassVar = True
    notice: str
    role: Role
    recipients: tuple[Code, ...] = ()
    channel: Code | None = None
    channels: tuple[Code, ...] = ()
    """By which channel each of the recipients has it."""
    failure: Code | None = None
    fallback: int = 0
    """How many times this notice has already climbed the ladder for want of a recipient."""

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if self.failure is not None:
            return [NoticeFailed(notice=self.notice, role=self.role, failure=self.failure, fallback=self.fallback)]
        return [
            NoticeSent(
                notice=self.notice,
                role=self.role,
                recipients=self.recipients,
                channel=self.channel,
                channels=self.channels,
            )
        ]


class NoticeSent(Fact):
    """A notice left the house."""

    type: Literal["notice_sent"] = "notice_sent"
    notice: str
    role: Role
    recipients: tuple[Code, ...] = ()
    channel: Code | None = None
    channels: tuple[Code, ...] = ()


class NoticeFailed(Fact):
    """A notice reached nobody; the next one up the ladder is told instead."""

    type: Literal["notice_failed"] = "notice_failed"
    notice: str
    role: Role
    failure: Code
    fallback: int = 0

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"deputised": True} if self.role is Role.SECURITY_CHIEF else {}
