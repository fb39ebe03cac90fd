"""Decide: a pure function answers every proposal with events or a refusal (architecture §1)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from models.access import refuse_unless_allowed
from models.events import AnyFact, Event
from models.message import Command
from models.refusal import Refusal
from models.report import CLOCK_SLACK
from models.stages.deadlines import awakened
from models.stages.intake import Reported
from models.vocabulary.case import CaseKind, Level, StageState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.case import Case, IncidentFacts
    from models.context import Context
    from models.message import Fact
    from models.risk import RiskRule


def decide(case: Case, command: Command, context: Context) -> list[Event]:
    """Answer a command with the events it leads to, in order; an empty list if nothing is to be done.

    :raises Refusal: naming the rule and the field; nothing has happened then.
    """
    refuse_unless_allowed(context.actor, type(command), case, context.now)
    return decided(case, command, context)


def decided(case: Case, command: Command, context: Context) -> list[Event]:
    """What the routine answers, whoever asks: `decide` without the question who may. Raises `Refusal`."""
    refuse_unless_open(type(command), case)
    if command.at is not None:
        _refuse_wrong_time(case, command, context)
    facts = command.decide(case, context)
    return sealed(case, [*facts, *awakened(case, facts, context)], command, context)


def refuse_unless_open(kind: type[Command], case: Case) -> None:
    """Raise `Refusal` unless the case has come to where such a command belongs."""
    if case.closed and not kind.after_close:
        raise Refusal("case_closed", "type")
    if kind.needs is not None:
        state = case.stages[kind.needs].state
        if state is StageState.PENDING:
            raise Refusal("stage_not_open", "type", stage=kind.needs)
        if state is StageState.WAIVED:
            raise Refusal("stage_waived", "type", stage=kind.needs)


def open_case(ref: str, reported: Reported, context: Context, received: datetime) -> Event:
    """The first event of a case. `received`: when the organisation first had the report; all clocks start there."""
    return Event(
        case=ref,
        seq=1,
        at=received,
        recorded=context.now,
        actor=context.actor.id,
        cause=f"report:{reported.report}",
        data=reported,
    )


def presumed_level(incident: IncidentFacts, kind: CaseKind, risk: RiskRule) -> Level:
    """How fast a human must look: the highest the routine presumes from what was reported; in doubt higher."""
    if kind is CaseKind.PREVENTION:
        return Level.LOW
    presumed = [risk.presumed.get(kind, Level.RAISED) for kind in incident.kinds]
    if incident.danger_now:
        presumed.append(risk.presumed.get("danger_now", Level.ACUTE))
    return max(presumed, key=lambda level: level.rank, default=Level.RAISED)


def _refuse_wrong_time(case: Case, command: Command, context: Context) -> None:
    at = command.at
    if at is None:
        return
    if not command.backdates:
        raise Refusal("not_backdated", "at")
    if at > context.now + CLOCK_SLACK:
        raise Refusal("in_the_future", "at")
    if at < case.reported:
        raise Refusal("before_report", "at")


def sealed(case: Case, facts: Sequence[Fact], command: Command, context: Context) -> list[Event]:
    """These facts as the next events of the case, caused by the command."""
    at = min(command.at, context.now) if command.at else context.now
    return [
        Event(
            case=case.ref,
            seq=case.seq + number,
            at=at,
            recorded=context.now,
            actor=context.actor.id,
            cause=fact.cause(command),
            data=cast("AnyFact", fact),
        )
        for number, fact in enumerate(facts, start=1)
    ]
