"""Cases with a history, and hands that change what stands about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activities.history import fetch_all
from models.context import Context
from models.decide import decide
from models.evolve import evolve
from models.stages.casework import AddNote
from storage import cases, ledger, routines, tables
from storage.record import record
from tests.audit.intruder import breaks_in
from workflows.client import workflow_id

if TYPE_CHECKING:
    from activities.history import Run
    from models.events import Event
    from operate.town import Town, TownCase
    from storage.chain import Entry
    from storage.keys import DataKey

OFFICER = "granvik-samordnare"
CHIEF = "granvik-sakerhetschef"


async def at_rest(case: TownCase) -> None:
    """Everybody has been told, the case has heard of it, and nobody is in the middle of anything."""
    seen: list[tuple[int, int]] = []
    while seen[-1:] != seen[-2:-1] or len(seen) < 2:
        await case.town.wait(minutes=1)
        (*_, run), rows = await runs_of(case), await rows_of(case)
        seen.append((len(run.events), len(rows)))


async def runs_of(case: TownCase) -> list[Run]:
    """What the engine has of it."""
    return await fetch_all(case.town.environment.client, workflow_id(case.ref))


async def key_of(case: TownCase) -> DataKey:
    async with case.town.house.database.reading() as session:
        return await case.town.house.ring.key(session, case.ref)


async def rows_of(case: TownCase) -> list[tuple[Entry, Event | None]]:
    """What the ledger has of it."""
    async with case.town.house.database.reading() as session:
        return await ledger.rows(session, await key_of(case), case.ref)


async def change(case: TownCase, seq: int, **columns: object) -> None:
    """Somebody with the database's password changes a row of the ledger."""
    table = tables.ledger
    async with case.town.house.database.writing() as session:
        await breaks_in(session)
        its = (table.c.case == case.ref, table.c.seq == seq)
        await session.execute(table.update().where(*its).values(**columns))


async def take_away(case: TownCase, seq: int) -> None:
    """Or takes one away."""
    table = tables.ledger
    async with case.town.house.database.writing() as session:
        await breaks_in(session)
        await session.execute(table.delete().where(table.c.case == case.ref, table.c.seq == seq))


def sealed(key: DataKey, event: Event) -> bytes:
    """An event as a row of the ledger has it, sealed by somebody who has the key."""
    return key.encrypt(event.model_dump_json().encode(), f"{event.case}/event/{event.seq}")


async def unheard(town: Town, case: TownCase) -> Event:
    """A worker recorded something and died before the engine heard of it."""
    async with town.house.database.reading() as session:
        now = await cases.load(session, town.house.ring, case.ref)
        routine = await routines.by_digest(session, now.routine.digest)
    note = AddNote(id="unheard-1", text="Ringde.")
    context = Context(now=await town.now(), actor=await town.person(OFFICER), routine=routine)
    (event,) = decide(now, note, context)
    async with town.house.database.writing() as session:
        await record(session, town.house.ring, evolve(now, event), [event], routine)
    return event
