"""Where a case went otherwise than the adopted routine says: duties late or missed, second persons, ladders. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from models.duties import KEPT, Duties, DutyState
from models.evolve import UNTIMED, evolve
from models.obligations import obligations
from models.stages.clock import Escalated, NoticeFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from models.case import Case, RoutineRef
    from models.duties import Duty
    from models.events import Event
    from models.routine import Routine
    from models.vocabulary.case import Level

GRACE = timedelta(minutes=15)
"""How long after its time the clock's own step may come: an engine that is restarted is no deviation."""


class DeviationCode(StrEnum):
    """What was otherwise."""

    LATE = "late"
    MISSED = "missed"
    OVERDUE = "overdue"
    NOT_ESCALATED = "not_escalated"
    """Its time passed, and the ladder was not told."""
    SECOND_PERSON = "second_person"
    """An assessment that needs a second person has been in force, or stands, without one when the case ended."""
    SAME_PERSON = "same_person"
    """Who assessed has also given the second opinion."""
    NOBODY_REACHED = "nobody_reached"
    """A message reached nobody in a role."""


class Deviation(NamedTuple):
    """One thing otherwise than the routine says. `kind`: the duty, or what it is about; times in UTC."""

    case: str
    code: DeviationCode
    kind: str
    level: Level
    term: str = ""
    """The time that applied, as the routine writes it."""
    due: datetime | None = None
    done: datetime | None = None
    version: str = ""
    """Of the routine that says so."""


class Held(NamedTuple):
    """A duty that a case has had, at some level: by which time, and whether any round of it was not kept."""

    kind: str
    term: str
    kept: bool


class Conformity(NamedTuple):
    """One case against the routine it followed."""

    case: str
    routine: RoutineRef
    held: tuple[Held, ...]
    deviations: tuple[Deviation, ...]


class Share(NamedTuple):
    """So many of the cases that had a duty have not kept it in time."""

    kind: str
    term: str
    cases: int
    failed: int


def conformity(events: Sequence[Event], routine: Callable[[RoutineRef], Routine], at: datetime) -> Conformity:
    """Compare the history of a case with the routine it followed, each duty under the version in force then.

    :param events: its ledger from the first event on.
    :param routine: finds an adopted routine.
    :param at: until when, UTC: what is owed and overdue then is a deviation.
    """
    duties, case = Duties(), None
    told: defaultdict[str, list[datetime]] = defaultdict(list)
    found: list[Deviation] = []
    for event in events:
        case = evolve(case, event)
        match event.data:
            case Escalated(obligation=key):
                told[key].append(event.recorded)
            case NoticeFailed(role=role):
                found.append(Deviation(case.ref, DeviationCode.NOBODY_REACHED, role, case.pace, done=event.recorded))
        if not isinstance(event.data, UNTIMED):
            duties.see(obligations(case, routine(case.routine)), event.recorded)
    if case is None:
        raise ValueError("no event at all")
    all_of_them = [*duties.all()]
    for duty in all_of_them:
        found += _of_duty(duty, told.get(duty.last.key, []), at)
    found += _second_person(case)
    deviations = tuple(one._replace(version=one.version or case.routine.version) for one in found)
    return Conformity(case.ref, case.routine, tuple(_held(all_of_them, at)), deviations)


def _of_duty(duty: Duty, told: Sequence[datetime], at: datetime) -> Iterator[Deviation]:
    state, last = duty.state(at), duty.last
    if state in KEPT:
        return
    version = last.case.routine.version
    its = Deviation(
        last.case.ref, DeviationCode(state), last.kind, last.level, last.term.text, last.due, duty.met, version
    )
    yield its
    escalates = duty.escalates
    over = duty.ended or at
    if escalates and escalates + GRACE < over and not any(when >= last.started for when in told):
        yield its._replace(code=DeviationCode.NOT_ESCALATED, due=escalates)


def _second_person(case: Case) -> Iterator[Deviation]:
    for number, one in enumerate(case.risk.assessments, start=1):
        its = Deviation(case.ref, DeviationCode.SECOND_PERSON, "risk_assessed", one.level, due=one.at)
        overtaken = number < len(case.risk.assessments)
        # One that waits has changed nothing yet; the duty to give the opinion in time is a duty of its own.
        if one.waiting and ((one.takes_effect and overtaken) or case.closed):
            yield its
        if one.by in {one.approved_by, one.rejected_by}:
            yield its._replace(code=DeviationCode.SAME_PERSON)


def _held(duties: Iterable[Duty], at: datetime) -> Iterator[Held]:
    """Each duty with each time once a case, however many rounds it had; what lapsed before its time counts for none."""
    rounds: defaultdict[tuple[str, str], list[DutyState]] = defaultdict(list)
    for duty in duties:
        state = duty.state(at)
        if state not in {DutyState.LAPSED, DutyState.OPEN}:
            rounds[duty.last.kind, duty.last.term.text].append(state)
    for (kind, term), states in rounds.items():
        yield Held(kind, term, all(state is DutyState.MET for state in states))


def shares(cases: Iterable[Conformity]) -> list[Share]:
    """Of each duty with each time: how many cases have had it, and how many of them have not kept it; worst first."""
    had: Counter[tuple[str, str]] = Counter()
    failed: Counter[tuple[str, str]] = Counter()
    for one in cases:
        for held in one.held:
            had[held.kind, held.term] += 1
            failed[held.kind, held.term] += not held.kept
    found = [Share(kind, term, number, failed[kind, term]) for (kind, term), number in had.items()]
    return sorted(found, key=lambda share: (-share.failed / share.cases, -share.cases, share.kind, share.term))


def counted(cases: Iterable[Conformity]) -> dict[DeviationCode, int]:
    """In how many cases there is a deviation of each kind."""
    having = Counter(code for one in cases for code in {deviation.code for deviation in one.deviations})
    return {code: having[code] for code in DeviationCode}
