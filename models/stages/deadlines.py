"""Deadlines as people may change them: extend, suspend, waive, take over, escalate by hand, move to a newer routine."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, Literal

from models.case import Case, RoutineRef
from models.message import Code, Command, Fact, Instant, Positive, Text
from models.obligation_rule import ACCEPTANCES
from models.obligations import obligation_named, obligations
from models.refusal import Refusal
from models.vocabulary.case import Stage, StageState
from models.worktime import Suspension

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.context import Context
    from models.events import Event


class ExtendDeadline(Command):
    """Give one obligation more time, with a reason. Never for a level on the wall clock (domain §3.5)."""

    type: Literal["extend_deadline"] = "extend_deadline"
    brings: ClassVar = ("deadline_extended",)
    obligation: str
    until: Instant
    text: Text

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        obligation = obligation_named(self.obligation, case, context.routine)
        if obligation is None or obligation.met is not None:
            raise Refusal("unknown_obligation", "obligation", obligation=self.obligation)
        if case.pace in context.routine.wall_clock_levels:
            raise Refusal("urgent_not_deferred", "obligation", level=case.pace)
        if self.until <= max(obligation.due, context.now):
            raise Refusal("not_later", "until")
        return [DeadlineExtended(obligation=self.obligation, until=self.until, text=self.text)]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        urgent = case.pace in context.routine.wall_clock_levels
        return not urgent and any(owed.met is None for owed in obligations(case, context.routine))


class DeadlineExtended(Fact):
    """An obligation is due later."""

    type: Literal["deadline_extended"] = "deadline_extended"
    obligation: str
    until: Instant
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        rungs = {key: rung for key, rung in case.rungs.items() if key != self.obligation}
        return {"extensions": case.extensions | {self.obligation: self.until}, "rungs": rungs}


class Suspend(Command):
    """Stop the clock until a date, within the routine's budget, or let it run again (domain §4.1)."""

    type: Literal["suspend"] = "suspend"
    brings: ClassVar = ("suspended",)
    until: Instant | None = None
    """None lets the clock run again from now."""
    reason: Code
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        now = context.now
        if self.until is None:
            if not case.suspended(now):
                raise Refusal("not_suspended", "until")
            return [Resumed(reason=self.reason)]
        if case.pace in context.routine.wall_clock_levels:
            raise Refusal("urgent_not_deferred", "until", level=case.pace)
        if case.suspended(now):
            raise Refusal("already_suspended", "until")
        if self.until <= now:
            raise Refusal("not_later", "until")
        if _spent(case) + (self.until - now) > context.routine.suspension_budget.length:
            raise Refusal("suspension_budget_spent", "until", budget=str(context.routine.suspension_budget))
        return [Suspended(until=self.until, reason=self.reason, text=self.text)]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        urgent = case.pace in context.routine.wall_clock_levels
        return case.suspended(context.now) or (not urgent and _spent(case) < context.routine.suspension_budget.length)


def _spent(case: Case) -> timedelta:
    """How long its clock has stood still in all, or will have."""
    return sum(((entry.end - entry.start) for entry in case.suspensions), start=timedelta(0))


class Suspended(Fact):
    """The clock stands still."""

    type: Literal["suspended"] = "suspended"
    until: Instant
    reason: Code
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        entry = Suspension(start=event.recorded, end=self.until, reason_code=self.reason, by=event.actor)
        return {"suspensions": (*case.suspensions, entry)}


class Resumed(Fact):
    """The clock runs again."""

    type: Literal["resumed"] = "resumed"
    reason: Code

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        *earlier, last = case.suspensions
        ended = [last.model_copy(update={"end": event.recorded})] if event.recorded > last.start else []
        return {"suspensions": (*earlier, *ended)}


DANGER = frozenset(
    {"incident_added", "restraining_order_breached", "actor_released", "police_resumed", "level_raised", "reopened"}
)


def awakened(case: Case, facts: Sequence[Fact], context: Context) -> list[Fact]:
    """A suspended clock runs again as soon as danger is heard of: nobody waits for a date set when all was quiet."""
    heard = [moment for fact in facts for moment in fact.moments() if moment in DANGER]
    return [Resumed(reason=heard[0])] if heard and case.suspended(context.now) else []


class WaiveStage(Command):
    """Do without a stage, with a reason: an opened police stage of a preventive case, say. Or take it up after all."""

    type: Literal["waive_stage"] = "waive_stage"
    brings: ClassVar = ("stage_waived",)
    stage: Literal[Stage.POLICE, Stage.SUPPORT]
    reason: Code
    undo: bool = False
    text: Text

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if self.undo:
            if not _waived(self.stage, case):
                raise Refusal("stage_not_waived", "stage", stage=self.stage)
            return [StageWaived(stage=self.stage, reason=self.reason, undone=True, text=self.text)]
        if case.stages[self.stage].state is not StageState.OPEN:
            raise Refusal("stage_not_open", "stage", stage=self.stage)
        if self.stage is Stage.POLICE and case.police.status is not None:
            raise Refusal("already_reported_to_police", "stage")
        if case.pace in context.routine.wall_clock_levels:
            raise Refusal("urgent_not_deferred", "stage", level=case.pace)
        return [StageWaived(stage=self.stage, reason=self.reason, text=self.text)]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        urgent = case.pace in context.routine.wall_clock_levels
        return any(
            _waived(stage, case) or (not urgent and case.stages[stage].state is StageState.OPEN)
            for stage in (Stage.POLICE, Stage.SUPPORT)
        )


def _waived(stage: Stage, case: Case) -> bool:
    """Done without by a decision of its own, which can be taken back."""
    return case.stages[stage].state is StageState.WAIVED and not case.triaged_away


class StageWaived(Fact):
    """A stage is done without, or taken up after all."""

    type: Literal["stage_waived"] = "stage_waived"
    stage: Stage
    reason: Code
    undone: bool = False
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return () if self.undone else ("stage_waived",)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        stage = case.opened(self.stage) if self.undone else case.waived(self.reason, self.stage)
        return {"stages": case.stages | stage}


class Acknowledge(Command):
    """Take personal responsibility for an alarm: having seen it is not enough."""

    type: Literal["acknowledge"] = "acknowledge"
    brings: ClassVar = ("acknowledged",)

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        accepted = _accepted(case, context)
        if accepted is None:
            raise Refusal("no_alarm", "type")
        if context.actor.id in accepted:
            raise Refusal("already_accepted", "actor")
        return [Acknowledged(count=len(accepted) + 1)]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        accepted = _accepted(case, context)
        return accepted is not None and context.actor.id not in accepted


def _accepted(case: Case, context: Context) -> frozenset[str] | None:
    """Who has accepted the alarm that is sounding; None if none is."""
    alarms = [owed for owed in obligations(case, context.routine) if owed.open and owed.rule.is_alarm]
    if not alarms:
        return None
    # A routine may start its alarm by other moments than that of raising one: a new alarm asks everybody anew.
    heard = case.moments.get("acknowledged", ())
    answered = heard and heard[-1] >= max(alarm.started for alarm in alarms)
    # Whoever turned out to be involved has accepted nothing.
    return (case.accepted if answered else frozenset()) - case.blocked_people


class Acknowledged(Fact):
    """Somebody qualified has accepted the alarm. `count`: how many different people have, since it was raised."""

    type: Literal["acknowledged"] = "acknowledged"
    also: ClassVar = ACCEPTANCES[1:]
    count: int = 1

    def moments(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.name(), *ACCEPTANCES[self.count - 1 : self.count])))

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        before = case.accepted - case.blocked_people if self.count > 1 else frozenset()
        return {"accepted": before | {event.actor}}


class Escalate(Command):
    """Ask the next rung of the ladder for help by hand."""

    type: Literal["escalate"] = "escalate"
    brings: ClassVar = ("escalated_by_hand",)
    rung: Positive
    text: Text

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if self.rung > len(context.routine.escalation.ladder):
            raise Refusal("no_such_rung", "rung", rungs=str(len(context.routine.escalation.ladder)))
        return [EscalatedByHand(rung=self.rung - 1, text=self.text)]


class EscalatedByHand(Fact):
    """Somebody asked for help up the ladder. `rung` counts from 0."""

    type: Literal["escalated_by_hand"] = "escalated_by_hand"
    rung: int
    text: Text | None = None


class MoveRoutine(Command):
    """Move the case to a newer adopted routine; nothing else ever changes a running case's rules (architecture §4)."""

    type: Literal["move_routine"] = "move_routine"
    brings: ClassVar = ("routine_moved",)
    routine: RoutineRef
    text: Text

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if self.routine == case.routine:
            raise Refusal("same_routine", "routine")
        return [RoutineMoved(routine=self.routine, text=self.text)]


class RoutineMoved(Fact):
    """The case follows another routine from now on."""

    type: Literal["routine_moved"] = "routine_moved"
    routine: RoutineRef
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"routine": self.routine, "rungs": {}}
