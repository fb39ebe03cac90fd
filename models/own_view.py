"""What the page of a receipt code may say: what is on the lists here, and of officers' words their letters alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from models.obligations import Obligation, obligations
from models.possible import possible
from models.refusal import Refusal
from models.stages.casework import EvidenceAdded, ReportMerged
from models.stages.dialogue import HelpAsked, MessageReceived, MessageSent
from models.stages.intake import Reported
from models.vocabulary.case import ClosureReason
from models.vocabulary.incident import IncidentChannel
from models.vocabulary.own import OwnAdvice, OwnEnding, OwnPromise, OwnStep
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from models.case import Case, IncidentFacts
    from models.events import Event
    from models.outside import Holder
    from models.routine import Routine
    from models.vocabulary.incident import Wish
    from models.vocabulary.people import ConsentPurpose

STEPS: dict[str, OwnStep] = {
    # Of a fact that is several moments the first one here counts.
    "reopened": OwnStep.REOPENED,
    "reported": OwnStep.RECEIVED,
    "triaged": OwnStep.READ,
    "assigned": OwnStep.HANDLER,
    "contact_attempted": OwnStep.TRIED,
    "follow_up_missed": OwnStep.TRIED,
    "affected_contacted": OwnStep.CONTACTED,
    "risk_assessed": OwnStep.ASSESSED,
    "protection_decided": OwnStep.PROTECTION,
    "evidence_added": OwnStep.EVIDENCE,
    "police_reported": OwnStep.POLICE_REPORTED,
    "police_consulted": OwnStep.POLICE_CONSULTED,
    "police_declined": OwnStep.POLICE_DECLINED,
    "police_updated": OwnStep.POLICE_CHECKED,
    "support_declined": OwnStep.SUPPORT_DECLINED,
    "support_agreed": OwnStep.SUPPORT_AGREED,
    "measure_carried_out": OwnStep.MEASURE,
    "followed_up": OwnStep.FOLLOWED_UP,
    "consent_given": OwnStep.CONSENT_GIVEN,
    "consent_withdrawn": OwnStep.CONSENT_WITHDRAWN,
    "handover_accepted": OwnStep.HANDED_OVER,
    "affected_informed": OwnStep.CLOSING_TOLD,
    "closed": OwnStep.CLOSED,
    "drill_ended": OwnStep.CLOSED,
}
PROMISES: dict[str, OwnPromise] = {
    "messages_answered": OwnPromise.ANSWER,
    "message_sent": OwnPromise.ANSWER,
    "affected_contacted": OwnPromise.CONTACT,
    "followed_up": OwnPromise.FOLLOW_UP,
    "support_agreed": OwnPromise.SUPPORT,
    "measure_carried_out": OwnPromise.SUPPORT,
}
"""An obligation that nothing but these can meet is owed to the person, whatever a municipality calls it."""
ENDINGS: dict[ClosureReason, OwnEnding] = {
    ClosureReason.QUIET_PERIOD: OwnEnding.QUIET,
    ClosureReason.HANDLED_BY_POLICE: OwnEnding.POLICE,
    ClosureReason.ACTOR_PROSECUTED: OwnEnding.POLICE,
    ClosureReason.REGISTERED_ONLY: OwnEnding.REGISTERED,
    ClosureReason.HANDED_OVER: OwnEnding.HANDED_OVER,
    ClosureReason.AFFECTED_DECLINES: OwnEnding.DECLINED,
}
ON_PAPER = frozenset({IncidentChannel.LETTER, IncidentChannel.PARCEL})
ON_A_SCREEN = frozenset(
    {
        IncidentChannel.SOCIAL_MEDIA,
        IncidentChannel.EMAIL,
        IncidentChannel.TEXT_MESSAGE,
        IncidentChannel.TELEPHONE,
        IncidentChannel.MEDIA_COMMENT,
        IncidentChannel.E_SERVICE,
    }
)


class Done(NamedTuple):
    """One thing that has been done, and when (UTC)."""

    code: OwnStep
    at: datetime


class Promised(NamedTuple):
    """What comes next, and by when (UTC). `late`: it should have come."""

    code: OwnPromise
    due: datetime
    late: bool


class Written(NamedTuple):
    """One message: theirs, or ours to them. `wishes`: the help that was asked for in it."""

    at: datetime
    ours: bool
    text: str
    wishes: tuple[Wish, ...] = ()


class Ended(NamedTuple):
    """That we have stopped, and why."""

    code: OwnEnding
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnView:
    """All that the page may say beside the person's own report."""

    role: Role
    """Affected, or the reporter of somebody else's case: they are told that it came in, and get answers."""
    done: tuple[Done, ...]
    promised: Promised | None
    messages: tuple[Written, ...]
    consents: frozenset[ConsentPurpose]
    wishes: tuple[Wish, ...]
    """The help asked for last on this page."""
    ended: Ended | None
    advice: tuple[OwnAdvice, ...]
    may: frozenset[str]
    """Names of the commands that the person may issue now."""


def own_view(case: Case, events: Sequence[Event], routine: Routine, now: datetime, holder: Holder) -> OwnView:
    """What whoever holds the receipt code of one report is told.

    :param events: all of the case, in order.
    :raises Refusal: `unknown_case`, if the report has left the case.
    """
    if holder.report not in case.reports:
        raise Refusal("unknown_case", "case")
    affected = holder.role is Role.AFFECTED
    messages = tuple(_messages(events, holder))
    closed = case.closing.closed if case.closing else None
    return OwnView(
        role=holder.role,
        done=tuple(_done(events) if affected else _received(events, holder)),
        promised=_promised(case, routine, now, holder),
        messages=messages,
        consents=case.consents if affected else frozenset(),
        wishes=next((one.wishes for one in reversed(messages) if one.wishes), ()),
        ended=Ended(ENDINGS.get(case.closing.reason, OwnEnding.OTHER), closed)
        if affected and case.closing and closed
        else None,
        advice=advice(case.incident) if affected else (),
        may=frozenset(kind.name() for kind in possible(case, holder.actor(case.organisation), routine, now)),
    )


def advice(incident: IncidentFacts) -> tuple[OwnAdvice, ...]:
    """How to look after what came this way; all of it, if nobody has said which way."""
    channels = set(incident.channels) - {IncidentChannel.UNKNOWN}
    left_out: set[OwnAdvice] = set()
    if channels and not channels & ON_PAPER:
        left_out |= {OwnAdvice.BAG_LETTERS, OwnAdvice.FINGERPRINTS}
    if channels and not channels & ON_A_SCREEN:
        left_out.add(OwnAdvice.KEEP_DIGITAL)
    return tuple(one for one in OwnAdvice if one not in left_out)


def _done(events: Sequence[Event]) -> Iterator[Done]:
    for event in events:
        fact, moments = event.data, event.data.moments()
        code = next((step for moment, step in STEPS.items() if moment in moments), None)
        nothing = isinstance(fact, EvidenceAdded) and fact.evidence is None
        if code is not None and not nothing:
            yield Done(code, event.at)


def _received(events: Sequence[Event], holder: Holder) -> Iterator[Done]:
    for event in events:
        if isinstance(event.data, Reported | ReportMerged) and event.data.report == holder.report:
            yield Done(OwnStep.RECEIVED, event.at)
            return


def _messages(events: Sequence[Event], holder: Holder) -> Iterator[Written]:
    for event in events:
        match event.data:
            case MessageReceived() | MessageSent() as fact if fact.report == holder.report:
                yield Written(event.at, isinstance(fact, MessageSent), fact.text or "")
            case HelpAsked() as fact if fact.report == holder.report:
                yield Written(event.at, ours=False, text=fact.text or "", wishes=fact.wishes)


def _promised(case: Case, routine: Routine, now: datetime, holder: Holder) -> Promised | None:
    """The next thing owed to this person: the earliest of what is open."""
    owed = [
        Promised(code, one.due, one.due <= now)
        for one in obligations(case, routine)
        if one.open and (code := _owed_to(one, case, holder)) is not None
    ]
    return min(owed, key=lambda one: one.due, default=None)


def _owed_to(owed: Obligation, case: Case, holder: Holder) -> OwnPromise | None:
    code = PROMISES.get(owed.rule.met_by[0])
    if not PROMISES.keys() >= set(owed.rule.met_by):
        return None
    if code is OwnPromise.ANSWER:
        return code if holder.report in case.unanswered else None
    return code if holder.role is Role.AFFECTED else None
