"""Police contact: the decision on a report, its reference, its status, a restraining order (domain §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import StringConstraints

from models.case import Case
from models.message import Command, Day, Fact, Instant, Narrative, Text
from models.police_file import RestrainingOrder
from models.refusal import Refusal
from models.stages.intake import back_to_work
from models.vocabulary.case import Stage, StageState
from models.vocabulary.incident import Crime
from models.vocabulary.police import (
    DeclineReason,
    PoliceDecision,
    PoliceStatus,
    RestrainingOrderKind,
    RestrainingOrderState,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.context import Context
    from models.events import Event

Reference = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40), Narrative()]
"""A police, prosecutor or court number, as told. An odd format is kept, never blocked (domain §5.5)."""

DECLINED = frozenset({PoliceDecision.DECLINED_BY_AFFECTED, PoliceDecision.NOT_A_CRIME})
CONSULTED = frozenset({PoliceDecision.CONSULTED, PoliceDecision.TIP})
NOT_REPORTED = DECLINED | CONSULTED | {PoliceDecision.DEFERRED}
FINAL = frozenset(
    {
        PoliceStatus.NOT_OPENED,
        PoliceStatus.DISCONTINUED,
        PoliceStatus.SUMMARY_PENALTY,
        PoliceStatus.PROSECUTION_WAIVED,
        PoliceStatus.FINAL_JUDGMENT,
    }
)


class RecordPolice(Command):
    """Record the decision on a police report. To decline is a normal outcome, with its reason (domain §5.3)."""

    type: Literal["record_police"] = "record_police"
    brings: ClassVar = (
        "police_decided",
        "police_reported",
        "police_declined",
        "police_consulted",
        "police_deferred",
        "police_reference_received",
    )
    needs: ClassVar = Stage.POLICE
    backdates: ClassVar = True
    decision: PoliceDecision
    decline_reason: DeclineReason | None = None
    affected_informed: bool = False
    deferred_until: Instant | None = None
    access_protection_requested: bool = False
    """Åtkomstskydd: always to be asked for (domain §0.5)."""
    crimes: tuple[Crime, ...] = ()
    reference: Reference | None = None
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if self.decision in DECLINED and self.decline_reason is None:
            raise Refusal("decline_reason_required", "decline_reason")
        if self.decision is PoliceDecision.DEFERRED:
            if self.deferred_until is None or self.deferred_until <= context.now:
                raise Refusal("date_required", "deferred_until")
            if case.pace in context.routine.wall_clock_levels:
                raise Refusal("urgent_not_deferred", "decision", level=case.pace)
        if case.police.status is not None and self.decision in NOT_REPORTED:
            raise Refusal("already_reported_to_police", "decision")
        return [
            PoliceDecided(
                decision=self.decision,
                decline_reason=self.decline_reason,
                affected_informed=self.affected_informed,
                deferred_until=self.deferred_until,
                access_protection_requested=self.access_protection_requested,
                crimes=self.crimes,
                reference=self.reference,
                text=self.text,
            )
        ]


class PoliceDecided(Fact):
    """The decision on a police report."""

    type: Literal["police_decided"] = "police_decided"
    also: ClassVar = (
        "police_reported",
        "police_declined",
        "police_consulted",
        "police_deferred",
        "police_reference_received",
    )
    decision: PoliceDecision
    decline_reason: DeclineReason | None = None
    affected_informed: bool = False
    deferred_until: Instant | None = None
    access_protection_requested: bool = False
    crimes: tuple[Crime, ...] = ()
    reference: Reference | None = None
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        if self.decision is PoliceDecision.DEFERRED:
            return ("police_deferred",)
        if self.decision in DECLINED:
            return ("police_decided", "police_declined")
        if self.decision in CONSULTED:
            return ("police_decided", "police_consulted")
        reference = ("police_reference_received",) if self.reference else ()
        return ("police_decided", "police_reported", *reference)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        reported = self.moments()[1:2] == ("police_reported",)
        police = case.police.model_copy(
            update={
                "decision": self.decision,
                "status": (case.police.status or PoliceStatus.FILED) if reported else case.police.status,
                "has_reference": case.police.has_reference or self.reference is not None,
            }
        )
        settled = self.decision in DECLINED | CONSULTED
        return {"police": police, "stages": case.stages | (Case.done if settled else Case.opened)(Stage.POLICE)}


class UpdatePolice(Command):
    """What the police, prosecutor or court said, or that a status check gave nothing new."""

    type: Literal["update_police"] = "update_police"
    brings: ClassVar = ("police_updated", "police_reference_received", "police_final", "restraining_order_recorded")
    needs: ClassVar = Stage.POLICE
    backdates: ClassVar = True
    status: PoliceStatus | None = None
    reference: Reference | None = None
    review_requested: bool = False
    """Omprövning of a decision not to investigate was asked for."""
    restraining_order: RestrainingOrderState | None = None
    restraining_order_kind: RestrainingOrderKind | None = None
    restraining_order_until: Day | None = None
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if not self.possible(case, context):
            raise Refusal("no_police_report", "type")
        if self.restraining_order is RestrainingOrderState.GRANTED and self.restraining_order_until is None:
            raise Refusal("date_required", "restraining_order_until")
        facts: list[Fact] = [
            PoliceUpdated(
                status=self.status, reference=self.reference, review_requested=self.review_requested, text=self.text
            )
        ]
        if self.restraining_order is not None:
            facts.append(
                RestrainingOrderRecorded(
                    state=self.restraining_order,
                    kind=self.restraining_order_kind,
                    until=self.restraining_order_until,
                )
            )
        return facts

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        return case.police.status is not None


class PoliceUpdated(Fact):
    """The police report was followed up."""

    type: Literal["police_updated"] = "police_updated"
    also: ClassVar = ("police_reference_received", "police_final", "police_resumed", "actor_released")
    news: ClassVar = frozenset({"police_final", "police_resumed", "actor_released"})
    status: PoliceStatus | None = None
    reference: Reference | None = None
    review_requested: bool = False
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        names = ["police_updated"]
        if self.reference or self.status is PoliceStatus.REFERENCE_RECEIVED:
            names.append("police_reference_received")
        if self.final:
            names.append("police_final")
        if self.status is PoliceStatus.RESUMED:
            names.append("police_resumed")
        if self.status is PoliceStatus.RELEASED:
            names.append("actor_released")
        return tuple(names)

    @property
    def final(self) -> bool:
        """Nothing more is expected, unless a review was asked for."""
        return self.status in FINAL and not self.review_requested

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        police = case.police.model_copy(
            update={
                "status": self.status or case.police.status,
                "has_reference": case.police.has_reference or "police_reference_received" in self.moments(),
            }
        )
        stages = case.stages
        if self.final:
            stages = stages | Case.done(Stage.POLICE)
        elif self.status is not None and stages[Stage.POLICE].state is StageState.DONE:
            stages = stages | Case.opened(Stage.POLICE)
        return {"police": police, "stages": stages}


class RestrainingOrderRecorded(Fact):
    """A restraining order was applied for, decided, breached or ended."""

    type: Literal["restraining_order_recorded"] = "restraining_order_recorded"
    also: ClassVar = (
        "restraining_order_granted",
        "restraining_order_refused",
        "restraining_order_breached",
        "restraining_order_ended",
    )
    news: ClassVar = frozenset({"restraining_order_recorded", *also})
    state: RestrainingOrderState
    kind: RestrainingOrderKind | None = None
    until: Day | None = None

    def moments(self) -> tuple[str, ...]:
        name = f"restraining_order_{self.state}"
        return ("restraining_order_recorded", *((name,) if name in self.also else ()))

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        before = case.police.restraining_order
        order = RestrainingOrder(
            state=self.state,
            kind=self.kind or (before.kind if before else None),
            until=self.until or (before.until if before else None),
        )
        changes: dict[str, object] = {"police": case.police.model_copy(update={"restraining_order": order})}
        if self.state is RestrainingOrderState.BREACHED:
            changes |= back_to_work(case, event.at)
        return changes
