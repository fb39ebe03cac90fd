"""A whole installation on a clock that skips: for demonstrations and for stories told in tests."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from pydantic_core import to_json
from temporalio.testing import WorkflowEnvironment

from desk.intake import accept, start
from models.commands import read_command
from models.obligations import obligations
from models.refusal import Refusal
from operate.fictitious import load_fictitious
from operate.hands import postman_for, worker_for
from operate.house import House
from operate.messenger import tell_cases
from operate.up import prepare
from settings import Settings
from storage import cases, ledger, notices, people, routines
from storage.payloads import data_converter
from workflows.client import Cases, register_attributes

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from activities.postman import Postman
    from channels.contract import Channel
    from models.case import Case
    from models.events import Event
    from models.message import Actor
    from models.obligations import Obligation
    from models.report import Report
    from storage.notices import Delivery
    from workflows.messages import Receipt

PATIENCE = 60
"""Seconds until a report must have become a case, however busy the machine is."""
STOCKHOLM = ZoneInfo("Europe/Stockholm")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def beside_python(program: str) -> str:
    """A program of this environment; raises `FileNotFoundError`."""
    found = shutil.which(program, path=str(Path(sys.executable).parent)) or shutil.which(program)
    if found is None:
        raise FileNotFoundError(f"the program `{program}` is missing from this environment")
    return found


class Allowed(AssertionError):
    """Something that had to be refused was done."""


@dataclass
class Town:
    """Fictitious organisations, their people, a worker and a clock."""

    house: House
    environment: WorkflowEnvironment
    cases: Cases
    postman: Postman
    step: timedelta = timedelta(days=400)
    """The longest the clock runs before the post is looked after; shorter where messages have to wait."""

    async def now(self) -> datetime:
        """The town's time, UTC."""
        return (await self.environment.get_current_time()).astimezone(UTC)

    async def until(self, when: datetime) -> None:
        """Let the clock run until then; a time already past is now."""
        while (left := when - await self.now()) > timedelta(0):
            await self.environment.sleep(min(left, self.step))
            await self.post()

    async def post(self) -> None:
        """Send what is due now, and tell the cases what became of what was sent."""
        await self.postman.round(await self.now())
        await tell_cases(self.house, self.cases, self.postman, await self.now())

    async def wait(self, **duration: float) -> None:
        """Let the clock run for a while: `hours=4`, `days=30`."""
        await self.until(await self.now() + timedelta(**duration))

    async def until_next(self, weekday: str, clock: str) -> datetime:
        """Let the clock run to the next such weekday and local time; that moment in UTC."""
        local = (await self.now()).astimezone(STOCKHOLM)
        days = (WEEKDAYS.index(weekday) - local.weekday()) % 7
        when = datetime.combine(local.date() + timedelta(days=days), time.fromisoformat(clock), STOCKHOLM)
        if when <= local:
            when = datetime.combine(when.date() + timedelta(days=7), when.time(), STOCKHOLM)
        await self.until(when.astimezone(UTC))
        return when.astimezone(UTC)

    async def report(self, report: Report, *, drill: bool = False, received: datetime | None = None) -> TownCase:
        """Somebody reports, now or a little earlier, or it is a drill."""
        accepted = await accept(self.house, report, received or await self.now(), drill=drill)
        await start(self.house, self.cases, accepted)
        case = TownCase(self, accepted.case)
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    await case.state()
                except cases.UnknownCase:  # not recorded yet
                    await asyncio.sleep(0.01)
                else:
                    return case

    async def person(self, code: str) -> Actor:
        """Somebody in the directory, with their roles."""
        async with self.house.database.reading() as session:
            return await people.actor(session, code)


@dataclass
class TownCase:
    """A case in the town, as its people work on it."""

    town: Town
    ref: str
    refusals: list[str] = field(default_factory=list)
    """What people tried in vain, by the code of the rule."""

    async def does(self, who: str, what: str, **fields: Any) -> Receipt:
        """Somebody does something: the command's type and its fields. Raises `Refusal`."""
        command = read_command(to_json({"id": uuid4().hex, "type": what, **fields}))
        return await self.town.cases.act(self.ref, command, await self.town.person(who))

    async def may_not(self, who: str, what: str, **fields: Any) -> None:
        """Somebody tries what a rule forbids; raises `Allowed` if nothing stops them."""
        try:
            await self.does(who, what, **fields)
        except Refusal as refusal:
            self.refusals.append(refusal.code)
        else:
            raise Allowed(f"{who} was allowed to {what} in {self.ref}")

    async def state(self) -> Case:
        """The case as the read model has it."""
        async with self.town.house.database.reading() as session:
            return await cases.load(session, self.town.house.ring, self.ref)

    async def events(self) -> list[Event]:
        """The ledger."""
        async with self.town.house.database.reading() as session:
            key = await self.town.house.ring.key(session, self.ref)
            return await ledger.read(session, key, self.ref)

    async def told(self) -> list[Delivery]:
        """Who was told, by which channel, and what became of it."""
        async with self.town.house.database.reading() as session:
            return await notices.of_case(session, self.ref)

    async def owed(self) -> list[Obligation]:
        """Everything owed, met or not."""
        case = await self.state()
        async with self.town.house.database.reading() as session:
            return obligations(case, await routines.by_digest(session, case.routine.digest))


@asynccontextmanager
async def a_town(
    home: Path | None = None,
    channels: Mapping[str, Channel] | None = None,
    database_url: str = "",
    environment: WorkflowEnvironment | None = None,
    **options: Any,
) -> AsyncIterator[Town]:
    """Open a town: database in `home` (a temporary folder if none is given), time-skipping engine, one worker.

    :param environment: another engine than the time-skipping one, whose payloads it encrypts or not.
    :param options: for the worker, as they are.
    """
    with tempfile.TemporaryDirectory(prefix="varna-") as folder:
        settings = Settings(home=home or Path(folder), database_url=database_url, task_queue=f"town-{uuid4().hex}")
        await prepare(settings, fictitious=False)
        house = House.open(settings)
        try:
            await load_fictitious(house)
            engine = environment or await WorkflowEnvironment.start_time_skipping(
                data_converter=data_converter(house.database, house.ring),
                test_server_existing_path=beside_python("temporal-test-server"),
            )
            postman = postman_for(house, channels)
            async with engine, worker_for(engine.client, house, postman, **options):
                await register_attributes(engine.client)
                yield Town(house, engine, Cases(engine.client, settings.task_queue), postman)
        finally:
            await house.database.close()
