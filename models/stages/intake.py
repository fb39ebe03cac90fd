"""Intake: the report is looked at, the person is contacted, what is missing is asked for (domain §4.2 row 1)."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, ClassVar, Literal

from models.case import Case, IncidentFacts, Pace, RoutineRef, StageRecord
from models.message import Code, Command, Fact, OrganisationCode, Text
from models.refusal import Refusal
from models.sight import head_of_security, roles_in
from models.stages.information import InformationAsked
from models.vocabulary.case import Answer, CaseKind, Grade, Level, Stage, StageState, TriageOutcome
from models.vocabulary.incident import Consequence
from models.vocabulary.support import ContactOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from models.context import Context
    from models.events import Event


GOES_ON = frozenset({TriageOutcome.OPEN, TriageOutcome.NEEDS_INFORMATION})


class Reported(Fact):
    """A report became a case. Its text stays with the report; here stand codes."""

    type: Literal["reported"] = "reported"
    also: ClassVar = ("affected_identified", "matter_raised", "alarm_raised")
    organisation: OrganisationCode
    kind: CaseKind
    report: Code
    incident: IncidentFacts
    presumed: Level
    """Not a level: it only decides how fast a human must look (architecture §8)."""
    routine: RoutineRef
    drill: bool = False
    """An exercise over the real contacts."""

    def moments(self) -> tuple[str, ...]:
        return beginnings(self.kind, self.presumed, affected_known=self.incident.affected_known)

    def begin(self, event: Event) -> Case:
        """The case as it begins."""
        return Case(
            ref=event.case,
            organisation=self.organisation,
            kind=self.kind,
            routine=self.routine,
            reported=event.at,
            updated=event.at,
            incident=self.incident,
            stages={stage: StageRecord() for stage in Stage} | Case.opened(Stage.INTAKE),
            paces=(Pace(level=self.presumed, at=event.at),),
            reports=(self.report,),
            last_incident=event.at,
            drill=self.drill,
        )


def beginnings(kind: CaseKind, level: Level, *, affected_known: bool) -> tuple[str, ...]:
    """The moments every clock of a case begins with, the first time and when it is reopened."""
    matter = ("matter_raised",) if kind is CaseKind.PREVENTION else ()
    person = ("affected_identified",) if kind is CaseKind.INCIDENT and affected_known else ()
    alarm = ("alarm_raised",) if level is Level.ACUTE else ()
    return ("reported", *matter, *person, *alarm)


class LevelChanged(Fact):
    """The level now in force. A human set it, or a second person is awaited and the floor holds until then."""

    type: Literal["level_changed"] = "level_changed"
    also: ClassVar = ("level_raised", "level_lowered", "alarm_raised")
    level: Level
    previous: Level
    """The pace until now: the level before, or what was presumed from the report."""
    reopens: tuple[Stage, ...] = ()
    """Stages that had been waived, and cannot be at this level."""

    def moments(self) -> tuple[str, ...]:
        if self.level.rank > self.previous.rank:
            alarm = ("alarm_raised",) if self.level is Level.ACUTE else ()
            return ("level_changed", "level_raised", *alarm)
        return ("level_changed", "level_lowered") if self.level.rank < self.previous.rank else ("level_changed",)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        changes: dict[str, object] = {"level": self.level, "stages": case.stages | Case.opened(*self.reopens)}
        if "alarm_raised" in self.moments():
            changes["accepted"] = frozenset()
        if self.level is case.pace:
            return changes
        return changes | {"paces": (*case.paces, Pace(level=self.level, at=event.recorded)), "rungs": {}}


def level_change(case: Case, level: Level, context: Context) -> list[Fact]:
    """The fact that the level becomes `level`, unless it is that already."""
    if case.level is level:
        return []
    urgent = level in context.routine.wall_clock_levels and not case.triaged_away
    waived = (stage for stage in Stage if urgent and case.stages[stage].state is StageState.WAIVED)
    return [LevelChanged(level=level, previous=case.pace, reopens=tuple(waived))]


def back_to_work(case: Case, at: datetime) -> dict[str, object]:
    """What news of the actor, at `at`, changes.

    The quiet period starts over, a proposal to close falls, a lowering that waits is overtaken, and nothing stays
    waived, not even in a case that was only registered.
    """
    changes: dict[str, object] = {"last_incident": max(case.last_incident, at)}
    latest = case.risk.latest
    if latest and latest.waiting and not latest.takes_effect:
        overtaken = latest.model_copy(update={"overtaken": True})
        assessments = (*case.risk.assessments[:-1], overtaken)
        changes["risk"] = case.risk.model_copy(update={"assessments": assessments})
    if case.stages[Stage.INTAKE].state is StageState.DONE:
        waived = [stage for stage in Stage if case.stages[stage].state is StageState.WAIVED]
        opened = Case.opened(Stage.RISK, Stage.SUPPORT, *waived)
        changes |= {"closing": None, "stages": case.stages | opened | Case.pending(Stage.CLOSURE)}
    return changes


class Triage(Command):
    """Look at the report, set a quick level, decide whether to open (for prevention: step 1, sort the matter)."""

    type: Literal["triage"] = "triage"
    brings: ClassVar = ("triaged",)
    outcome: TriageOutcome
    level: Level
    grade: Grade | None = None
    incident: IncidentFacts | None = None
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if not self.possible(case, context):
            raise Refusal("already_triaged", "outcome")
        if case.kind is CaseKind.PREVENTION and self.grade is None:
            raise Refusal("grade_required", "grade")
        if self.outcome is not TriageOutcome.OPEN and self.text is None:
            raise Refusal("reason_required", "text")
        if case.level is not None and self.level.rank < case.level.rank:
            raise Refusal("assess_to_lower", "level", level=case.level)
        if self.outcome not in GOES_ON and self.level in context.routine.wall_clock_levels:
            raise Refusal("urgent_not_deferred", "outcome", level=self.level)
        facts: list[Fact] = [
            Triaged(outcome=self.outcome, level=self.level, grade=self.grade, incident=self.incident, text=self.text),
            *replaced(case, self.incident, context),
            *level_change(case, self.level, context),
        ]
        if self.outcome is TriageOutcome.NEEDS_INFORMATION:
            task = next(name for number in count(1) if case.task(name := f"t{number}") is None)
            facts.append(InformationAsked(task=task, text=self.text))
        return facts

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        return case.stages[Stage.INTAKE].state is StageState.OPEN


def replaced(case: Case, incident: IncidentFacts | None, context: Context) -> list[Fact]:
    """What follows when the codes of the incident are given anew.

    What protects somebody is never lost by leaving it out, and a person who becomes known is to be contacted.
    """
    if incident is None:
        return []
    lifted = incident.protected_identity is Answer.NO and head_of_security(case) in roles_in(context.actor, case)
    if case.protected and incident.protected_identity is not Answer.YES and not lifted:
        raise Refusal("only_chief_unprotects", "incident.protected_identity")
    if case.kind is CaseKind.PREVENTION and incident.meeting_day is None:
        raise Refusal("date_required", "incident.meeting_day")
    return [AffectedIdentified()] if incident.affected_known and not case.incident.affected_known else []


class Triaged(Fact):
    """Somebody looked, and decided what to do with the report."""

    type: Literal["triaged"] = "triaged"
    also: ClassVar = ("case_opened",)
    outcome: TriageOutcome
    level: Level
    grade: Grade | None = None
    incident: IncidentFacts | None = None
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return ("triaged", "case_opened") if self.outcome is TriageOutcome.OPEN else ("triaged",)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        changes: dict[str, object] = {"incident": self.incident} if self.incident else {}
        if self.grade:
            changes["risk"] = case.risk.model_copy(update={"grade": self.grade})
        match self.outcome:
            case TriageOutcome.OPEN:
                changes["stages"] = (
                    case.stages | Case.done(Stage.INTAKE) | Case.opened(Stage.RISK, Stage.POLICE, Stage.SUPPORT)
                )
            case TriageOutcome.NEEDS_INFORMATION:
                pass
            case reason:
                changes["stages"] = (
                    case.stages
                    | Case.done(Stage.INTAKE)
                    | Case.waived(reason, Stage.RISK, Stage.POLICE, Stage.SUPPORT)
                    | Case.opened(Stage.CLOSURE)
                )
        return changes


class ContactAffected(Command):
    """A personal contact with the affected official (for prevention: with the officials the matter exposes)."""

    type: Literal["contact_affected"] = "contact_affected"
    brings: ClassVar = ("affected_contacted",)
    backdates: ClassVar = True
    outcome: ContactOutcome
    consequences: tuple[Consequence, ...] = ()
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if not self.possible(case, context):
            raise Refusal("affected_unknown", "outcome")
        return [AffectedContacted(outcome=self.outcome, consequences=self.consequences, text=self.text)]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        return case.incident.affected_known or not case.incident.anonymous


class AffectedContacted(Fact):
    """Somebody called. Only a contact that reached the person, or was declined by them, is a contact."""

    type: Literal["affected_contacted"] = "affected_contacted"
    also: ClassVar = ("contact_attempted",)
    outcome: ContactOutcome
    consequences: tuple[Consequence, ...] = ()
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return ("contact_attempted",) if self.outcome is ContactOutcome.NOT_REACHED else ("affected_contacted",)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return consequences(case, self.consequences) | talked(self.outcome)


def talked(outcome: ContactOutcome) -> dict[str, object]:
    """Whoever was spoken to waits for no answer any more."""
    return {} if outcome is ContactOutcome.NOT_REACHED else {"unanswered": {}}


def consequences(case: Case, seen: tuple[Consequence, ...]) -> dict[str, object]:
    """The incident with the consequences as they were last told."""
    return {"incident": case.incident.model_copy(update={"consequences": seen})} if seen else {}


class IdentifyAffected(Command):
    """The person an anonymous report is about has been found; the clocks towards that person start (scenario F6)."""

    type: Literal["identify_affected"] = "identify_affected"
    brings: ClassVar = ("affected_identified",)
    backdates: ClassVar = True
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if not self.possible(case, context):
            raise Refusal("affected_known", "type")
        return [AffectedIdentified(text=self.text)]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        return not case.incident.affected_known


class AffectedIdentified(Fact):
    """The affected person is known from now on."""

    type: Literal["affected_identified"] = "affected_identified"
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"incident": case.incident.model_copy(update={"affected_known": True})}
