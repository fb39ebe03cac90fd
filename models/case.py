"""The case: everything later decisions need, and no narrative."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import Field

from models.glass import Glass
from models.message import CaseRef, Code, Day, Frozen, Instant, OrganisationCode, Sorted
from models.police_file import PoliceFile
from models.vocabulary.case import (
    Answer,
    CaseKind,
    ClosureReason,
    Confidence,
    ConflictLevel,
    Grade,
    Level,
    LinkReason,
    Stage,
    StageState,
)
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
)
from models.vocabulary.people import ConsentPurpose, Role, SharingGround
from models.vocabulary.support import MeasureKind, MeasureState
from models.worktime import Suspension


class RoutineRef(Frozen):
    """The adopted routine a case follows; the digest finds the stored text."""

    version: str
    digest: str


class IncidentFacts(Frozen):
    """What the incident is, in codes (domain §2). Never free text, never about health, belief or party."""

    kinds: tuple[IncidentKind, ...] = ()
    channels: tuple[IncidentChannel, ...] = ()
    purposes: tuple[Purpose, ...] = ()
    places: tuple[Place, ...] = ()
    matter: Matter = Matter.UNKNOWN
    actor_category: ActorCategory = ActorCategory.UNKNOWN
    actor_identity: ActorIdentity = ActorIdentity.UNKNOWN
    assignments: tuple[Assignment, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    substantial_assignment: Answer = Answer.UNKNOWN
    """Full time or a considerable part of it: the legal duty of KL 4:18 a (domain §0.1)."""
    protected_identity: Answer = Answer.UNKNOWN
    affected_known: bool = True
    anonymous: bool = False
    danger_now: bool = False
    meeting_day: Day | None = None
    """The day of the decision or meeting the matter leads to."""


class StageRecord(Frozen):
    """State of one stage, and why if it was waived."""

    state: StageState = StageState.PENDING
    reason: Code | None = None


class Pace(Frozen):
    """The level that sets the deadlines from `at` on: presumed until a human has set one."""

    level: Level
    at: Instant


class Assessment(Frozen):
    """One version of the risk assessment. Never overwritten (domain §3.3 rule 5)."""

    number: int
    level: Level
    floor: Level
    at: Instant
    by: Code
    needs_second: bool
    takes_effect: bool
    """False while a lowering waits for its second person."""
    approved_by: Code | None = None
    rejected_by: Code | None = None
    overtaken: bool = False
    """Something new happened since: a lowering that still waits can only be rejected, and the risk assessed anew."""

    @property
    def waiting(self) -> bool:
        """Nobody has given the second opinion yet."""
        return self.needs_second and self.approved_by is None and self.rejected_by is None


class Risk(Frozen):
    """The current view of the risk."""

    factors: dict[str, Answer] = Field(default_factory=dict)
    confidence: Confidence | None = None
    assessments: tuple[Assessment, ...] = ()
    grade: Grade | None = None
    conflict: ConflictLevel | None = None
    protection_decided: bool = False

    @property
    def latest(self) -> Assessment | None:
        """The newest assessment, in force or not."""
        return self.assessments[-1] if self.assessments else None


class MeasureRecord(Frozen):
    """One measure of the support plan."""

    id: Code
    kind: MeasureKind
    state: MeasureState
    owner: Role

    @property
    def settled(self) -> bool:
        """Nothing remains to be done before closure (domain §4.4)."""
        return self.state in {MeasureState.DECLINED, MeasureState.ENDED, MeasureState.STANDING}


class InformationTask(Frozen):
    """Something to find out; what exactly stands in the ledger."""

    id: Code
    opened: Instant
    done: Instant | None = None


class Link(Frozen):
    """A tie to another case. Cases of different people are linked, never merged (domain §4.5)."""

    case: CaseRef
    reason: LinkReason


class HandOver(Frozen):
    """An offer to another organisation, waiting for its answer (domain §4.5)."""

    to: OrganisationCode
    offered: Instant
    ground: SharingGround | None = None
    accepted: Instant | None = None


class Closing(Frozen):
    """The proposal to close, and the closing itself."""

    proposed: Instant
    reason: ClosureReason
    affected_informed: Instant | None = None
    lesson_recorded: bool = False
    closed: Instant | None = None


class Case(Frozen):
    """State of one case after its last event. Built by `evolve` alone."""

    ref: CaseRef
    organisation: OrganisationCode
    kind: CaseKind
    routine: RoutineRef
    seq: int = 0
    reported: Instant
    updated: Instant
    incident: IncidentFacts = IncidentFacts()
    stages: dict[Stage, StageRecord]
    level: Level | None = None
    paces: tuple[Pace, ...]
    risk: Risk = Risk()
    police: PoliceFile = PoliceFile()
    support_agreed: bool = False
    measures: tuple[MeasureRecord, ...] = ()
    tasks: tuple[InformationTask, ...] = ()
    handler: Code | None = None
    named: Sorted[Code] = frozenset()
    """With protected identity: the only people who may see the case (domain §6.4)."""
    blocked_people: Sorted[Code] = frozenset()
    blocked_roles: Sorted[Role] = frozenset()
    """Conflict of interest, jäv (domain §1.2)."""
    deputised: bool = False
    """The head of security could not be reached: the deputy hears of the case, and may therefore see it."""
    glasses: tuple[Glass, ...] = ()
    """Each time somebody broke the glass to see it."""
    consents: Sorted[ConsentPurpose] = frozenset()
    unanswered: dict[Code, Instant] = Field(default_factory=dict)
    """Since when those who have written wait for an answer, by their report."""
    reports: tuple[Code, ...] = ()
    evidence: tuple[Code, ...] = ()
    links: tuple[Link, ...] = ()
    hand_over: HandOver | None = None
    closing: Closing | None = None
    reopenings: int = 0
    last_incident: Instant
    """The actor was last heard of; the quiet period runs from here (domain §4.4)."""
    moments: dict[str, tuple[Instant, ...]] = Field(default_factory=dict)
    rungs: dict[str, int] = Field(default_factory=dict)
    """Per obligation: how many of its reminders and escalations are done."""
    extensions: dict[str, Instant] = Field(default_factory=dict)
    accepted: Sorted[Code] = frozenset()
    """Who has taken responsibility since the alarm was last raised."""
    suspensions: tuple[Suspension, ...] = ()
    suspended_spent: timedelta = timedelta(0)
    drill: bool = False
    """An exercise: every message says so, and nothing of it counts."""

    @property
    def pace(self) -> Level:
        """The level that sets the deadlines now."""
        return self.paces[-1].level

    def suspended(self, now: datetime) -> bool:
        """Whether the clock of what may wait stands still now."""
        return bool(self.suspensions) and self.suspensions[-1].end > now

    @property
    def triaged_away(self) -> bool:
        """Looked at, and not opened: only registered, referred, or a false alarm."""
        return self.stages[Stage.RISK].state is StageState.WAIVED

    @property
    def closed(self) -> bool:
        """The case has been closed and not reopened."""
        return self.closing is not None and self.closing.closed is not None

    @property
    def headline(self) -> Stage | None:
        """First stage neither done nor waived; None when closed (architecture §3)."""
        if self.closed:
            return None
        for stage in Stage:
            if self.stages[stage].state in {StageState.PENDING, StageState.OPEN}:
                return stage
        return Stage.CLOSURE

    @property
    def receiver(self) -> str | None:
        """The organisation it is handed over to, whether or not it has answered."""
        return self.hand_over.to if self.hand_over else None

    @property
    def protected(self) -> bool:
        """Protected identity: named people only (domain §6.4)."""
        return self.incident.protected_identity is Answer.YES

    @staticmethod
    def opened(*stages: Stage) -> dict[Stage, StageRecord]:
        """These stages as open; merge into `stages`."""
        return dict.fromkeys(stages, StageRecord(state=StageState.OPEN))

    @staticmethod
    def pending(*stages: Stage) -> dict[Stage, StageRecord]:
        """These stages as not yet begun."""
        return dict.fromkeys(stages, StageRecord())

    @staticmethod
    def done(*stages: Stage) -> dict[Stage, StageRecord]:
        """These stages as done."""
        return dict.fromkeys(stages, StageRecord(state=StageState.DONE))

    @staticmethod
    def waived(reason: str, *stages: Stage) -> dict[Stage, StageRecord]:
        """These stages as waived, with the reason."""
        return dict.fromkeys(stages, StageRecord(state=StageState.WAIVED, reason=reason))

    def measure(self, identifier: str) -> MeasureRecord | None:
        """The measure with this id, if there is one."""
        return next((measure for measure in self.measures if measure.id == identifier), None)

    def task(self, identifier: str) -> InformationTask | None:
        """The information task with this id, if there is one."""
        return next((task for task in self.tasks if task.id == identifier), None)

    def first(self, moment: str) -> datetime | None:
        """When this moment first came, if it has."""
        times = self.moments.get(moment)
        return times[0] if times else None
