"""The command line as a test uses it."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from typer.testing import CliRunner

from cli import app
from desk.intake import accept, opening_of
from models.commands import read_command
from models.context import Context
from models.decide import decide, open_case
from models.evolve import evolve
from models.message import WORLD, Actor
from operate.house import House
from settings import Settings
from storage import people, reports, routines
from storage.record import record
from tests.reports import a_report

T = TypeVar("T")
CHIEF = "granvik-sakerhetschef"
DIRECTOR = "granvik-direktor"
SECRET = "Kvastskaft vid grinden"
REPORT: dict[str, Any] = {
    "organisation": "9001",
    "what": SECRET,
    "reach": {"telephone": "070-174 06 05"},
    "kinds": ["threat_explicit"],
}
TRIAGE: dict[str, Any] = {"type": "triage", "outcome": "open", "level": "high", "text": "Lena på jouren såg på det"}


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """Standard output as the one JSON document that it is."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """What the document says of the error."""
        return self.document["error"]


def varna(*words: str, given: object = None) -> Ended:
    """Run a command; `given` stands on standard input, as JSON unless it is text or bytes."""
    text = given if isinstance(given, str | bytes) else json.dumps(given)
    result = CliRunner().invoke(app, list(words), input=text)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return Ended(result.exit_code, result.stdout, result.stderr)


def plain(text: str) -> str:
    """Text without the orders to a terminal, on one line."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m", "", text).split())


def at_home(work: Callable[[House], Awaitable[T]]) -> T:
    """Do something in the installation, not through the command line."""

    async def inside() -> T:
        house = House.open(Settings())
        try:
            return await work(house)
        finally:
            await house.database.close()

    return asyncio.run(inside())


def a_case(*actions: dict[str, Any], by: str = CHIEF, **fields: Any) -> str:
    """A case that has come so far, recorded as the engine would have; its number."""

    async def happens(house: House) -> str:
        now = datetime.now(UTC)
        report = a_report(**fields)
        accepted = await accept(house, report, now)
        async with house.database.writing() as session:
            routine = await routines.current(session, report.organisation, now.date())
            actor = await people.actor(session, by)
            world = Context(now, Actor(id=WORLD, organisation=report.organisation), routine)
            events = [open_case(accepted.case, opening_of(report, accepted.report, routine), world, now)]
            case = evolve(None, events[0])
            for number, action in enumerate(actions):
                command = read_command(json.dumps({"id": f"c{number}", **action}))
                for event in decide(case, command, Context(datetime.now(UTC), actor, routine)):
                    case = evolve(case, event)
                    events.append(event)
            await record(session, house.ring, case, events, routine)
            await reports.mark_started(session, accepted.report)
        return accepted.case

    return at_home(happens)


def subprocess_environment(**more: str) -> dict[str, str]:
    """The environment for a process of its own; standard output may not be a terminal."""
    return {**os.environ, "NO_COLOR": "1", **more}
