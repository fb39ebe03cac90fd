"""What is owed in a case, by when, and how far up the ladder its neglect has climbed. Pure: case and routine in, list out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from models.obligation_rule import ObligationRule, Step, StepKind, Terms, Trait
from models.vocabulary.case import Answer, Level, Stage, StageState
from models.vocabulary.incident import ActorCategory, IncidentKind
from models.worktime import Explanation, Term, WorkCalendar, advance, at_share, explain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.case import Case
    from models.routine import Routine
    from models.vocabulary.people import Role

__all__ = ["Obligation", "Step", "StepKind", "explanation", "obligation_named", "obligations", "traits", "wake_up"]


@dataclass(frozen=True, slots=True)
class Obligation:
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
        at = at_share(self.started, self.due, step.share, self.term.clock, self.calendar, self.case.suspensions)
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
    """Everything owed so far under the routine, met or not, in the routine's order."""
    found: list[Obligation] = []
    has = traits(case)
    for name, rule, steps, escalation in routine.rules[case.kind]:
        if rule.only_when and not has.issuperset(rule.only_when):
            continue
        if rule.not_when and not has.isdisjoint(rule.not_when):
            continue
        for suffix, start, due, term, level, met, repeats in _instances(rule, case, routine.calendar):
            key = f"{name}{suffix}" if not case.reopenings else f"{name}{suffix}/{case.reopenings + 1}"
            extended = case.extensions.get(key)
            found.append(
                Obligation(
                    key=key,
                    kind=name,
                    rule=rule,
                    started=start,
                    due=extended or due,
                    term=term,
                    level=level,
                    met=met,
                    lapsed=met is None and _lapsed(rule, case, start),
                    rung=case.rungs.get(key, 0),
                    repeats=repeats,
                    extended=extended is not None,
                    steps=steps,
                    repeat=escalation.repeat.length,
                    calendar=routine.calendar,
                    case=case,
                )
            )
    return found


def obligation_named(key: str, case: Case, routine: Routine) -> Obligation | None:
    """The obligation with this key, if it exists."""
    return next((obligation for obligation in obligations(case, routine) if obligation.key == key), None)


def wake_up(owed: list[Obligation]) -> datetime | None:
    """When the clock must look at the case next; None if nothing is owed."""
    return min((obligation.time_of(obligation.rung + 1) for obligation in owed if obligation.open), default=None)


def explanation(obligation: Obligation) -> Explanation:
    """Why exactly this time: the start, the term, and every day the clock passed over."""
    return explain(
        obligation.started, obligation.term, obligation.due, obligation.calendar, obligation.case.suspensions
    )


def traits(case: Case) -> frozenset[Trait]:
    """What the case is, beside its level."""
    incident, kinds = case.incident, case.incident.kinds
    media = case.risk.factors.get("D03") is Answer.YES
    return frozenset(
        trait
        for trait, holds in (
            (Trait.ONLINE_STORM, IncidentKind.PILE_ON in kinds),
            (Trait.STALKING, IncidentKind.STALKING in kinds),
            (Trait.AFFECTED_KNOWN, incident.affected_known),
            (Trait.ANONYMOUS, incident.anonymous),
            (Trait.PROTECTED, case.protected),
            (Trait.COLLEAGUE, IncidentKind.COLLEAGUE in kinds),
            (Trait.EMPLOYEE, incident.actor_category is ActorCategory.EMPLOYEE),
            (Trait.MEETING_THREAT, IncidentKind.THREAT_MEETING in kinds),
            (Trait.MEDIA, media),
        )
        if holds
    )


Instance = tuple[str, datetime, datetime, Term, Level, datetime | None, bool]
"""Key suffix, start, due, term, level, met, repeats."""


def _instances(rule: ObligationRule, case: Case, calendar: WorkCalendar) -> Iterator[Instance]:
    starts = _times(case, rule.starts)
    if not starts:
        return
    mets = _times(case, rule.met_by)
    if rule.schedule is not None:
        yield from _series(rule, case, calendar, starts[0], mets)
    elif rule.every is not None:
        yield from _recurring(rule, case, calendar, starts[0], mets)
    elif rule.due is not None:
        unanswered = [start for start in starts if not mets or start > mets[-1]]
        start = unanswered[0] if unanswered else max(start for start in starts if start <= mets[-1])
        met = None if unanswered else next(at for at in mets if at >= start)
        if found := _due(rule, rule.due, case, calendar, start):
            yield "", *found, met, False


def _recurring(
    rule: ObligationRule, case: Case, calendar: WorkCalendar, start: datetime, mets: list[datetime]
) -> Iterator[Instance]:
    """The cycle now running; earlier ones stand in the ledger. The first may have a time of its own (`due`)."""
    done = [at for at in mets if at > start]
    first = rule.due if rule.due is not None and not done else None
    terms = first if first is not None else rule.every
    if terms and (found := _due(rule, terms, case, calendar, done[-1] if done else start)):
        yield f".{len(done) + 1}", *found, None, True


def _series(
    rule: ObligationRule, case: Case, calendar: WorkCalendar, start: datetime, mets: list[datetime]
) -> Iterator[Instance]:
    """A schedule counted from the start, or from the last time the level rose. A contact meets the item whose window
    it falls in: from the item before to its own due time, or later if nobody called in time.
    """
    pace = case.paces[-1]
    base, previous = _base(case, start), None
    for term in (rule.schedule or {})[pace.level]:
        due = _counted(rule, term, case, calendar, base)
        if due is None:
            return
        opens = previous or (due - timedelta(days=1) if rule.relative_to else base)
        met = next((at for at in mets if at >= opens), None)
        previous = due
        if met is None and due <= pace.at and pace.at > base:
            continue  # the level was lowered after this item would have been due: another schedule held then
        yield f".{term}", max(base, min(opens, due)), due, term, pace.level, met, False


def _base(case: Case, start: datetime) -> datetime:
    base = start
    for before, after in zip(case.paces, case.paces[1:], strict=False):
        if after.level.rank > before.level.rank and after.at > base:
            base = after.at
    return base


def _due(
    rule: ObligationRule, terms: Terms, case: Case, calendar: WorkCalendar, start: datetime
) -> tuple[datetime, datetime, Term, Level] | None:
    """Start and due time at the current level. All clocks start with the report (domain §3.5); a raised level gives its
    own time from the raise if that is sooner, a lowered level gives its longer time from the start.
    """
    result: tuple[datetime, datetime, Term, Level] | None = None
    paces = case.paces
    for index, pace in enumerate(paces):
        if index + 1 < len(paces) and paces[index + 1].at <= start:
            continue
        term = terms[pace.level]
        if term.is_none:
            result = None
            continue
        rose = index > 0 and pace.level.rank > paces[index - 1].level.rank
        base = max(start, pace.at) if rose else start
        due = _counted(rule, term, case, calendar, base)
        if due is None:
            return None
        if not rose or result is None or due < result[1]:
            result = (base, due, term, pace.level)
    return result


def _counted(rule: ObligationRule, term: Term, case: Case, calendar: WorkCalendar, base: datetime) -> datetime | None:
    if rule.relative_to is None:
        return advance(base, term, calendar, case.suspensions)
    order = case.police.restraining_order
    day = case.incident.meeting_day if rule.relative_to == "meeting_day" else (order.until if order else None)
    if day is None:
        return None
    end_of_day = datetime.combine(day + timedelta(days=1), time(), calendar.zone).astimezone(UTC)
    return max(advance(end_of_day, term, calendar), advance(base, rule.at_least, calendar, case.suspensions))


def _times(case: Case, names: tuple[str, ...]) -> list[datetime]:
    if len(names) == 1:
        return list(case.moments.get(names[0], ()))
    return sorted(at for name in names for at in case.moments.get(name, ()))


def _lapsed(rule: ObligationRule, case: Case, start: datetime) -> bool:
    if case.closed or case.stages[rule.stage].state is StageState.WAIVED:
        return True
    return any(at >= start for name in rule.ends_by for at in case.moments.get(name, ()))
