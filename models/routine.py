"""What a municipality decided, as data (architecture §4). A case runs on the snapshot it was started with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from pydantic import Field, StringConstraints, ValidationError

from models import wording
from models.case import RoutineRef
from models.message import Code, Frozen, OrganisationCode, Sorted
from models.notice_rule import NoticeMatrix
from models.obligation_rule import Escalation, Ladder, ObligationRule, Step, Trait
from models.refusal import BadInput, Problem
from models.risk import RiskRule
from models.term import Term
from models.vocabulary.case import CaseKind, ClosureReason, Level
from models.vocabulary.incident import IncidentKind
from models.vocabulary.people import Role
from models.worktime import WorkCalendar


class Responsibility(StrEnum):
    """Who answers for officials outside the legal duty of KL 4:18 a: decided locally (domain §0.2)."""

    ORGANISATION = "organisation"
    SHARED = "shared"
    PARTY = "party"


class ClosureRule(Frozen):
    """When a case may be closed (domain §4.4)."""

    quiet: dict[Level, Term]
    quiet_when: dict[Trait, Term] = Field(default_factory=dict)
    """What a case is may ask for a longer quiet period than its level does."""
    notice: Term
    """How long before closing the affected person is told."""
    at_once: tuple[ClosureReason, ...]
    """Reasons that need no quiet period and no follow-up."""
    reopen_window: Term


_GLASS = Term.parse("PT1H")


class RetentionRule(Frozen):
    """How long what is kept after closure, needs the archive authority's decision (domain §8.4)."""

    high_or_police: Term
    other: Term
    false_alarm: Term


class Routine(Frozen):
    """One adopted version of an organisation's routine."""

    organisation: OrganisationCode
    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    version: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,30}$")]
    decision: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    """The decision it rests on: diary number and paragraph."""
    valid_from: date
    responsibility: Responsibility
    calendar: WorkCalendar
    wall_clock_levels: Sorted[Level]
    """Levels whose clocks run day and night and are never suspended or extended."""
    suspension_budget: Term
    roles: Sorted[Role]
    """Roles the organisation has staffed."""
    first_handler: Role
    """The role that has a case until somebody is assigned."""
    # Left out where nothing else is said: routines adopted before there was a break-glass keep their digests.
    break_glass: Annotated[Term, Field(exclude_if=lambda term: term == _GLASS)] = _GLASS
    """How long somebody may look who broke the glass."""
    obligations: Annotated[dict[Code, ObligationRule], Field(min_length=1)]
    escalation: Escalation
    notices: NoticeMatrix
    risk: RiskRule
    closure: ClosureRule
    retention: RetentionRule
    texts: dict[str, dict[str, str]] = Field(default_factory=dict)
    """Per language, local names of codes and own words for messages (`models.wording`)."""

    def model_copy(self, *, update: Mapping[str, object] | None = None, deep: bool = False) -> Self:
        """As pydantic's, but what was reckoned from the old fields, such as `ref`, is reckoned anew."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied

    @cached_property
    def ref(self) -> RoutineRef:
        """Version and digest: SHA-256 over the canonical text, so that equal routines have equal references."""
        canonical = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return RoutineRef(version=self.version, digest=hashlib.sha256(canonical.encode()).hexdigest())

    @cached_property
    def rules(self) -> dict[CaseKind, tuple[tuple[str, ObligationRule, tuple[Step, ...], timedelta], ...]]:
        """Per kind of case: name and rule of each obligation, its steps, and how often the last of them is repeated."""
        ladders = {name: rule.escalation or self.escalation for name, rule in self.obligations.items()}
        return {
            kind: tuple(
                (name, rule, ladders[name].steps(), ladders[name].repeat.length)
                for name, rule in self.obligations.items()
                if kind in rule.kinds
            )
            for kind in CaseKind
        }

    @cached_property
    def named_by(self) -> dict[str, frozenset[str]]:
        """Per moment: the obligations whose clocks it starts, meets or ends."""
        found: dict[str, frozenset[str]] = {}
        for name, rule in self.obligations.items():
            for moment in (*rule.starts, *rule.met_by, *rule.ends_by):
                found[moment] = found.get(moment, frozenset()) | {name}
        return found

    def ladder(self, obligation: str) -> Ladder:
        """The ladder of one obligation; the common one, if a newer routine no longer has it."""
        rule = self.obligations.get(obligation)
        return ((rule.escalation if rule else None) or self.escalation).ladder


def read_routine(document: Mapping[str, object], moments: frozenset[str]) -> Routine:
    """Read a routine from the parsed file, its calendar already expanded into days.

    :param moments: names of the moments that start and meet obligations.
    :raises BadInput: naming each key that is malformed or leaves a hole.
    """
    try:
        routine = Routine.model_validate_json(json.dumps(document, default=str))
    except ValidationError as error:
        raise BadInput.from_validation(error) from None
    holes = list(_holes(routine, moments))
    if holes:
        raise BadInput(*holes)
    return routine


def _holes(routine: Routine, moments: frozenset[str]) -> Iterator[Problem]:
    """What would leave somebody waiting: found when the routine is adopted, not at night."""
    yield from _moment_holes(routine, moments)
    yield from _level_holes(routine)
    yield from _clock_holes(routine)
    yield from _role_holes(routine)
    yield from wording.problems(routine, moments)
    for name in routine.risk.presumed:
        if name not in {"danger_now", *IncidentKind}:
            yield _hole(f"risk.presumed.{name}", "unknown_kind", f"no kind of incident is called {name}")


def _role_holes(routine: Routine) -> Iterator[Problem]:
    for field, role in _roles_named(routine):
        if role not in routine.roles | {Role.HANDLER}:
            yield _hole(field, "role_not_held", f"nobody holds the role {role}")
    if routine.first_handler not in routine.roles:
        yield _hole("first_handler", "role_not_held", f"nobody holds the role {routine.first_handler}")
    for role in sorted({Role.SECURITY_CHIEF, routine.first_handler}):
        if routine.notices.deputies.get(role) not in routine.roles - {role}:
            yield _hole(f"notices.deputies.{role}", "no_deputy", f"the role {role} has no other role as deputy")


def _roles_named(routine: Routine) -> Iterator[tuple[str, Role]]:
    """Each role that is told of something, with the key that says so."""
    ladders = {"escalation": routine.escalation}
    for name, rule in routine.obligations.items():
        yield f"obligations.{name}.owner", rule.owner
        if rule.escalation:
            ladders[f"obligations.{name}.escalation"] = rule.escalation
    for field, escalation in ladders.items():
        yield from ((f"{field}.ladder.{rung}", role) for rung, roles in enumerate(escalation.ladder) for role in roles)
    for field, row in routine.notices.rows().items():
        yield from ((f"notices.{field}.{role}", role) for role, cell in row.items() if cell.urgency)


def _moment_holes(routine: Routine, moments: frozenset[str]) -> Iterator[Problem]:
    for name, rule in routine.obligations.items():
        for field in ("starts", "met_by", "ends_by"):
            for moment in getattr(rule, field):
                if moment not in moments:
                    yield _hole(f"obligations.{name}.{field}", "unknown_moment", f"nothing is called {moment}")
        for field in ("starts", "met_by"):
            if not getattr(rule, field):
                yield _hole(f"obligations.{name}.{field}", "never", "nothing could start or meet it")
    for moment in routine.notices.on:
        if moment not in moments:
            yield _hole(f"notices.on.{moment}", "unknown_moment", f"nothing is called {moment}")


def _level_holes(routine: Routine) -> Iterator[Problem]:
    tables: dict[str, Mapping[Level, object]] = {
        "notices.level": routine.notices.level,
        "notices.prevention": routine.notices.prevention,
        "closure.quiet": routine.closure.quiet,
    }
    for field, table in tables.items():
        for level in Level:
            if level not in table:
                yield _hole(f"{field}.{level}", "level_missing", f"nothing is said for level {level}")
    for level in Level:
        told = routine.notices.level.get(level, {})
        if not any(rule.urgency and not rule.condition for rule in told.values()):
            yield _hole(f"notices.level.{level}", "nobody_told", f"nobody is told of a case of level {level}")


def _clock_holes(routine: Routine) -> Iterator[Problem]:
    closure = routine.closure
    for field, term in {
        **{f"closure.quiet.{level}": term for level, term in closure.quiet.items()},
        **{f"closure.quiet_when.{trait}": term for trait, term in closure.quiet_when.items()},
        "closure.notice": closure.notice,
        "closure.reopen_window": closure.reopen_window,
        "suspension_budget": routine.suspension_budget,
        "break_glass": routine.break_glass,
    }.items():
        if term.is_none:
            yield _hole(field, "endless", 'say how long; "PT0S" if no time at all')
    if routine.suspension_budget.clock != "wall":
        yield _hole("suspension_budget", "not_wall_clock", "a budget of days and nights, such as P30D")
    if routine.break_glass.clock != "wall" or not routine.break_glass.positive:
        yield _hole("break_glass", "not_wall_clock", "a time of day and night, such as PT1H")
    for name, rule in routine.obligations.items():
        for level in routine.wall_clock_levels:
            tables = {"due": rule.due, "every": rule.every}
            terms = [(field, table[level]) for field, table in tables.items() if table]
            terms += [("schedule", term) for term in (rule.schedule or {}).get(level, ())]
            for field, term in terms:
                if term.clock != "wall":
                    reason = f"{term} counts office time, but {level} runs day and night"
                    yield _hole(f"obligations.{name}.{field}.{level}", "office_time", reason)


def _hole(field: str, code: str, reason: str) -> Problem:
    return Problem(field=field, code=code, reason=reason)
