"""Intake: the report is looked at, the person is contacted, what is missing is asked for (domain §4.2 row 1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from models.case import Case, IncidentFacts, InformationTask, Pace, RoutineRef, StageRecord
from models.message import Code, Command, Fact, OrganisationCode, Text
from models.refusal import Refusal
from models.vocabulary.case import CaseKind, Grade, Level, Stage, StageState, TriageOutcome
from models.vocabulary.incident import Consequence
from models.vocabulary.support import ContactOutcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.context import Context
    from models.events import Event


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

    def moments(self) -> tuple[str, ...]:
        alarm = ("alarm_raised",) if self.presumed is Level.ACUTE else ()
        if self.kind is CaseKind.PREVENTION:
            return ("reported", "matter_raised", *alarm)
        return ("reported", *(("affected_identified",) if self.incident.affected_known else ()), *alarm)

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
        )


class LevelChanged(Fact):
    """The level now in force. A human set it, or a second person is awaited and the floor holds until then."""

    type: Literal["level_changed"] = "level_changed"
    also: ClassVar = ("level_raised", "level_lowered", "alarm_raised")
    level: Level
    previous: Level
    """The pace until now: the level before, or what was presumed from the report."""

    def moments(self) -> tuple[str, ...]:
        if self.level.rank > self.previous.rank:
            alarm = ("alarm_raised",) if self.level is Level.ACUTE else ()
            return ("level_changed", "level_raised", *alarm)
        return ("level_changed", "level_lowered") if self.level.rank < self.previous.rank else ("level_changed",)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        if self.level is case.pace:
            return {"level": self.level}
        return {"level": self.level, "paces": (*case.paces, Pace(level=self.level, at=event.recorded)), "rungs": {}}


def level_change(case: Case, level: Level) -> list[Fact]:
    """The fact that the level becomes `level`, unless it is that already."""
    return [] if case.level is level else [LevelChanged(level=level, previous=case.pace)]


class Triage(Command):
    """Look at the report, set a quick level, decide whether to open (for prevention: step 1, sort the matter)."""

    type: Literal["triage"] = "triage"
    outcome: TriageOutcome
    level: Level
    grade: Grade | None = None
    incident: IncidentFacts | None = None
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if case.stages[Stage.INTAKE].state is not StageState.OPEN:
            raise Refusal("already_triaged", "outcome")
        if case.kind is CaseKind.PREVENTION and self.grade is None:
            raise Refusal("grade_required", "grade")
        if self.outcome is not TriageOutcome.OPEN and self.text is None:
            raise Refusal("reason_required", "text")
        facts: list[Fact] = [
            Triaged(outcome=self.outcome, level=self.level, grade=self.grade, incident=self.incident, text=self.text),
            *level_change(case, self.level),
        ]
        if self.outcome is TriageOutcome.NEEDS_INFORMATION:
            facts.append(InformationAsked(task=f"t{len(case.tasks) + 1}", text=self.text))
        return facts


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
    backdates: ClassVar = True
    outcome: ContactOutcome
    consequences: tuple[Consequence, ...] = ()
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if case.incident.anonymous and not case.incident.affected_known:
            raise Refusal("affected_unknown", "outcome")
        return [AffectedContacted(outcome=self.outcome, consequences=self.consequences, text=self.text)]


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
        return consequences(case, self.consequences)


def consequences(case: Case, seen: tuple[Consequence, ...]) -> dict[str, object]:
    """The incident with the consequences as they were last told."""
    return {"incident": case.incident.model_copy(update={"consequences": seen})} if seen else {}


class IdentifyAffected(Command):
    """The person an anonymous report is about has been found; the clocks towards that person start (scenario F6)."""

    type: Literal["identify_affected"] = "identify_affected"
    backdates: ClassVar = True
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if case.incident.affected_known:
            raise Refusal("affected_known", "type")
        return [AffectedIdentified(text=self.text)]


class AffectedIdentified(Fact):
    """The affected person is known from now on."""

    type: Literal["affected_identified"] = "affected_identified"
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"incident": case.incident.model_copy(update={"affected_known": True})}


class AskInformation(Command):
    """Somebody must find something out: an answer of unknown becomes a task (domain §3.3 rule 1)."""

    type: Literal["ask_information"] = "ask_information"
    task: Code
    text: Text

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if case.task(self.task):
            raise Refusal("task_exists", "task", task=self.task)
        return [InformationAsked(task=self.task, text=self.text)]


class InformationAsked(Fact):
    """An information task was opened."""

    type: Literal["information_asked"] = "information_asked"
    task: Code
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"tasks": (*case.tasks, InformationTask(id=self.task, opened=event.at))}


class AnswerInformation(Command):
    """What was asked for has been found out, or cannot be."""

    type: Literal["answer_information"] = "answer_information"
    task: Code
    text: Text

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        task = case.task(self.task)
        if task is None:
            raise Refusal("unknown_task", "task", task=self.task)
        if task.done:
            raise Refusal("task_done", "task", task=self.task)
        others_open = any(other.done is None for other in case.tasks if other.id != self.task)
        return [InformationAnswered(task=self.task, complete=not others_open, text=self.text)]


class InformationAnswered(Fact):
    """An information task was answered."""

    type: Literal["information_answered"] = "information_answered"
    also: ClassVar = ("information_complete",)
    task: Code
    complete: bool = False
    """No other task is open."""
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return ("information_answered", "information_complete") if self.complete else ("information_answered",)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {
            "tasks": tuple(
                task.model_copy(update={"done": event.at}) if task.id == self.task else task for task in case.tasks
            )
        }
