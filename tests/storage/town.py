"""A town with people, a routine and reports, all invented."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy.ext.asyncio import AsyncSession

from models.case import Case
from models.context import Context
from models.decide import decide, open_case
from models.events import Event
from models.evolve import evolve, evolve_all
from models.message import Actor, Command
from models.report import Reach, Report
from models.routine import Routine
from models.stages.casework import AddNote
from models.stages.intake import Reported, Triage
from models.vocabulary.case import CaseKind, Level, TriageOutcome
from models.vocabulary.people import Role
from storage import people, reports, routines
from storage.database import Database
from storage.keys import KeyRing
from storage.record import record

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MARKED = "Kvastskaft"
"""A word that stands in every narrative, name and address, and must never stand in clear."""
CHIEF = Actor(id="granvik-sakerhetschef", organisation="9001", roles=frozenset({Role.SECURITY_CHIEF}))
DIRECTORY: dict[str, object] = {
    "organisations": [
        {
            "code": "9001",
            "name": "Granviks kommun",
            "kind": "municipality",
            "people": [
                {
                    "code": "granvik-sakerhetschef",
                    "name": f"Siv {MARKED}",
                    "roles": ["security_chief"],
                    "email": f"siv.{MARKED}@granvik.example",
                },
                {"code": "granvik-tib", "name": f"Tor {MARKED}", "roles": ["duty_officer", "deputy"], "language": "en"},
            ],
        },
        {"code": "90", "name": "Region Västerlund", "kind": "region"},
    ]
}


def routine(version: str = "1", valid_from: str = "2026-01-01") -> Routine:
    """As little as a routine can be: look at it in a day, talk to the person in two."""
    levels = [level.value for level in Level]
    told = {level: {"security_chief": "now"} for level in levels}
    owed = {"stage": "intake", "starts": "reported", "owner": "security_chief"}
    document = {
        "organisation": "9001",
        "name": "Rutin",
        "version": version,
        "decision": "KS 2026-1 § 1",
        "valid_from": valid_from,
        "responsibility": "organisation",
        "calendar": {"office_hours": {"monday": "08:00-17:00"}, "covers": [2026, 2027]},
        "wall_clock_levels": ["acute"],
        "suspension_budget": "P30D",
        "roles": ["security_chief", "deputy"],
        "first_handler": "security_chief",
        "obligations": {
            "triage": owed | {"met_by": "triaged", "due": dict.fromkeys(levels, "PT24H")},
            "first_contact": owed | {"met_by": "affected_contacted", "due": dict.fromkeys(levels, "PT48H")},
        },
        "escalation": {"ladder": [["security_chief"]]},
        "notices": {
            "level": told,
            "prevention": told,
            "protected": {"security_chief": "now"},
            "deputies": {"security_chief": "deputy"},
        },
        "risk": {
            "model": "none",
            "factors": {},
            "presumed": {},
            "second_person_confirms": [],
            "second_person_lowers": [],
            "chief_lowers": [],
        },
        "closure": {
            "quiet": dict.fromkeys(levels, "P30D"),
            "notice": "P7D",
            "at_once": ["duplicate"],
            "reopen_window": "P365D",
        },
        "retention": {"high_or_police": "P3650D", "other": "P1825D", "false_alarm": "P365D"},
    }
    return Routine.model_validate_json(json.dumps(document))


def report(what: str = f"Någon ropade {MARKED} utanför mitt hem.", **rest: object) -> Report:
    values = {"organisation": "9001", "what": what, "reach": Reach(email=f"{MARKED}@example.org"), **rest}
    return Report.model_validate(values)


@dataclass
class Town:
    """A database with one organisation at work; a clock that moves a minute at each step."""

    database: Database
    ring: KeyRing
    routine: Routine
    steps: count[int] = field(default_factory=count)

    @property
    def now(self) -> datetime:
        return NOON + timedelta(minutes=next(self.steps))

    async def accepts(self, told: Report | None = None, key: str | None = None) -> reports.Accepted:
        async with self.database.writing() as session:
            return await reports.accept(session, self.ring, told or report(), NOON, key)

    async def opens(self, told: Report | None = None, presumed: Level = Level.RAISED) -> tuple[Case, list[Event]]:
        """Accept a report, start its case and record that."""
        told = told or report()
        accepted = await self.accepts(told)
        fact = Reported(
            organisation="9001",
            kind=told.kind,
            report=accepted.report,
            incident=told.incident(),
            presumed=presumed,
            routine=self.routine.ref,
        )
        event = open_case(accepted.case, fact, self.context(), NOON)
        case = evolve(None, event)
        await self.records(case, [event])
        async with self.database.writing() as session:
            await reports.mark_started(session, accepted.report)
        return case, [event]

    async def acts(self, case: Case, command: Command) -> tuple[Case, list[Event]]:
        case, events = self.decides(case, command)
        await self.records(case, events)
        return case, events

    def decides(self, case: Case, command: Command) -> tuple[Case, list[Event]]:
        events = decide(case, command, self.context())
        return evolve_all(events, case), events

    async def records(self, case: Case, events: Sequence[Event]) -> None:
        async with self.database.writing() as session:
            await record(session, self.ring, case, events, self.routine)

    async def breaks_off(self, deed: Callable[[AsyncSession], Awaitable[object]]) -> None:
        """Do something in a transaction that does not come to its end."""
        with suppress(FileNotFoundError):
            async with self.database.writing() as session:
                await deed(session)
                raise FileNotFoundError

    def context(self) -> Context:
        return Context(self.now, CHIEF, self.routine)


async def found(database: Database, ring: KeyRing) -> Town:
    """Found the town: its organisations, people and routine."""
    town = Town(database, ring, routine())
    async with database.writing() as session:
        await people.load(session, ring, DIRECTORY)
        await routines.adopt(session, town.routine)
    return town


def triage(number: int = 1, level: Level = Level.HIGH) -> Triage:
    return Triage(id=f"c{number}", outcome=TriageOutcome.OPEN, level=level, text=f"{MARKED} bedömd")


def note(number: int, text: str = f"{MARKED} ringde") -> AddNote:
    return AddNote(id=f"c{number}", text=text)


def prevention() -> Report:
    return report(kind=CaseKind.PREVENTION, meeting_day=NOON.date())
