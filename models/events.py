"""The event: one fact with who, when and why. The union is closed; it only grows (architecture §3)."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field

from models.message import CaseRef, Code, CommandId, Fact, Frozen, Instant, Positive
from models.stages import (
    casework,
    clock,
    closure,
    consent,
    correction,
    deadlines,
    dialogue,
    drill,
    glass,
    handover,
    information,
    intake,
    police,
    risk,
    support,
)

AnyFact = Annotated[
    intake.Reported
    | intake.Triaged
    | intake.LevelChanged
    | intake.AffectedContacted
    | intake.AffectedIdentified
    | information.InformationAsked
    | information.InformationAnswered
    | risk.RiskAssessed
    | risk.RiskApproved
    | risk.RiskRejected
    | risk.ProtectionDecided
    | risk.IncidentAdded
    | police.PoliceDecided
    | police.PoliceUpdated
    | police.RestrainingOrderRecorded
    | support.SupportAgreed
    | support.MeasureUpdated
    | support.FollowedUp
    | closure.ClosureProposed
    | closure.Closed
    | closure.Reopened
    | casework.NoteAdded
    | casework.EvidenceAdded
    | casework.Assigned
    | consent.ConsentGiven
    | consent.ConsentWithdrawn
    | casework.Linked
    | casework.Unlinked
    | casework.ReportMerged
    | casework.ReportUnmerged
    | casework.RoleBlocked
    | correction.Corrected
    | handover.HandedOver
    | handover.HandOverAccepted
    | handover.HandOverReturned
    | deadlines.DeadlineExtended
    | deadlines.Suspended
    | deadlines.Resumed
    | deadlines.StageWaived
    | deadlines.Acknowledged
    | deadlines.EscalatedByHand
    | deadlines.RoutineMoved
    | drill.DrillEnded
    | glass.GlassBroken
    | glass.GlassReviewed
    | dialogue.MessageReceived
    | dialogue.HelpAsked
    | dialogue.MessageSent
    | clock.Reminded
    | clock.Escalated
    | clock.NoticeSent
    | clock.NoticeFailed,
    Field(discriminator="type"),
]

FACTS: tuple[type[Fact], ...] = get_args(get_args(AnyFact)[0])


class Event(Frozen):
    """What stands in the ledger. `at`: when it happened; `recorded`: when it was decided, in the engine's time."""

    case: CaseRef
    seq: Positive
    at: Instant
    recorded: Instant
    actor: Code
    cause: CommandId
    """The command's id, or the obligation that fell due: one cause, one recording."""
    data: AnyFact

    @property
    def type(self) -> str:
        """The fact's type code."""
        return self.data.type


def moments() -> frozenset[str]:
    """Every name a routine may start or meet an obligation by, or tell somebody of."""
    return frozenset(name for fact in FACTS for name in (fact.name(), *fact.also))
