"""A town without an engine: what happened in a case, told by the pure rules alone until the present, then recorded."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from pydantic_core import to_json

from desk import intake
from models.commands import read_command
from models.context import Context
from models.decide import decide, open_case
from models.evolve import evolve
from models.message import CLOCK, Actor
from models.notices import notices
from models.obligations import obligations, wake_up
from models.stages.clock import Tick
from models.stages.intake import Reported
from operate.town import Town, TownCase
from storage import people, reports, routines
from storage.record import record
from workflows.messages import Receipt

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from activities.postman import Postman
    from desk.desk import Desk
    from models.case import Case
    from models.events import Event
    from models.message import Command
    from models.obligations import Obligation
    from models.report import Report
    from models.routine import Routine
    from operate.house import House

BREATH = timedelta(microseconds=1)
"""What comes in one breath still comes one after the other."""


class Present(Exception):
    """The story has come to the present: what it tells from here on has not happened yet."""


class Chronicle(Town):
    """One story: its clock, and its cases in memory until they are recorded.

    The scenarios of `operate/scenarios` are told here as they are, as far as they have come.
    """

    def __init__(self, desk: Desk, begins: datetime, ends: datetime) -> None:
        self.desk = desk
        self.house = cast("House", desk)
        self.clock, self.ends = begins, ends
        self.lives: dict[str, Life] = {}
        self.known: dict[tuple[str, str], Actor] = {}

    async def now(self) -> datetime:
        """The story's time."""
        return self.clock

    async def until(self, when: datetime) -> None:
        """Let the clock run, and ring wherever something falls due; raises `Present`."""
        end = min(when, self.ends)
        while due := min((one.wakes, ref) for ref, one in self.lives.items()) if self.lives else None:
            if due[0] > end:
                break
            self.clock = max(self.clock, due[0])
            self.lives[due[1]].propose(Tick(id=f"{CLOCK}:{due[0]:%Y%m%dT%H%M%S}"), self.lives[due[1]].nobody(CLOCK))
        if when > self.ends:
            self.clock = self.ends
            raise Present
        self.clock = max(self.clock, when)

    async def report(self, report: Report, *, drill: bool = False, received: datetime | None = None) -> ChronicleCase:
        """Somebody reports."""
        received = received or self.clock
        accepted = await intake.accept(self.desk, report, received, drill=drill)
        async with self.desk.database.writing() as session:
            routine = await routines.current(session, report.organisation, received.date())
            await reports.mark_started(session, accepted.report)
        if drill:
            routine = await intake._drilled(self.desk, routine)
        opening = intake.opening_of(report, accepted.report, routine, drill=drill)
        self.lives[accepted.case] = Life(self, accepted.case, opening, routine, received)
        return ChronicleCase(self, accepted.case)

    async def tell(self, story: Callable[[Town], Awaitable[list[TownCase]]]) -> list[str]:
        """Tell a story until the present, or to its end, and record it; the numbers of its cases."""
        with suppress(Present):
            await story(self)
            await self.until(self.ends)
        async with self.desk.database.writing() as session:
            for one in self.lives.values():
                await record(session, self.desk.ring, one.case, one.events, one.routine)
        return list(self.lives)

    async def send(self, postman: Postman) -> None:
        """Send the notices of all that happened, each at its time."""
        for one in self.lives.values():
            case = None
            for event in one.events:
                case = evolve(case, event)
                if due := notices(event, case, one.routine):
                    await postman.deliver(due, event.recorded)


class Life:
    """One case of a story."""

    def __init__(self, chronicle: Chronicle, ref: str, opening: Reported, routine: Routine, received: datetime) -> None:
        self.chronicle, self.ref, self.routine = chronicle, ref, routine
        context = Context(chronicle.clock, self.nobody("reporter"), routine)
        self.events = [open_case(ref, opening, context, received)]
        self.case: Case = evolve(None, self.events[0])

    @property
    def wakes(self) -> datetime:
        """When the clock must look at it."""
        return wake_up(obligations(self.case, self.routine)) or datetime.max.replace(tzinfo=UTC)

    def nobody(self, code: str) -> Actor:
        """The clock, the world or the reporter."""
        return Actor(id=code, organisation=self.ref.partition("-")[0])

    def propose(self, command: Command, actor: Actor) -> list[Event]:
        """Decide and evolve; raises `Refusal`."""
        now = max(self.chronicle.clock, self.case.updated + BREATH)
        events = decide(self.case, command, Context(now, actor, self.routine))
        for event in events:
            self.case = evolve(self.case, event)
        self.events += events
        return events


class ChronicleCase(TownCase):
    """A case of the story, as its people work on it."""

    @property
    def life(self) -> Life:
        """The case in memory."""
        return cast("Chronicle", self.town).lives[self.ref]

    async def does(self, who: str, what: str, **fields: Any) -> Receipt:
        """Somebody does something."""
        command = read_command(to_json({"id": f"{what}-{len(self.life.events)}", "type": what, **fields}))
        events = self.life.propose(command, await self._person(who))
        last = self.life.case
        return Receipt(
            case=self.ref,
            command=events[0].cause if events else what,
            first=events[0].seq if events else last.seq,
            last=last.seq,
            recorded=last.updated,
            stage=last.headline,
            level=last.level,
        )

    async def state(self) -> Case:
        """The case now."""
        return self.life.case

    async def owed(self) -> list[Obligation]:
        """Everything owed."""
        return obligations(self.life.case, self.life.routine)

    async def _person(self, code: str) -> Actor:
        known, where = cast("Chronicle", self.town).known, self.ref.partition("-")[0]
        if (code, where) not in known:
            async with self.town.house.database.reading() as session:
                known[code, where] = await people.actor(session, code, where)
        return known[code, where]
