"""What the API answers with. Only ever extended, by fields with defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from models.case import Case
from models.events import AnyFact, Event
from models.message import CaseRef, Code, Frozen, Instant, OrganisationCode
from models.sight import Sight
from models.vocabulary.case import CaseKind, Level, Stage, StageState, Urgency
from models.vocabulary.people import Role
from models.worktime import Explanation

if TYPE_CHECKING:
    from desk.intake import Taken
    from desk.look import View
    from storage.cases import WorkItem
    from storage.notices import Delivery


class ReportAnswer(Frozen):
    """The answer to a report. It is kept from now on, whatever happens."""

    case: CaseRef
    receipt: str
    """For the reporter alone: with it they can follow what happens."""
    received: Instant
    repeated: bool
    """The same report with the same key had come before; this is the same answer."""
    started: bool
    """False if the engine is out of reach: the case begins by itself as soon as it can."""
    next: Instant | None = None
    """By when somebody looks at it first."""

    @classmethod
    def of(cls, taken: Taken) -> Self:
        """The answer to a report that was taken."""
        return cls.model_validate(taken.document())


class CaseLine(Frozen):
    """A case as it stands in a list."""

    case: CaseRef
    organisation: OrganisationCode
    kind: CaseKind
    stage: Stage | None
    """None when closed."""
    level: Level | None
    """None until a human has set one."""
    pace: Level
    """The level that sets the deadlines, presumed at first."""
    handler: Code | None = None
    """Only for those who may see the whole case."""
    opened: Instant
    updated: Instant
    closed: Instant | None
    next_due: Instant | None
    next_obligation: str | None
    drill: bool
    seq: int

    @classmethod
    def of(cls, item: WorkItem) -> Self:
        """The line of a work item."""
        known = cls.model_fields.keys() - {"case", "drill"}
        return cls.model_validate({"case": item.ref, "drill": item.drill} | {one: getattr(item, one) for one in known})


class CasePage(Frozen):
    """Some cases, most urgent first."""

    cases: tuple[CaseLine, ...]
    next: str | None = None
    """What to name as `after` for the following ones; none if these were the last."""


class ObligationDocument(Frozen):
    """One thing owed, and why exactly by then."""

    key: str
    kind: str
    stage: Stage
    owner: Role
    level: Level
    started: Instant
    due: Instant
    met: Instant | None
    state: str
    """open, overdue, met, late (met after its time) or lapsed."""
    rung: int
    """How many reminders and escalations were taken."""
    extended: bool
    explanation: Explanation


class ObligationList(Frozen):
    """All that is or was owed in a case, by due time."""

    case: CaseRef
    obligations: tuple[ObligationDocument, ...]

    @classmethod
    def of(cls, view: View) -> Self:
        """What is owed in the case as it was looked at."""
        from desk.look import owed_document  # noqa: PLC0415 - the documents do not hang on the desk

        found = (ObligationDocument.model_validate(owed_document(one, view.at)) for one in view.owed)
        return cls(case=view.case.ref, obligations=tuple(found))


class CaseDocument(Frozen):
    """One case as the caller may see it: now, or as it stood then."""

    case: CaseRef
    organisation: OrganisationCode
    kind: CaseKind
    drill: bool
    sight: Sight
    at: Instant
    """The time it is judged by."""
    seq: int
    """The last event it is built from; its entity tag."""
    stage: Stage | None
    stages: dict[Stage, StageState]
    level: Level | None
    pace: Level
    closed: bool
    state: Case | None = None
    """All of it, for those who may see the whole case."""

    @classmethod
    def of(cls, view: View) -> Self:
        """The case as it was looked at."""
        it = view.case
        return cls(
            case=it.ref,
            organisation=it.organisation,
            kind=it.kind,
            drill=it.drill,
            sight=view.sight,
            at=view.at,
            seq=it.seq,
            stage=it.headline,
            stages={stage: record.state for stage, record in it.stages.items()},
            level=it.level,
            pace=it.pace,
            closed=it.closed,
            state=it if view.whole else None,
        )


class EventDocument(Frozen):
    """One event of the ledger; who did what only for those who may see the whole case."""

    seq: int
    type: str
    recorded: Instant
    at: Instant | None = None
    actor: Code | None = None
    cause: str | None = None
    data: AnyFact | None = None

    @classmethod
    def of(cls, event: Event, *, whole: bool) -> Self:
        """An event as somebody may see it."""
        if not whole:
            return cls(seq=event.seq, type=event.type, recorded=event.recorded)
        return cls(
            seq=event.seq,
            type=event.type,
            recorded=event.recorded,
            at=event.at,
            actor=event.actor,
            cause=event.cause,
            data=event.data,
        )


class EventPage(Frozen):
    """Some events of a case, in order."""

    case: CaseRef
    sight: Sight
    events: tuple[EventDocument, ...]
    next: int | None = None
    """What to name as `after` for the following ones; none if these were the last."""


class NoticeDocument(Frozen):
    """What became of one notice to one person by one channel. Never an address."""

    notice: str
    about: str
    role: Role
    recipient: Code
    channel: str
    urgency: Urgency
    state: str
    queued: Instant
    changed: Instant | None
    due: Instant | None
    failure: str | None

    @classmethod
    def of(cls, one: Delivery) -> Self:
        """The document of a delivery."""
        return cls.model_validate(
            {name: getattr(one, name) for name in cls.model_fields if name != "state"} | {"state": str(one.state)}
        )


class NoticeList(Frozen):
    """Who was told of a case."""

    case: CaseRef
    notices: tuple[NoticeDocument, ...]
