"""A report: what somebody said. What happened and a way to reach the person are required (domain §4.3)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Annotated, Self

from pydantic import StringConstraints, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from models.case import IncidentFacts
from models.message import Day, Frozen, Instant, Narrative, OrganisationCode, Text
from models.refusal import BadInput, Problem
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

REPORT_LIMIT = 256 * 1024
"""Bytes of one report as JSON. Evidence is uploaded apart."""
CLOCK_SLACK = timedelta(minutes=5)
"""How far a reporter's clock may run ahead before a time counts as the future."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), Narrative()]


class Reach(Frozen):
    """How to reach the person safely. One way is enough."""

    name: Line | None = None
    telephone: Line | None = None
    email: Line | None = None
    secure_inbox: Line | None = None
    other: Line | None = None
    safe_time: Line | None = None
    """When it is safe to be in touch, in the person's own words."""

    @property
    def possible(self) -> bool:
        """There is at least one way to be in touch."""
        return any((self.telephone, self.email, self.secure_inbox, self.other))


class Report(Frozen):
    """One report to the organisation, never called a police report (domain §12)."""

    organisation: OrganisationCode
    kind: CaseKind = CaseKind.INCIDENT
    what: Text
    reach: Reach = Reach()
    anonymous: bool = False
    """Can be registered, but nobody can be contacted or supported; the receipt says so."""
    danger_now: bool = False
    for_another: bool = False
    affected_known: bool = True
    occurred_from: Instant | None = None
    occurred_to: Instant | None = None
    kinds: tuple[IncidentKind, ...] = ()
    channels: tuple[IncidentChannel, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    places: tuple[Place, ...] = ()
    matter: Matter = Matter.UNKNOWN
    assignments: tuple[Assignment, ...] = ()
    substantial_assignment: Answer = Answer.UNKNOWN
    actor_category: ActorCategory = ActorCategory.UNKNOWN
    actor_identity: ActorIdentity = ActorIdentity.UNKNOWN
    consequences: tuple[Consequence, ...] = ()
    first_time: Answer = Answer.UNKNOWN
    relatives_affected: Answer = Answer.UNKNOWN
    police_already: Answer = Answer.UNKNOWN
    protected_identity: Answer = Answer.UNKNOWN
    may_contact_party: Answer = Answer.UNKNOWN
    wishes: tuple[Wish, ...] = ()
    meeting_day: Day | None = None

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if not self.anonymous and not self.reach.possible:
            raise PydanticCustomError("unreachable", "say how to reach the person, or mark the report as anonymous")
        if self.kind is CaseKind.PREVENTION and self.meeting_day is None:
            raise PydanticCustomError("no_meeting_day", "a preventive case needs the day of the meeting or decision")
        if self.occurred_from and self.occurred_to and self.occurred_to < self.occurred_from:
            raise PydanticCustomError("ends_before_start", "occurred_to is before occurred_from")
        return self

    def incident(self) -> IncidentFacts:
        """The codes of the report, without a word of its text."""
        return IncidentFacts(
            kinds=self.kinds or ((IncidentKind.PREVENTION,) if self.kind is CaseKind.PREVENTION else ()),
            channels=self.channels,
            purposes=self.purposes,
            places=self.places,
            matter=self.matter,
            actor_category=self.actor_category,
            actor_identity=self.actor_identity,
            assignments=self.assignments,
            consequences=self.consequences,
            substantial_assignment=self.substantial_assignment,
            protected_identity=self.protected_identity,
            affected_known=self.affected_known,
            anonymous=self.anonymous,
            danger_now=self.danger_now,
            meeting_day=self.meeting_day,
        )


def read_report(text: str | bytes, received: datetime) -> Report:
    """Read a report from JSON.

    :param text: the report as JSON, at most `REPORT_LIMIT` bytes.
    :param received: when it came in (UTC); nothing may have happened after that.
    :raises BadInput: naming each field that is wrong.
    """
    raw = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    if len(raw) > REPORT_LIMIT:
        raise BadInput(Problem(field="report", code="too_large", reason=f"{len(raw)} bytes, at most {REPORT_LIMIT}"))
    try:
        report = Report.model_validate_json(raw)
    except ValidationError as error:
        raise BadInput.from_validation(error) from None
    future = [
        Problem(field=field, code="in_the_future", reason="this time has not come yet")
        for field in ("occurred_from", "occurred_to")
        if (at := getattr(report, field)) is not None and at > received + CLOCK_SLACK
    ]
    if future:
        raise BadInput(*future)
    return report


def report_schema() -> str:
    """The JSON Schema of a report."""
    return json.dumps(Report.model_json_schema(), ensure_ascii=False, indent=2)
