"""When records end: which class a case has, when it may be destroyed, who may decide it (domain §8.4).

The times stand in the routine and need the archive authority's own decision. Nothing is destroyed by the clock: a list
is proposed by one person, approved by another, and each case on it must still be free then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from models.refusal import Refusal
from models.vocabulary.case import CaseKind, ClosureReason, Level
from models.vocabulary.people import Role
from models.vocabulary.police import PoliceDecision
from models.vocabulary.records import Obstacle, RetentionClass
from models.worktime import advance

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from models.case import Case
    from models.message import Actor
    from models.routine import Routine

SHORT = frozenset({
    ClosureReason.FALSE_ALARM, ClosureReason.DUPLICATE, ClosureReason.MISREGISTERED, ClosureReason.DRILL,
})  # fmt: skip
"""Nothing came of it, or it is another case's."""
REPORTED = frozenset({
    PoliceDecision.REPORTED_BY_AFFECTED, PoliceDecision.REPORTED_BY_ORGANISATION, PoliceDecision.REPORTED_BY_OTHER,
    PoliceDecision.ALREADY_REPORTED,
})  # fmt: skip

PROPOSERS = frozenset({Role.ARCHIVIST})
APPROVERS = frozenset({Role.ARCHIVIST, Role.CHIEF_EXECUTIVE, Role.CHANCELLERY_CHIEF, Role.SECURITY_CHIEF})
"""Whoever of them did not propose the list."""
HOLDERS = frozenset({
    Role.ARCHIVIST, Role.SECURITY_CHIEF, Role.DEPUTY, Role.LEGAL_COUNSEL, Role.DATA_PROTECTION_OFFICER, Role.AUDITOR,
})  # fmt: skip
"""May have a case kept. Whoever may do that may also end it: with a reference, and it stays on record."""


FORGOTTEN = timedelta(days=90)
"""So long after its time a case need not be archived any more: the engine, which forgets, has nothing to archive."""


@dataclass(frozen=True, slots=True)
class Retention:
    """What holds for one case at one time."""

    kind: RetentionClass
    closed: datetime | None
    ends: datetime | None
    """When its time is over (UTC); None while it is open, or if it is kept for ever."""
    obstacles: tuple[Obstacle, ...]

    @property
    def free(self) -> bool:
        """Nothing stands against destroying it."""
        return not self.obstacles


def retention_class(case: Case) -> RetentionClass:
    """By what the case was: reported to the police, or ever high; a matter without personal data as long as those."""
    if case.closing is not None and case.closing.reason is ClosureReason.DRILL:
        return RetentionClass.FALSE_ALARM
    if case.police.decision in REPORTED or case.police.restraining_order is not None:
        return RetentionClass.HIGH_OR_POLICE
    if case.closing is not None and case.closing.reason in SHORT:
        return RetentionClass.FALSE_ALARM
    # The first pace is only presumed from the report.
    levels = {one.level for one in case.risk.assessments} | {pace.level for pace in case.paces[1:]} | {case.level}
    serious = not levels.isdisjoint({Level.HIGH, Level.ACUTE})
    return RetentionClass.HIGH_OR_POLICE if serious or case.kind is CaseKind.PREVENTION else RetentionClass.OTHER


def retention(
    case: Case, routines: Sequence[Routine], now: datetime, *, held: bool = False, archived: bool = True
) -> Retention:
    """Class, end and obstacles of a case.

    :param routines: the one it follows, and the one in force: the longer time of them holds.
    :param now: UTC.
    :param held: somebody has it kept.
    :param archived: its history was archived and read back.
    """
    kind = retention_class(case)
    closed = case.closing.closed if case.closing else None
    terms = [(getattr(routine.retention, kind), routine) for routine in routines]
    preserved = any(term.is_none for term, _ in terms)
    ends = None
    if closed is not None and not preserved:
        ends = max(advance(closed, term, routine.calendar) for term, routine in terms)

    def obstacles() -> Iterator[Obstacle]:
        if closed is None:
            yield Obstacle.OPEN
            return
        if held:
            yield Obstacle.ON_HOLD
        if any(now <= advance(closed, one.closure.reopen_window, one.calendar) for one in routines):
            yield Obstacle.MAY_REOPEN
        if ends is None:
            yield Obstacle.PRESERVED
        elif now < ends:
            yield Obstacle.RETAINED
        if not archived and (ends is None or now < ends + FORGOTTEN):
            yield Obstacle.NOT_ARCHIVED

    return Retention(kind, closed, ends, tuple(obstacles()))


def all_kept(closed: datetime, routine: Routine, now: datetime) -> bool:
    """Whether each case that was closed at this time or later is kept still, whatever it was.

    :param routine: the one in force: that which a case follows can only make its time longer.
    """
    terms = [getattr(routine.retention, kind) for kind in RetentionClass]
    return all(term.is_none or now < advance(closed, term, routine.calendar) for term in terms)


def refuse_to_propose(actor: Actor) -> None:
    """Raise `Refusal` unless somebody may propose a destruction list."""
    refuse_unless(actor, PROPOSERS)


def refuse_to_hold(actor: Actor) -> None:
    """Raise `Refusal` unless somebody may have a case kept, and end that."""
    refuse_unless(actor, HOLDERS)


def refuse_to_approve(actor: Actor, proposed_by: str) -> None:
    """Raise `Refusal` unless somebody may approve a list, or take a case off it: never whoever proposed it."""
    refuse_unless(actor, APPROVERS)
    if actor.id == proposed_by:
        raise Refusal("own_destruction_list", "list")


def refuse_obstacles(found: Collection[Obstacle], ref: str) -> None:
    """Raise `Refusal` if something stands against destroying a case, naming all of it."""
    if found:
        raise Refusal("may_not_destroy", "case", case=ref, obstacles=", ".join(found))


def refuse_unless(actor: Actor, roles: frozenset[Role]) -> None:
    """Raise `Refusal` unless somebody holds one of these roles."""
    if actor.roles.isdisjoint(roles):
        raise Refusal("not_allowed_to_destroy", "actor")
