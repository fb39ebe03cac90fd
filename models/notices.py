"""Who is to be told of an event, how urgently. Roles only: the directory finds people at the moment of sending."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.message import Code, Frozen, Instant, OrganisationCode, Sorted
from models.notice_rule import Condition, NoticeRule, Row
from models.obligations import traits
from models.sight import head_of_security
from models.stages.clock import Escalated, NoticeFailed, Reminded
from models.stages.closure import Reopened
from models.stages.consent import ConsentGiven
from models.stages.deadlines import EscalatedByHand
from models.stages.glass import GlassBroken
from models.stages.intake import LevelChanged, Reported
from models.vocabulary.case import CaseKind, Level, Urgency
from models.vocabulary.incident import IncidentKind
from models.vocabulary.people import ConsentPurpose, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.case import Case
    from models.events import Event
    from models.message import Fact
    from models.obligation_rule import Ladder
    from models.routine import Routine

CONSENT: dict[Role, ConsentPurpose] = {
    Role.GROUP_LEADER: ConsentPurpose.GROUP_LEADER,
    Role.PARTY_SECURITY: ConsentPurpose.PARTY_SECURITY,
    Role.HR: ConsentPurpose.SUPPORT_PROVIDER,
    Role.OCCUPATIONAL_HEALTH: ConsentPurpose.SUPPORT_PROVIDER,
    Role.CRISIS_GROUP: ConsentPurpose.SUPPORT_PROVIDER,
    Role.VICTIM_SUPPORT: ConsentPurpose.SUPPORT_PROVIDER,
    Role.POLICE_LOCAL: ConsentPurpose.POLICE_CONTACT,
}
"""Which consent a role's notice waits for, where the routine says «if consent»."""


class Notice(Frozen):
    """One thing to tell one role. Content-free by rule: codes only (architecture §8)."""

    id: str
    """Case, event and role: the same event never tells the same role twice."""
    case: str
    organisation: OrganisationCode
    seq: int
    role: Role
    urgency: Urgency
    about: Code
    """The moment or obligation it is about."""
    level: Level
    due: Instant | None = None
    handler: Code | None = None
    only: Sorted[Code] = frozenset()
    """Nobody but these, if any: the people named in a case with protected identity."""
    never: Sorted[Code] = frozenset()
    """Blocked people (jäv)."""
    never_roles: Sorted[Role] = frozenset()
    """Blocked roles: nobody who holds one is told in another capacity either."""
    fallback: int = 0
    routine: str = ""
    """Digest of the routine, for the organisation's own names of things."""
    drill: bool = False
    """An exercise: the message says so."""
    invite: str = ""
    """Key of the obligation whose time is to be put in the role's calendar; empty for an ordinary notice."""


def notices(event: Event, case: Case, routine: Routine) -> list[Notice]:
    """Whom to tell of an event. `case` is the case after it."""
    told: dict[Role, Notice] = {}
    for role, urgency, about in _cells(event, case, routine):
        standing = _standing_in(role, case, routine)
        if standing is None or (standing in told and urgency.rank >= told[standing].urgency.rank):
            continue
        whoever = not case.protected or role in _unnamed(event, case, routine)
        if not whoever and not case.named:
            continue  # nobody is named yet: the head of security hears of it and names somebody
        told[standing] = Notice(
            id=f"{case.ref}.{event.seq}.{standing}",
            case=case.ref,
            organisation=case.organisation,
            seq=event.seq,
            role=standing,
            urgency=urgency,
            about=about,
            level=case.pace,
            due=event.data.due if isinstance(event.data, Reminded | Escalated) else None,
            handler=case.handler if standing is Role.HANDLER else None,
            only=frozenset() if whoever else case.named,
            never=case.blocked_people,
            never_roles=case.blocked_roles,
            fallback=event.data.fallback + 1 if isinstance(event.data, NoticeFailed) else 0,
            routine=case.routine.digest,
            drill=case.drill,
        )
    return list(told.values())


Cell = tuple[Role, Urgency, str]


def _cells(event: Event, case: Case, routine: Routine) -> Iterator[Cell]:
    fact = event.data
    match fact:
        case Escalated():
            yield from _rung(routine.ladder(fact.kind), fact.rung, case, fact.kind)
        case EscalatedByHand():
            yield from _rung(routine.escalation.ladder, fact.rung, case, fact.name())
        case Reminded():
            rule = routine.obligations.get(fact.kind)
            yield rule.owner if rule else Role.HANDLER, _pressing(case), fact.kind
        case NoticeFailed():
            ladder = _climbed(case, routine)
            if fact.fallback < len(ladder) - (fact.role in ladder):
                above = ladder.index(fact.role) + 1 if fact.role in ladder else 0
                yield ladder[above % len(ladder)], _pressing(case), fact.name()
        case Reported() | Reopened():
            yield from _applicable(_row(case.pace, case, routine), event, case, routine)
        case LevelChanged() if fact.level.rank > fact.previous.rank:
            before = _row(fact.previous, case, routine)
            after = _row(fact.level, case, routine)
            newly = {r: c for r, c in after.items() if before.get(r) != c or c.condition is Condition.ACUTE}
            yield from _applicable(newly, event, case, routine)
        case ConsentGiven():
            row = _row(case.pace, case, routine)
            waiting = {
                r: c for r, c in row.items() if c.condition is Condition.CONSENT and CONSENT.get(r) is fact.purpose
            }
            yield from _applicable(waiting, event, case, routine)
    yield from _always(fact, case)
    for moment in fact.moments():
        yield from _applicable(routine.notices.on.get(moment, {}), event, case, routine, about=moment)


def _always(fact: Fact, case: Case) -> Iterator[Cell]:
    """Whatever the routine says: of a broken glass hears who answers for the case, and who answers for the data."""
    if isinstance(fact, GlassBroken):
        yield Role.HANDLER if case.handler else head_of_security(case), Urgency.NOW, fact.name()
        yield Role.DATA_PROTECTION_OFFICER, Urgency.NOW, fact.name()


def _row(level: Level, case: Case, routine: Routine) -> Row:
    """The level's row for this case, with single roles overridden by what the case is."""
    matrix = routine.notices
    if case.kind is CaseKind.PREVENTION:
        return matrix.prevention[level]
    if case.protected:
        return matrix.protected
    row = dict(matrix.level[level])
    for trait in sorted(traits(case)):
        row |= matrix.traits.get(trait, {})
    return row


def _applicable(row: Row, event: Event, case: Case, routine: Routine, about: str | None = None) -> Iterator[Cell]:
    for role, rule in row.items():
        if rule.urgency is not None and _holds(rule, role, event, case, routine):
            yield role, rule.urgency, about or event.type


def _holds(rule: NoticeRule, role: Role, event: Event, case: Case, routine: Routine) -> bool:
    match rule.condition:
        case None:
            return True
        case Condition.CONSENT:
            return CONSENT.get(role) in case.consents
        case Condition.OUT_OF_HOURS:
            return routine.calendar.next_opening(event.recorded) != event.recorded
        case Condition.MEDIA:
            return "media" in traits(case)
        case Condition.ACUTE:
            return case.pace is Level.ACUTE
        case Condition.MEETING:
            return case.incident.meeting_day is not None or IncidentKind.THREAT_MEETING in case.incident.kinds


def _rung(ladder: Ladder, rung: int, case: Case, about: str) -> Iterator[Cell]:
    # The case may have moved to a routine with a shorter ladder in the meantime.
    for role in ladder[min(rung, len(ladder) - 1)]:
        # The presidium is told how many, never what: the last rung of the ladder (domain §1.4).
        yield role, Urgency.COUNT if role is Role.PRESIDIUM else _pressing(case), about


def _climbed(case: Case, routine: Routine) -> list[Role]:
    """The roles of the ladder in order, as they stand in this case; who is only told how many is of no help."""
    roles = (role for rung in routine.escalation.ladder for role in rung if role is not Role.PRESIDIUM)
    standing = (_standing_in(role, case, routine) for role in roles)
    return list(dict.fromkeys(role for role in standing if role is not None))


def _unnamed(event: Event, case: Case, routine: Routine) -> set[Role | None]:
    """Who hears of a case with protected identity without being named (domain §1.4).

    The head of security, or the deputy if she is not to be reached, the duty officer when it is acute, and of a broken
    glass the data-protection officer.
    """
    deputy = routine.notices.deputies.get(Role.SECURITY_CHIEF) if isinstance(event.data, NoticeFailed) else None
    officer = Role.DATA_PROTECTION_OFFICER if isinstance(event.data, GlassBroken) else None
    return {Role.SECURITY_CHIEF, deputy, officer, Role.DUTY_OFFICER if case.pace is Level.ACUTE else None}


def _pressing(case: Case) -> Urgency:
    return Urgency.PAGE if case.pace is Level.ACUTE else Urgency.NOW


def _standing_in(role: Role, case: Case, routine: Routine) -> Role | None:
    """The role itself, or its deputy if it is blocked in this case; None if that is blocked too."""
    if role is Role.HANDLER and case.handler is None:
        role = routine.first_handler
    seen: set[Role] = set()
    while role in case.blocked_roles:
        seen.add(role)
        deputy = routine.notices.deputies.get(role)
        if deputy is None or deputy in seen:
            return None
        role = deputy
    return role
