"""Lives led by hand, kept in a database as the engine would have: ledgers to look back at."""

from __future__ import annotations

from models.events import Event
from storage import ledger, people, routines
from storage.database import Database
from storage.keys import KeyRing
from tests.models.life import Life

ORGANISATION = {"code": "9001", "name": "Granviks kommun", "kind": "municipality", "people": []}


async def keep(database: Database, ring: KeyRing, *lives: Life) -> list[str]:
    """Keep each life as a case of its own; their numbers."""
    async with database.writing() as session:
        await people.load(session, ring, {"organisations": [ORGANISATION]})
        for life in lives:
            await routines.adopt(session, life.routine)
    return [await _keep(database, ring, renumbered(life, number)) for number, life in enumerate(lives, start=1)]


def renumbered(life: Life, number: int) -> list[Event]:
    """Its events under a number of their own."""
    ref = f"{life.case.ref[:-5]}{number:05}"
    return [event.model_copy(update={"case": ref}) for event in life.events]


async def _keep(database: Database, ring: KeyRing, events: list[Event]) -> str:
    async with database.writing() as session:
        key = await ring.create(session, events[0].case, "9001")
        await ledger.append(session, key, events, "9001")
    return events[0].case
