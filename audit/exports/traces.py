"""A case as other tools take it: one line an event, with the role that acted and the level that held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from audit.access import note_export
from audit.histories import Histories, Wanted
from models.evolve import evolve
from models.message import CLOCK, WORLD
from models.outside import OUTSIDE, RESERVED
from models.review import Value, closed_values
from models.vocabulary.people import Role
from models.vocabulary.reading import ReadWhat
from storage import people

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
    from datetime import datetime

    from desk.desk import Desk
    from models.case import Case
    from models.events import Event

SYSTEM = "system"
"""The clock and the world: nobody."""
UNKNOWN = "unknown"
"""Whoever is in the directory no longer, or never was."""


class Line(NamedTuple):
    """One event, and how the case stood after it. Times in UTC."""

    seq: int
    type: str
    at: datetime
    recorded: datetime
    role: str
    person: str
    """The code of whoever acted, if that was asked for; else empty."""
    level: str
    stage: str
    routine: str
    """Version and, after a slash, the beginning of its digest."""
    values: dict[str, Value]


class Trace(NamedTuple):
    """One case."""

    case: str
    organisation: str
    kind: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Asked:
    """What is to be exported. `people`: by code instead of by role alone."""

    wanted: Wanted
    people: bool = False


async def traces(desk: Desk, asked: Asked, now: datetime) -> AsyncIterator[Trace]:
    """Each case that can still be read. That it was read stands in the access log before it leaves the house."""
    roles = await _roles(desk)
    async for case, events in Histories(desk.database, desk.ring, asked.wanted).read():
        await note_export(desk, [case], now, None, ReadWhat.EXPORT)
        yield _trace(events, roles, people=asked.people)


def _trace(events: Sequence[Event], roles: Mapping[str, str], *, people: bool) -> Trace:
    lines = tuple(_lines(events, roles, people=people))
    case = evolve(None, events[0])
    return Trace(case.ref, case.organisation, case.kind, lines)


def _lines(events: Sequence[Event], roles: Mapping[str, str], *, people: bool) -> Iterator[Line]:
    case = None
    for event in events:
        case = evolve(case, event)
        somebody = event.actor not in RESERVED
        yield Line(
            seq=event.seq,
            type=event.type,
            at=event.at,
            recorded=event.recorded,
            role=_role(event, case, roles),
            person=event.actor if people and somebody else "",
            level=case.pace,
            stage=case.headline or "closed",
            routine=f"{case.routine.version}/{case.routine.digest[:12]}",
            values=closed_values(event.data),
        )


def _role(event: Event, case: Case, roles: Mapping[str, str]) -> str:
    """In which role somebody acted, as far as it is known today: the ledger keeps none."""
    if event.actor in {CLOCK, WORLD}:
        return SYSTEM
    if event.actor == "reporter":
        return Role.REPORTER
    if event.actor in OUTSIDE:
        return OUTSIDE[event.actor]
    return Role.HANDLER if event.actor == case.handler else roles.get(event.actor, UNKNOWN)


async def _roles(desk: Desk) -> dict[str, str]:
    """The first role of everybody in the directory, in the order of the vocabulary."""
    async with desk.database.reading() as session:
        held = await people.roles_held(session)
    order = list(Role)
    return {code: min(its, key=order.index) for code, its in held.items() if its}
