"""Support and follow-up: the plan, its measures, the calls (domain §6). Never waits for the police."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from models.case import Case, MeasureRecord
from models.message import Code, Command, Day, Fact, Frozen, Text
from models.refusal import Refusal
from models.stages.intake import consequences, talked
from models.stages.risk import IncidentAdded
from models.vocabulary.case import Answer, Stage
from models.vocabulary.incident import Consequence
from models.vocabulary.people import ConsentPurpose, Role
from models.vocabulary.support import ContactOutcome, MeasureKind, MeasureState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.context import Context
    from models.events import Event

CONSENT_NEEDED = {
    MeasureKind.PARTY_CONTACT: ConsentPurpose.PARTY_SECURITY,
    MeasureKind.FAMILY_SUPPORT: ConsentPurpose.RELATIVES,
    MeasureKind.SCHOOL_INFORMED: ConsentPurpose.RELATIVES,
}
"""Measures that tell somebody outside (domain §6.1): explicit consent first."""


class Measure(Frozen):
    """One measure as planned."""

    id: Code
    kind: MeasureKind
    owner: Role
    state: MeasureState = MeasureState.OFFERED
    review_on: Day | None = None


class AgreeSupport(Command):
    """Agree on the support plan with the affected person, or record that none is wanted (domain §6.2)."""

    type: Literal["agree_support"] = "agree_support"
    brings: ClassVar = ("support_agreed", "support_declined")
    needs: ClassVar = Stage.SUPPORT
    backdates: ClassVar = True
    measures: tuple[Measure, ...] = ()
    declined: bool = False
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if not self.measures and not self.declined:
            raise Refusal("measures_required", "measures")
        seen: set[str] = set()
        for index, measure in enumerate(self.measures):
            if case.measure(measure.id) or measure.id in seen:
                raise Refusal("measure_exists", f"measures.{index}.id", measure=measure.id)
            seen.add(measure.id)
            purpose = CONSENT_NEEDED.get(measure.kind)
            if purpose and purpose not in case.consents:
                raise Refusal("consent_required", f"measures.{index}.kind", purpose=purpose)
        return [SupportAgreed(measures=self.measures, declined=self.declined, text=self.text)]


class SupportAgreed(Fact):
    """The plan as agreed. A later agreement adds to it."""

    type: Literal["support_agreed"] = "support_agreed"
    also: ClassVar = ("support_declined",)
    measures: tuple[Measure, ...] = ()
    declined: bool = False
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return ("support_agreed", "support_declined") if self.declined else ("support_agreed",)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        planned = (MeasureRecord(id=m.id, kind=m.kind, state=m.state, owner=m.owner) for m in self.measures)
        return {"support_agreed": True, "measures": (*case.measures, *planned)}


class UpdateMeasure(Command):
    """How far a measure has come."""

    type: Literal["update_measure"] = "update_measure"
    brings: ClassVar = ("measure_updated", "measure_carried_out")
    needs: ClassVar = Stage.SUPPORT
    backdates: ClassVar = True
    measure: Code
    state: MeasureState
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if case.measure(self.measure) is None:
            raise Refusal("unknown_measure", "measure", measure=self.measure)
        return [MeasureUpdated(measure=self.measure, state=self.state, text=self.text)]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        return bool(case.measures)


class MeasureUpdated(Fact):
    """A measure moved on."""

    type: Literal["measure_updated"] = "measure_updated"
    also: ClassVar = ("measure_carried_out",)
    measure: Code
    state: MeasureState
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        done = self.state in {MeasureState.CARRIED_OUT, MeasureState.ENDED, MeasureState.STANDING}
        return ("measure_updated", "measure_carried_out") if done else ("measure_updated",)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {
            "measures": tuple(
                measure.model_copy(update={"state": self.state}) if measure.id == self.measure else measure
                for measure in case.measures
            )
        }


class LogFollowUp(Command):
    """A follow-up call: how are you, anything new, does the protection work (domain §6.3)."""

    type: Literal["log_follow_up"] = "log_follow_up"
    brings: ClassVar = ("followed_up",)
    needs: ClassVar = Stage.SUPPORT
    backdates: ClassVar = True
    outcome: ContactOutcome
    new_incident: Answer = Answer.UNKNOWN
    protection_works: Answer = Answer.UNKNOWN
    wants_more_support: Answer = Answer.UNKNOWN
    police_offered_again: bool = False
    consequences: tuple[Consequence, ...] = ()
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        followed_up = FollowedUp(
            outcome=self.outcome,
            new_incident=self.new_incident,
            protection_works=self.protection_works,
            wants_more_support=self.wants_more_support,
            police_offered_again=self.police_offered_again,
            consequences=self.consequences,
            text=self.text,
        )
        return [followed_up, IncidentAdded()] if self.new_incident is Answer.YES else [followed_up]


class FollowedUp(Fact):
    """A follow-up was tried. Only one that reached the person, or was declined, is one."""

    type: Literal["followed_up"] = "followed_up"
    also: ClassVar = ("follow_up_missed",)
    outcome: ContactOutcome
    new_incident: Answer = Answer.UNKNOWN
    protection_works: Answer = Answer.UNKNOWN
    wants_more_support: Answer = Answer.UNKNOWN
    police_offered_again: bool = False
    consequences: tuple[Consequence, ...] = ()
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return ("follow_up_missed",) if self.outcome is ContactOutcome.NOT_REACHED else ("followed_up",)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return consequences(case, self.consequences) | talked(self.outcome)
