"""A case lived once more under another routine: the same deeds at the same times, the clock wound anew. Pure.

People would have acted otherwise, had they been reminded otherwise; this tells what the rules alone would have done.
What it takes for granted: whoever did something was allowed to, and every message arrives.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, cast

from models.case import RoutineRef
from models.context import Context
from models.decide import decided, presumed_level, sealed
from models.deeds import deeds, presumed_actor
from models.duties import Duties
from models.evolve import BrokenSequence, evolve
from models.message import CLOCK, Actor
from models.notices import notices
from models.obligations import basis, obligations, of_rule, traits
from models.refusal import Refusal
from models.stages.clock import Escalated, Reminded, Tick, steps_come
from models.stages.correction import Correct
from models.stages.deadlines import MoveRoutine
from models.stages.intake import Reported
from models.vocabulary.case import Urgency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from models.case import Case
    from models.deeds import Deed
    from models.duties import Duty
    from models.events import Event
    from models.message import Fact
    from models.obligations import Obligation
    from models.routine import Routine
    from models.vocabulary.case import Level
    from models.vocabulary.people import Role

BREATH = timedelta(microseconds=1)
"""What comes in one breath still comes one after the other, as in the engine."""
_TICK = Tick(id="clock:whatif")


class Step(NamedTuple):
    """A reminder or an escalation; `rung` from 0, None for a reminder. Time in UTC."""

    at: datetime
    level: Level
    kind: str
    rung: int | None


class Woken(NamedTuple):
    """A role paged: the message that rings, by day or night. Time in UTC."""

    at: datetime
    level: Level
    role: Role
    about: str


class Refused(NamedTuple):
    """A deed that the routine would not have taken, by the code of its rule. `first`: nothing was refused before."""

    at: datetime
    command: str
    code: str
    first: bool


class Relived(NamedTuple):
    """What a case would have been until a time."""

    case: Case
    steps: list[Step]
    woken: list[Woken]
    told: int
    """Notices of every urgency."""
    duties: list[Duty]
    refused: list[Refused]
    deeds: int
    faithful: bool
    """Each deed led to the very facts that the ledger has."""


def relive(
    events: Sequence[Event],
    routine: Routine,
    until: datetime,
    *,
    moved: Callable[[RoutineRef], Routine | None] | None = None,
) -> Relived:
    """Live a case once more.

    :param events: its ledger, from the first event on; what the clock and the world reported is left out.
    :param routine: what it follows from the beginning.
    :param until: when to stop; the clock runs until then.
    :param moved: the routine that a deed of the record moves it to; without it, it stays with `routine`.
    """
    life = Life(events[0], routine, moved or (lambda _: None))
    for deed in deeds(events):
        if deed.at > until:
            break
        life.clock(deed.at)
        life.does(deed)
    life.clock(until)
    return Relived(
        life.case, life.steps, life.woken, life.told, [*life.duties.all()], life.refused, life.number, life.faithful
    )


class Life:
    """A case on its way, and what there is to tell of it."""

    def __init__(self, first: Event, routine: Routine, moved: Callable[[RoutineRef], Routine | None]) -> None:
        self.routine, self.moved = routine, moved
        self.duties = Duties()
        self.steps: list[Step] = []
        self.woken: list[Woken] = []
        self.refused: list[Refused] = []
        self.owed: dict[str, Obligation] = {}
        self.wakes: dict[str, datetime] = {}
        self.stands: tuple[object, ...] = ()
        self.moments: dict[str, tuple[datetime, ...]] = {}
        self.told = self.number = 0
        self.faithful = True
        self.actor = Actor(id=CLOCK, organisation=routine.organisation)
        opening = _begun(first, routine)
        self.case = evolve(None, opening)
        self.hear(opening)
        self.reckon()

    def does(self, deed: Deed) -> None:
        """A deed, if the routine takes it."""
        command, case = deed.command, self.case
        if isinstance(command, MoveRoutine):
            follows = self.moved(command.routine)
            if follows is None:
                return  # it follows what is tried, and nothing else
            self.routine = follows
        if isinstance(command, Correct):  # events may be numbered otherwise
            command = command.model_copy(update={"corrects": min(command.corrects, case.seq)})
        self.number += 1
        now = max(deed.at, case.updated)
        try:
            led_to = decided(case, command, Context(now, presumed_actor(deed, case), self.routine))
        except Refusal as no:
            self.refused.append(Refused(deed.at, command.name(), no.code, not self.refused))
            self.faithful = False
            return
        self.faithful = self.faithful and [e.data for e in led_to] == [e.data for e in deed.events]
        self.take(led_to)
        self.reckon()

    def clock(self, until: datetime) -> None:
        """All that the clock proposes before a time, looked at exactly when it asked to be."""
        while self.wakes and (wake := min(self.wakes.values())) < until:
            now = max(wake, self.case.updated + BREATH)
            come = [one for one in self.owed.values() if one.open and self.wakes[one.key] <= now]
            facts = steps_come(self.case, come, now)
            self.take(sealed(self.case, facts, _TICK, Context(now, self.actor, self.routine)))
            if all(isinstance(fact, Reminded | Escalated) for fact in facts):
                self.climb(facts)
            else:
                self.reckon()

    def take(self, events: Iterable[Event]) -> None:
        """These events happen."""
        for event in events:
            self.case = evolve(self.case, event)
            self.hear(event)

    def hear(self, event: Event) -> None:
        """What the clock did, and who is told of it."""
        fact, level = event.data, self.case.pace
        if isinstance(fact, Reminded | Escalated):
            rung = fact.rung if isinstance(fact, Escalated) else None
            self.steps.append(Step(event.recorded, level, fact.kind, rung))
        for notice in notices(event, self.case, self.routine):
            self.told += 1
            if notice.urgency is Urgency.PAGE:
                self.woken.append(Woken(event.recorded, level, notice.role, notice.about))

    def reckon(self) -> None:
        """What is owed now, and when the clock must look at each of it."""
        before, owed = self.owed, self.reckoned()
        self.duties.see(owed, self.case.updated)
        self.owed = {one.key: one for one in owed}
        self.wakes = {
            one.key: self.wakes[one.key] if _same_clock(before.get(one.key), one) else one.time_of(one.rung + 1)
            for one in owed
            if one.open
        }

    def reckoned(self) -> list[Obligation]:
        """All that is owed; only what the latest events can have changed is reckoned anew."""
        stands, moments = basis(self.case), self.case.moments
        if stands != self.stands:
            self.stands, self.moments = stands, moments
            return obligations(self.case, self.routine)
        moved = (name for name, times in moments.items() if times is not self.moments.get(name))
        touched = frozenset[str]().union(*(self.routine.named_by.get(name, ()) for name in moved))
        self.moments = moments
        if not touched:
            return [*self.owed.values()]
        standing: dict[str, list[Obligation]] = {}
        for one in self.owed.values():
            standing.setdefault(one.kind, []).append(one)
        found: list[Obligation] = []
        has = traits(self.case)
        for named in self.routine.rules[self.case.kind]:
            name = named[0]
            found += of_rule(named, self.case, self.routine, has) if name in touched else standing.get(name, ())
        return found

    def climb(self, facts: Sequence[Fact]) -> None:
        """A step of the clock changes nothing of what is owed, but how far it has climbed."""
        for fact in cast("Sequence[Reminded | Escalated]", facts):
            one = self.owed[fact.obligation]._replace(rung=fact.step)
            self.owed[one.key] = one
            self.wakes[one.key] = one.time_of(one.rung + 1)


def _same_clock(before: Obligation | None, one: Obligation) -> bool:
    """Its next step comes when it would have come before."""
    if before is None or not before.open:
        return False
    its = (before.started, before.due, before.rung, before.steps, before.suspensions)
    return its == (one.started, one.due, one.rung, one.steps, one.suspensions)


def _begun(first: Event, routine: Routine) -> Event:
    """The report, as this routine would have taken it."""
    fact = first.data
    if not isinstance(fact, Reported):
        raise BrokenSequence(f"{first.case}: begins with {first.type}")
    presumed = presumed_level(fact.incident, fact.kind, routine.risk)
    taken = fact.model_copy(update={"routine": routine.ref, "presumed": presumed})
    return first.model_copy(update={"data": taken})
