"""A drill: the real chain with messages marked as an exercise, on the exercise routine's clocks, ended at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from models.case import Case
from models.message import Command, Fact
from models.obligations import obligations
from models.refusal import Refusal
from models.routine import Routine
from models.stages.closure import Closed
from models.vocabulary.case import ClosureReason, Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.context import Context
    from models.events import Event
    from models.obligation_rule import ObligationRule


class EndDrill(Command):
    """End an exercise at once, whatever is still owed in it; twice is once. Never a way to close a real case."""

    type: Literal["end_drill"] = "end_drill"
    brings: ClassVar = ("drill_ended",)
    after_close: ClassVar = True

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if not case.drill:
            raise Refusal("not_a_drill", "case")
        if case.closed:
            return []
        return [DrillEnded(lapsed=tuple(owed.key for owed in obligations(case, context.routine) if owed.open))]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        return case.drill and not case.closed


class DrillEnded(Fact):
    """The exercise is over; what was still owed lapsed."""

    type: Literal["drill_ended"] = "drill_ended"
    lapsed: tuple[str, ...] = ()

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return Closed(reason=ClosureReason.DRILL, lapsed=self.lapsed).effect(case, event)


def exercise(own: Routine, drilled: Routine) -> Routine:
    """The routine of a drill: the organisation's own, but its alarm climbs the ladder within a minute or so.

    All else keeps its own time: people who are paged for every duty of a case at once learn to look away.

    :param own: the routine in force: whom to tell, by which ladder, in which words.
    :param drilled: the exercise routine, which says how fast the alarm is and how soon an ended drill is forgotten.
    """
    quick = next(rule for rule in drilled.obligations.values() if rule.is_alarm)
    alarms = {name: _hastened(rule, quick, own) for name, rule in own.obligations.items() if rule.is_alarm}
    fields: dict[str, object] = {name: getattr(own, name) for name in Routine.model_fields}
    return Routine.model_validate(
        {
            **fields,
            "name": drilled.name,
            "version": drilled.version,
            "decision": drilled.decision,
            "obligations": own.obligations | alarms,
            "closure": own.closure.model_copy(update={"reopen_window": drilled.closure.reopen_window}),
        }
    )


def _hastened(rule: ObligationRule, quick: ObligationRule, own: Routine) -> ObligationRule:
    """The same alarm at the same levels, due as fast as the exercise's acute one."""
    fast = (quick.due or {}).get(Level.ACUTE)
    due = {level: term if term.is_none else fast or term for level, term in (rule.due or {}).items()}
    ladder = rule.escalation or own.escalation
    repeat = quick.escalation.repeat if quick.escalation else ladder.repeat
    return rule.model_copy(update={"due": due or None, "escalation": ladder.model_copy(update={"repeat": repeat})})
