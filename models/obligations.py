"""What is owed in a case, by when, and how far up the ladder its neglect has climbed. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from models.obligation_rule import ObligationRule, Step, StepKind, Trait
from models.rounds import rounds, suspensions
from models.vocabulary.case import Answer, Level, Stage, StageState
from models.vocabulary.incident import ActorCategory, IncidentKind
from models.worktime import Explanation, Term, WorkCalendar, at_share, explain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.case import Case
    from models.routine import Routine
    from models.vocabulary.people import Role
    from models.worktime import Suspension

__all__ = [
    "Obligation",
    "Step",
    "StepKind",
    "basis",
    "explanation",
    "obligation_named",
    "obligations",
    "of_rule",
    "state_of",
    "traits",
    "wake_up",
]


class Obligation(NamedTuple):
    """One thing owed. All times in UTC. `rung` counts the reminders and escalations already taken."""

    key: str
    kind: str
    rule: ObligationRule
    started: datetime
    due: datetime
    term: Term
    level: Level
    """The level whose time applied."""
    met: datetime | None
    lapsed: bool
    """No longer owed: the case is closed, or its stage waived."""
    rung: int
    repeats: bool
    extended: bool
    steps: tuple[Step, ...]
    repeat: timedelta
    calendar: WorkCalendar
    suspensions: Sequence[Suspension]
    case: Case

    @property
    def stage(self) -> Stage:
        """The stage it belongs to."""
        return self.rule.stage

    @property
    def owner(self) -> Role:
        """The role that is reminded of it."""
        return self.rule.owner

    @property
    def open(self) -> bool:
        """Still owed."""
        return self.met is None and not self.lapsed

    @property
    def missed(self) -> bool:
        """Met too late; for one still open ask `due`."""
        return self.met is not None and self.met > self.due

    def time_of(self, number: int) -> datetime:
        """When step `number` (from 1) comes, on the obligation's own clock; past the last one it repeats."""
        last = len(self.steps)
        step = self.steps[min(number, last) - 1]
        at = at_share(self.started, self.due, step.share, self.term.clock, self.calendar, self.suspensions)
        return at + self.repeat * max(0, number - last)

    def step_at(self, now: datetime) -> Step | None:
        """The highest step that has come by `now` and is not yet taken."""
        if not self.open or self.time_of(self.rung + 1) > now:
            return None
        number = self.rung + 1
        while number < len(self.steps) and self.time_of(number + 1) <= now:
            number += 1
        if number >= len(self.steps):
            last = self.time_of(len(self.steps))
            number = max(number, len(self.steps) + max(0, (now - last) // self.repeat))
        step = self.steps[min(number, len(self.steps)) - 1]
        return step._replace(number=number)


def obligations(case: Case, routine: Routine) -> list[Obligation]:
    """Everything owed so far under the routine, met or not, in the routine's order.

    Of an obligation that comes back only the last round is here; earlier ones stand in the ledger.
    """
    found: list[Obligation] = []
    has = traits(case)
    for named in routine.rules[case.kind]:
        found += of_rule(named, case, routine, has)
    return found


def of_rule(
    named: tuple[str, ObligationRule, tuple[Step, ...], timedelta], case: Case, routine: Routine, has: frozenset[Trait]
) -> list[Obligation]:
    """What one rule asks for so far. It depends on the moments it names, and on nothing else that `basis` leaves out.

    :param named: one of `routine.rules`.
    :param has: the traits of the case.
    """
    name, rule, steps, repeat = named
    if (rule.only_when and not has.issuperset(rule.only_when)) or (rule.not_when and not has.isdisjoint(rule.not_when)):
        return []
    over = (case.closed and not rule.outlives(case)) or case.stages[rule.stage].state is StageState.WAIVED
    return [
        Obligation(
            key=key,
            kind=name,
            rule=rule,
            started=start,
            due=due,
            term=term,
            level=level,
            met=met,
            lapsed=met is None and (over or ended),
            rung=case.rungs.get(key, 0),
            repeats=repeats,
            extended=case.extensions.get(key) == due,
            steps=steps,
            repeat=repeat,
            calendar=routine.calendar,
            suspensions=suspensions(level, case, routine) if case.suspensions else (),
            case=case,
        )
        for key, (start, due, term, level), met, ended, repeats in rounds(name, rule, case, routine)
    ]


def basis(case: Case) -> tuple[object, ...]:
    """All of a case that changes what is owed, but for the moments that have come and the steps already taken."""
    waived = frozenset(stage for stage, record in case.stages.items() if record.state is StageState.WAIVED)
    return (
        case.routine.digest,
        case.paces,
        waived,
        case.closed,
        case.reopenings,
        case.extensions,
        case.suspensions,
        case.police.restraining_order,
        case.incident.meeting_day,
        traits(case),
    )


def obligation_named(key: str, case: Case, routine: Routine) -> Obligation | None:
    """The obligation with this key, if it exists."""
    return next((obligation for obligation in obligations(case, routine) if obligation.key == key), None)


def wake_up(owed: list[Obligation]) -> datetime | None:
    """When the clock must look at the case next; None if nothing is owed."""
    return min((obligation.time_of(obligation.rung + 1) for obligation in owed if obligation.open), default=None)


def state_of(one: Obligation, at: datetime) -> str:
    """A code: met, late (met, but after its time), lapsed, overdue or open."""
    if one.met is not None:
        return "late" if one.missed else "met"
    if one.lapsed:
        return "lapsed"
    return "overdue" if one.due <= at else "open"


def explanation(obligation: Obligation) -> Explanation:
    """Why exactly this time: the start, the term, and every day the clock passed over."""
    return explain(obligation.started, obligation.term, obligation.due, obligation.calendar, obligation.suspensions)


def traits(case: Case) -> frozenset[Trait]:
    """What the case is, beside its level."""
    incident, kinds = case.incident, case.incident.kinds
    known_at_once = (None, case.first("reported"))
    media = case.risk.factors.get("D03") is Answer.YES
    return frozenset(
        trait
        for trait, holds in (
            (Trait.ONLINE_STORM, IncidentKind.PILE_ON in kinds),
            (Trait.STALKING, IncidentKind.STALKING in kinds),
            (Trait.AFFECTED_KNOWN, incident.affected_known and case.first("affected_identified") in known_at_once),
            (Trait.ANONYMOUS, incident.anonymous),
            (Trait.PROTECTED, case.protected),
            (Trait.COLLEAGUE, IncidentKind.COLLEAGUE in kinds),
            (Trait.EMPLOYEE, incident.actor_category is ActorCategory.EMPLOYEE),
            (Trait.MEETING_THREAT, IncidentKind.THREAT_MEETING in kinds),
            (Trait.MEDIA, media),
        )
        if holds
    )
