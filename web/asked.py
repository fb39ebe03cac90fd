"""The questions themselves, in order: about an incident, or about a matter where nothing has happened yet."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from models.vocabulary.case import Answer, CaseKind
from models.vocabulary.incident import (
    ActorCategory,
    ActorIdentity,
    Assignment,
    Consequence,
    IncidentChannel,
    IncidentKind,
    Matter,
    Place,
    Purpose,
    Wish,
)
from web.questions import START, Choice, Groups, Line, Moments, Question, Screen

if TYPE_CHECKING:
    from web.form import Form


class Subject(StrEnum):
    """Who the report is about."""

    SELF = "self"
    KNOWN = "known"
    """Somebody else, and it is known who."""
    UNKNOWN = "unknown"


def _all(codes: Iterable[StrEnum], *but: StrEnum) -> Groups:
    return (("", tuple(code for code in codes if code not in but)),)


def _answer(field: str, legend: str = "", hint: str = "") -> Choice:
    return Choice(field, legend, _all(Answer), several=False, hint=hint)


_KINDS = IncidentKind
_KIND_GROUPS: Groups = (
    (
        "report.kinds_threats",
        (
            _KINDS.THREAT_EXPLICIT,
            _KINDS.THREAT_DEATH,
            _KINDS.THREAT_VEILED,
            _KINDS.THREAT_RELATIVE,
            _KINDS.THREAT_PROPERTY,
            _KINDS.THREAT_MEETING,
        ),
    ),
    (
        "report.kinds_hate",
        (
            _KINDS.ABUSE,
            _KINDS.PILE_ON,
            _KINDS.HATE_CRIME,
            _KINDS.SEXUAL,
            _KINDS.DEFAMATION,
            _KINDS.COLLEAGUE,
            _KINDS.CONTACT_FLOOD,
        ),
    ),
    (
        "report.kinds_close",
        (
            _KINDS.STALKING,
            _KINDS.DOXING,
            _KINDS.VISITED_PRIVATELY,
            _KINDS.DELIVERY,
            _KINDS.IMAGE_MANIPULATION,
            _KINDS.IMPERSONATION,
            _KINDS.FALSE_ORDERS,
            _KINDS.INTRUSION,
        ),
    ),
    (
        "report.kinds_violence",
        (
            _KINDS.VIOLENCE,
            _KINDS.VIOLENCE_SERIOUS,
            _KINDS.DAMAGE,
            _KINDS.ARSON_EXPLOSIVES,
            _KINDS.THEFT,
        ),
    ),
    ("report.kinds_other", (_KINDS.BRIBE_ATTEMPT, _KINDS.WORRY)),
)
_REGIONAL = tuple(one for one in Assignment if one.startswith("regional"))
_BOTH = (Assignment.AUDITOR, Assignment.GROUP_LEADER, Assignment.CANDIDATE, Assignment.JOINT_AUTHORITY)
_LOCAL = tuple(one for one in Assignment if one not in {*_REGIONAL, *_BOTH, Assignment.UNKNOWN})

_SUBJECTS: dict[str, str] = {
    Subject.SELF: "report.subject_self",
    Subject.KNOWN: "report.subject_known",
    Subject.UNKNOWN: "report.subject_unknown",
}
_CASE_KINDS: dict[str, str] = {CaseKind.INCIDENT: "report.kind_incident", CaseKind.PREVENTION: "report.kind_prevention"}
SUBJECT = Choice("subject", "", _all(Subject), several=False, own=_SUBJECTS)
KIND = Choice("kind", "report.kind", _all(CaseKind), several=False, own=_CASE_KINDS, usual=CaseKind.PREVENTION)
ASSIGNMENT = Question(
    "assignment",
    "report.assignment",
    (
        Choice(
            "assignments",
            groups=(
                ("report.assignment_local", _LOCAL),
                ("report.assignment_regional", _REGIONAL),
                ("report.assignment_both", _BOTH),
            ),
        ),
        _answer("substantial_assignment", "report.substantial", "report.substantial_hint"),
    ),
)
MATTER = Question("matter", "report.matter", (Choice("matter", "", _all(Matter), several=False),), "report.matter_hint")
HELP = Question(
    "help",
    "report.help",
    (
        Choice("wishes", "report.wishes", _all(Wish)),
        _answer("may_contact_party", "report.party", "report.party_hint"),
    ),
)
PROTECTION = Question(
    "protection",
    "report.protection",
    (
        _answer("protected_identity"),
        Line("secure_inbox", "report.secure_inbox", "report.secure_inbox_hint"),
        Line("other", "report.other_way", "report.other_way_hint"),
    ),
    "report.protection_hint",
    "report.protection_after",
)
PREVENTION = Question(
    "prevention",
    "report.prevention",
    (KIND, Moments(("meeting_day",))),
    "report.prevention_hint",
    "report.prevention_after",
)

INCIDENT_QUESTIONS = (
    Question("subject", "report.subject", (SUBJECT,), "report.subject_hint", "report.subject_after"),
    PROTECTION,
    Question("when", "report.when", (Moments(("from_day", "from_time", "to_day", "to_time")),), "report.when_hint"),
    Question("where", "report.where", (Choice("places", "", _all(Place, Place.UNKNOWN)),)),
    Question("channel", "report.channel", (Choice("channels", "", _all(IncidentChannel, IncidentChannel.UNKNOWN)),)),
    Question("kinds", "report.kinds", (Choice("kinds", groups=_KIND_GROUPS),), "report.kinds_hint"),
    Question(
        "who",
        "report.who",
        (
            Choice("actor_identity", "report.who_known", _all(ActorIdentity), several=False),
            Choice("actor_category", "report.who_kind", _all(ActorCategory), several=False),
        ),
        "report.who_hint",
    ),
    Question("purpose", "report.purpose", (Choice("purposes", "", _all(Purpose, Purpose.UNKNOWN)),)),
    MATTER,
    ASSIGNMENT,
    Question(
        "effect",
        "report.effect",
        (
            Choice("consequences", "", _all(Consequence, Consequence.UNKNOWN)),
            _answer("relatives_affected", "report.relatives"),
        ),
        "report.effect_hint",
    ),
    Question(
        "before",
        "report.before",
        (_answer("first_time", "report.first_time"), _answer("police_already", "report.police")),
    ),
    HELP,
)
PREVENTION_QUESTIONS = (PREVENTION, MATTER, ASSIGNMENT, HELP)


def is_prevention(form: Form) -> bool:
    """Whether it is about a political matter where nothing has happened yet."""
    return KIND.chosen(form) == [CaseKind.PREVENTION]


def questions(form: Form) -> tuple[Question, ...]:
    """What is asked, in order, given what has been said."""
    return PREVENTION_QUESTIONS if is_prevention(form) else INCIDENT_QUESTIONS


def screen(form: Form, step: str) -> Screen:
    """The screen for a step; the first if there is no such step."""
    asked = PREVENTION_QUESTIONS if step == PREVENTION.code else questions(form)
    found = Screen(START, asked)
    return Screen(step, asked) if step in found.steps else found
