"""Closure: proposed, told in advance, closed on criteria, reopened with a reason (domain §4.4-4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from models.case import Closing, Pace
from models.message import Command, Fact, Text
from models.obligations import Obligation, obligations, traits
from models.refusal import Refusal
from models.stages.intake import beginnings, level_change
from models.stages.risk import is_head
from models.vocabulary.case import CaseKind, ClosureReason, Level, ReopenReason, Stage, StageState
from models.worktime import advance

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from models.case import Case
    from models.context import Context
    from models.events import Event


class ProposeClosure(Command):
    """Propose to close, having told the affected person and asked for their view."""

    type: Literal["propose_closure"] = "propose_closure"
    brings: ClassVar = ("closure_proposed", "affected_informed")
    needs: ClassVar = Stage.RISK
    reason: ClosureReason
    affected_informed: bool = False
    text: Text | None = None
    """The affected person's view, also if they disagree."""
    lesson: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        _refuse_unless_drill(self.reason, case)
        # Proposed before the person was told, it is proposed once more when they have been.
        if case.closing is not None and (case.closing.affected_informed or not self.affected_informed):
            raise Refusal("already_proposed", "type")
        return [
            ClosureProposed(
                reason=self.reason, affected_informed=self.affected_informed, text=self.text, lesson=self.lesson
            )
        ]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        return case.closing is None or not case.closing.affected_informed


class ClosureProposed(Fact):
    """Closing was proposed; a new incident makes the proposal fall."""

    type: Literal["closure_proposed"] = "closure_proposed"
    also: ClassVar = ("affected_informed",)
    reason: ClosureReason
    affected_informed: bool = False
    text: Text | None = None
    lesson: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return ("closure_proposed", "affected_informed") if self.affected_informed else ("closure_proposed",)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        closing = Closing(
            proposed=event.at,
            reason=self.reason,
            affected_informed=event.at if self.affected_informed else None,
            lesson_recorded=self.lesson is not None or (case.closing is not None and case.closing.lesson_recorded),
        )
        return {"closing": closing, "stages": case.stages | case.opened(Stage.CLOSURE)}


class Close(Command):
    """Close the case. Every criterion of the routine must hold; those missing are all named at once."""

    type: Literal["close"] = "close"
    brings: ClassVar = ("closed",)
    needs: ClassVar = Stage.CLOSURE
    reason: ClosureReason
    lesson: Text | None = None
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        _refuse_unless_drill(self.reason, case)
        # To close at once is to lower; handed over, the receiver has taken it on.
        at_once = self.reason in context.routine.closure.at_once and self.reason is not ClosureReason.HANDED_OVER
        if at_once and case.pace in context.routine.risk.chief_lowers and not is_head(case, context):
            raise Refusal("only_chief_closes", "reason", level=case.pace)
        open_now = [obligation for obligation in obligations(case, context.routine) if obligation.open]
        missing = list(self.missing(case, context, open_now))
        if missing:
            raise Refusal("criteria_not_met", "type", criteria=", ".join(missing))
        lapsed = tuple(obligation.key for obligation in open_now if _lapses(obligation, case))
        return [Closed(reason=self.reason, lapsed=lapsed, lesson=self.lesson, text=self.text)]

    def missing(self, case: Case, context: Context, open_now: Sequence[Obligation]) -> Iterator[str]:
        """Codes of the closure criteria that do not hold (domain §4.4)."""
        rule, closing = context.routine.closure, case.closing
        if case.risk.latest and case.risk.latest.waiting:
            yield "second_opinion"
        if self.reason is ClosureReason.HANDED_OVER and not (case.hand_over and case.hand_over.accepted):
            yield "hand_over_accepted"
        if self.reason in rule.at_once:
            return
        if self.lesson is None and not (closing and closing.lesson_recorded):
            yield "lesson"
        if not all(measure.settled for measure in case.measures):
            yield "measures_settled"
        if any(not obligation.repeats and obligation.stage is not Stage.CLOSURE for obligation in open_now):
            yield "obligations_met"
        if case.kind is CaseKind.INCIDENT:
            yield from self._missing_for_a_person(case, context)
        elif case.incident.meeting_day and (
            context.routine.calendar.local_date(context.now) < case.incident.meeting_day
        ):
            yield "meeting_held"

    def _missing_for_a_person(self, case: Case, context: Context) -> Iterator[str]:
        rule, closing, now = context.routine.closure, case.closing, context.now
        if case.stages[Stage.POLICE].state not in {StageState.DONE, StageState.WAIVED}:
            yield "police_settled"
        quiet = (rule.quiet[case.pace], *(rule.quiet_when[trait] for trait in traits(case) if trait in rule.quiet_when))
        if any(now < advance(case.last_incident, term, context.routine.calendar) for term in quiet):
            yield "quiet_period"
        informed = closing.affected_informed if closing else None
        if case.incident.affected_known and (
            informed is None or now < advance(informed, rule.notice, context.routine.calendar)
        ):
            yield "affected_informed_in_advance"


def _lapses(obligation: Obligation, case: Case) -> bool:
    return obligation.kind != "closing" and not obligation.rule.outlives(case)


class Closed(Fact):
    """The case is closed; what was still owed lapsed for the stated reason."""

    type: Literal["closed"] = "closed"
    reason: ClosureReason
    lapsed: tuple[str, ...] = ()
    lesson: Text | None = None
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        closing = case.closing or Closing(proposed=event.at, reason=self.reason)
        left = [stage for stage in Stage if case.stages[stage].state is not StageState.WAIVED]
        return {
            "closing": closing.model_copy(update={"reason": self.reason, "closed": event.recorded}),
            "stages": case.stages | case.done(*left),
        }


class Reopen(Command):
    """Open a closed case again, with a reason and a quick level. All timers start anew, the history stays."""

    type: Literal["reopen"] = "reopen"
    brings: ClassVar = ("reopened",)
    after_close: ClassVar = True
    reason: ReopenReason
    level: Level
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if case.closing is None or case.closing.closed is None:
            raise Refusal("not_closed", "type")
        if not self.possible(case, context):
            raise Refusal("reopen_window_over", "type", window=str(context.routine.closure.reopen_window))
        reopened = Reopened(
            reason=self.reason,
            level=self.level,
            kind=case.kind,
            affected_known=case.incident.affected_known,
            text=self.text,
        )
        return [reopened, *level_change(case, self.level, context)]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        closed = case.closing.closed if case.closing else None
        return closed is not None and context.now <= _end_of_reopening(closed, context)


def _end_of_reopening(closed: datetime, context: Context) -> datetime:
    return advance(closed, context.routine.closure.reopen_window, context.routine.calendar)


class Reopened(Fact):
    """The case is worked on again."""

    type: Literal["reopened"] = "reopened"
    also: ClassVar = ("reported", "triaged", "case_opened", "affected_identified", "matter_raised", "alarm_raised")
    reason: ReopenReason
    level: Level
    kind: CaseKind = CaseKind.INCIDENT
    affected_known: bool = True
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        begun = beginnings(self.kind, self.level, affected_known=self.affected_known)
        return ("reopened", "triaged", "case_opened", *begun)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {
            "closing": None,
            "hand_over": None,
            # What was assessed then stands in the ledger and in the list of assessments; the factors are asked anew.
            "risk": case.risk.model_copy(update={"factors": {}, "confidence": None, "protection_decided": False}),
            "stages": case.stages | case.opened(Stage.RISK, Stage.POLICE, Stage.SUPPORT) | case.pending(Stage.CLOSURE),
            "paces": (Pace(level=self.level, at=event.recorded),),
            "last_incident": event.at,
            "reopenings": case.reopenings + 1,
            "moments": dict.fromkeys(self.moments(), (event.at,)) | _outliving(case),
            "rungs": {},
            "accepted": frozenset(),
            "extensions": {},
        }


def _outliving(case: Case) -> dict[str, tuple[datetime, ...]]:
    """The moments whose duties outlive a closing, as far as nobody has answered them: their clocks go on."""
    broken = tuple(glass.broken for glass in case.glasses if not glass.reviewed)
    waiting = tuple(sorted(case.unanswered.values()))
    return {name: times for name, times in (("glass_broken", broken), ("message_received", waiting)) if times}


def _refuse_unless_drill(reason: ClosureReason, case: Case) -> None:
    """A real case never becomes a drill, not even in the end."""
    if reason is ClosureReason.DRILL and not case.drill:
        raise Refusal("not_a_drill", "reason")
