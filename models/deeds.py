"""What people did in a case, as the commands that led to it: so that it can be decided once more, by other rules."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from models.message import CLOCK, WORLD, Actor
from models.outside import OUTSIDE
from models.stages import (
    casework,
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
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from models.case import Case
    from models.events import Event
    from models.message import Command, Fact

LED_BY: dict[type[Fact], type[Command]] = {
    intake.Triaged: intake.Triage,
    intake.AffectedContacted: intake.ContactAffected,
    intake.AffectedIdentified: intake.IdentifyAffected,
    information.InformationAsked: information.AskInformation,
    information.InformationAnswered: information.AnswerInformation,
    risk.RiskAssessed: risk.AssessRisk,
    risk.RiskApproved: risk.Approve,
    risk.RiskRejected: risk.Approve,
    risk.ProtectionDecided: risk.DecideProtection,
    risk.IncidentAdded: risk.AddIncident,
    police.PoliceDecided: police.RecordPolice,
    police.PoliceUpdated: police.UpdatePolice,
    support.SupportAgreed: support.AgreeSupport,
    support.MeasureUpdated: support.UpdateMeasure,
    support.FollowedUp: support.LogFollowUp,
    closure.ClosureProposed: closure.ProposeClosure,
    closure.Closed: closure.Close,
    closure.Reopened: closure.Reopen,
    casework.NoteAdded: casework.AddNote,
    casework.EvidenceAdded: casework.AddEvidence,
    casework.Assigned: casework.Assign,
    casework.Linked: casework.LinkCase,
    casework.Unlinked: casework.LinkCase,
    casework.ReportMerged: casework.MergeReport,
    casework.ReportUnmerged: casework.MergeReport,
    casework.RoleBlocked: casework.BlockRole,
    consent.ConsentGiven: consent.GiveConsent,
    consent.ConsentWithdrawn: consent.WithdrawConsent,
    correction.Corrected: correction.Correct,
    handover.HandedOver: handover.HandOverCase,
    handover.HandOverAccepted: handover.AcceptHandOver,
    handover.HandOverReturned: handover.AcceptHandOver,
    deadlines.DeadlineExtended: deadlines.ExtendDeadline,
    deadlines.Suspended: deadlines.Suspend,
    deadlines.Resumed: deadlines.Suspend,
    deadlines.StageWaived: deadlines.WaiveStage,
    deadlines.Acknowledged: deadlines.Acknowledge,
    deadlines.EscalatedByHand: deadlines.Escalate,
    deadlines.RoutineMoved: deadlines.MoveRoutine,
    drill.DrillEnded: drill.EndDrill,
    glass.GlassBroken: glass.BreakGlass,
    glass.GlassReviewed: glass.ReviewGlass,
    dialogue.MessageReceived: dialogue.WriteMessage,
    dialogue.HelpAsked: dialogue.AskHelp,
    dialogue.MessageSent: dialogue.AnswerMessage,
}
"""The command that a fact answers first. What follows from it (a level, a clock that runs again) is decided anew."""

_OTHERWISE: dict[type[Fact], Callable[[Any], dict[str, object]]] = {
    risk.RiskApproved: lambda fact: {"approved": True},  # noqa: ARG005 - one signature
    risk.RiskRejected: lambda fact: {"approved": False},  # noqa: ARG005
    casework.Linked: lambda fact: {"case": fact.other},
    casework.Unlinked: lambda fact: {"case": fact.other, "unlink": True},
    casework.ReportUnmerged: lambda fact: {"unmerge": True},  # noqa: ARG005
    handover.HandOverAccepted: lambda fact: {"accepted": True},  # noqa: ARG005
    handover.HandOverReturned: lambda fact: {"accepted": False},  # noqa: ARG005
    deadlines.StageWaived: lambda fact: {"undo": fact.undone},
    deadlines.EscalatedByHand: lambda fact: {"rung": fact.rung + 1},
    # Its number is that of an event, and events may be numbered otherwise.
    glass.GlassReviewed: lambda fact: {"glass": None},  # noqa: ARG005
}
"""Fields that a command has otherwise than the fact."""


EVERYTHING = frozenset(Role)


class Deed(NamedTuple):
    """What one person did at one time (UTC), and what the ledger has of it."""

    at: datetime
    actor: str
    command: Command
    events: tuple[Event, ...]


def deeds(events: Sequence[Event]) -> Iterator[Deed]:
    """The deeds of people in order, of whatever the ledger has; the clock's and the world's are none."""
    theirs = (event for event in events if event.seq > 1 and event.actor not in {CLOCK, WORLD})
    for (cause, actor, at), together in groupby(theirs, key=lambda event: (event.cause, event.actor, event.recorded)):
        its = tuple(together)
        yield Deed(at, actor, _command(cause, its), its)


def _command(cause: str, events: Sequence[Event]) -> Command:
    first = events[0]
    fact = first.data
    kind = LED_BY[type(fact)]
    fields: dict[str, Any] = {"id": cause, "at": first.at if kind.backdates and first.at != first.recorded else None}
    names = kind.model_fields.keys() & type(fact).model_fields.keys() - {"type"}
    fields |= {name: getattr(fact, name) for name in names}
    if other := _OTHERWISE.get(type(fact)):
        fields |= other(fact)
    for event in events[1:]:
        if isinstance(event.data, police.RestrainingOrderRecorded):
            order = event.data
            fields["restraining_order"] = order.state
            fields |= {"restraining_order_kind": order.kind, "restraining_order_until": order.until}
    # It was read strictly when it was written.
    return kind.model_construct(**fields)


def presumed_actor(deed: Deed, case: Case) -> Actor:
    """Who did it, held to have the right to it: that was asked when it was done, and the ledger keeps no roles."""
    fact = deed.events[0].data
    if isinstance(fact, glass.GlassBroken):
        held: frozenset[Role] = frozenset()  # whoever sees all need not break anything
    else:
        held = frozenset({OUTSIDE[deed.actor]}) if deed.actor in OUTSIDE else EVERYTHING - case.blocked_roles
    answers = isinstance(deed.command, handover.AcceptHandOver) and case.hand_over is not None
    organisation = case.hand_over.to if answers and case.hand_over else case.organisation
    return Actor.model_construct(id=deed.actor, organisation=organisation, roles=held)
