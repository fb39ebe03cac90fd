"""Risk assessment: factors with floors, a human decides, a second person where the rule says so (domain §3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from models.case import Assessment, Case
from models.message import Code, Command, Fact, Positive, Text
from models.refusal import Refusal
from models.risk import floor_of, unknown_factors
from models.sight import head_of_security, roles_in
from models.stages.intake import back_to_work, level_change
from models.vocabulary.case import Answer, CaseKind, Confidence, ConflictLevel, Grade, Level, Stage
from models.vocabulary.support import MeasureKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.context import Context
    from models.events import Event


class AssessRisk(Command):
    """Assess the risk together with the affected person (for prevention: steps 2 and 3 of the matter)."""

    type: Literal["assess_risk"] = "assess_risk"
    brings: ClassVar = ("risk_assessed",)
    needs: ClassVar = Stage.RISK
    factors: dict[str, Answer]
    level: Level
    confidence: Confidence = Confidence.MEDIUM
    grade: Grade | None = None
    conflict: ConflictLevel | None = None
    text: Text | None = None
    """Why; required below the floor."""

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        routine = context.routine
        for factor in unknown_factors(self.factors, routine):
            raise Refusal("unknown_factor", f"factors.{factor}", factor=factor)
        if case.kind is CaseKind.PREVENTION and self.grade is None:
            raise Refusal("grade_required", "grade")
        floor = floor_of(self.factors, routine)
        below = self.level.rank < floor.rank
        lowering = case.level is not None and self.level.rank < case.level.rank
        if (below or lowering) and self.text is None:
            raise Refusal("reason_required", "text", floor=floor)
        if lowering and case.level in routine.risk.chief_lowers and not is_head(case, context):
            raise Refusal("only_chief_lowers", "level", level=case.level or "")
        # Nobody gets round a second person by assessing once more.
        unanswered = case.risk.latest is not None and case.risk.latest.waiting
        waits = below or (lowering and (unanswered or case.level in routine.risk.second_person_lowers))
        in_force = self.level if not waits else max(floor, case.level or floor, key=lambda level: level.rank)
        return [
            RiskAssessed(
                number=len(case.risk.assessments) + 1,
                factors=self.factors,
                level=self.level,
                floor=floor,
                confidence=self.confidence,
                needs_second=waits or in_force in routine.risk.second_person_confirms,
                takes_effect=not waits,
                grade=self.grade,
                conflict=self.conflict,
                risk_model=routine.risk.model,
                text=self.text,
            ),
            *level_change(case, in_force, context),
        ]


def is_head(case: Case, context: Context) -> bool:
    """Whether the actor is the head of security in this case, or stands in."""
    return head_of_security(case) in roles_in(context.actor, case)


class RiskAssessed(Fact):
    """One version of the assessment, with the factors it follows from."""

    type: Literal["risk_assessed"] = "risk_assessed"
    also: ClassVar = ("second_person_needed", "assessment_settled")
    number: int
    factors: dict[str, Answer]
    level: Level
    floor: Level
    confidence: Confidence
    needs_second: bool
    takes_effect: bool
    grade: Grade | None = None
    conflict: ConflictLevel | None = None
    risk_model: str
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return ("risk_assessed", "second_person_needed" if self.needs_second else "assessment_settled")

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        assessment = Assessment(
            number=self.number,
            level=self.level,
            floor=self.floor,
            at=event.at,
            by=event.actor,
            needs_second=self.needs_second,
            takes_effect=self.takes_effect,
        )
        risk = case.risk.model_copy(
            update={
                "factors": self.factors,
                "confidence": self.confidence,
                "assessments": (*case.risk.assessments, assessment),
                "grade": self.grade or case.risk.grade,
                "conflict": self.conflict or case.risk.conflict,
            }
        )
        return {"risk": risk, "stages": case.stages | Case.done(Stage.RISK)}


class Approve(Command):
    """The second person's opinion on the latest assessment (four eyes, domain §3.3 rule 3)."""

    type: Literal["approve"] = "approve"
    brings: ClassVar = ("risk_approved", "risk_rejected", "second_opinion")
    approved: bool
    number: Positive | None = None
    """Which assessment they have read; None means the latest, whichever that is."""
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        latest = case.risk.latest
        if latest is None or not latest.waiting:
            raise Refusal("nothing_to_approve", "type")
        if latest.by == context.actor.id:
            raise Refusal("same_person", "actor")
        if self.number not in {None, latest.number}:
            raise Refusal("newer_assessment", "number", number=str(latest.number))
        if self.approved and latest.overtaken:
            raise Refusal("overtaken", "approved")
        if not self.approved:
            if self.text is None:
                raise Refusal("reason_required", "text")
            return [RiskRejected(number=latest.number, text=self.text)]
        level = level_change(case, latest.level, context) if not latest.takes_effect else []
        return [RiskApproved(number=latest.number, text=self.text), *level]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        latest = case.risk.latest
        return latest is not None and latest.waiting and latest.by != context.actor.id


class RiskApproved(Fact):
    """A second person agreed."""

    type: Literal["risk_approved"] = "risk_approved"
    also: ClassVar = ("second_opinion",)
    number: int
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return ("risk_approved", "second_opinion")

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return _signed(case, approved_by=event.actor, takes_effect=True)


class RiskRejected(Fact):
    """A second person disagreed; what was in force stays in force."""

    type: Literal["risk_rejected"] = "risk_rejected"
    also: ClassVar = ("second_opinion",)
    number: int
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return ("risk_rejected", "second_opinion")

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return _signed(case, rejected_by=event.actor)


def _signed(case: Case, **signature: object) -> dict[str, object]:
    *earlier, latest = case.risk.assessments
    return {
        "risk": case.risk.model_copy(update={"assessments": (*earlier, latest.model_copy(update=signature))}),
    }


class DecideProtection(Command):
    """Decide on immediate protection: measures, or that none is needed, and why."""

    type: Literal["decide_protection"] = "decide_protection"
    brings: ClassVar = ("protection_decided",)
    needs: ClassVar = Stage.RISK
    measures: tuple[MeasureKind, ...] = ()
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if not self.measures and self.text is None:
            raise Refusal("reason_required", "text")
        return [ProtectionDecided(measures=self.measures, text=self.text)]


class ProtectionDecided(Fact):
    """Protection was decided on."""

    type: Literal["protection_decided"] = "protection_decided"
    measures: tuple[MeasureKind, ...] = ()
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"risk": case.risk.model_copy(update={"protection_decided": True})}


class AddIncident(Command):
    """The actor was heard of again: the quiet period starts over and the risk is to be looked at anew (domain §3.6)."""

    type: Literal["add_incident"] = "add_incident"
    brings: ClassVar = ("incident_added",)
    backdates: ClassVar = True
    report: Code | None = None
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if self.report is None and self.text is None:
            raise Refusal("reason_required", "text")
        return [IncidentAdded(report=self.report, text=self.text)]


class IncidentAdded(Fact):
    """One more incident of the same series."""

    type: Literal["incident_added"] = "incident_added"
    news: ClassVar = frozenset({"incident_added"})
    report: Code | None = None
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        reports = (*case.reports, self.report) if self.report and self.report not in case.reports else case.reports
        return {"reports": reports} | back_to_work(case, event.at)
