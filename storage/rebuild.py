"""Rebuild the read model from the ledger: nothing in it is more than the ledger's shadow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from models.evolve import evolve_all
from storage import ledger, routines, tables
from storage.keys import KeyDestroyed
from storage.record import show

if TYPE_CHECKING:
    from storage.database import Database
    from storage.keys import KeyRing


async def rebuild(database: Database, ring: KeyRing) -> int:
    """Drop and rebuild the rows of every case, one transaction each, beside running work; tells how many.

    Erased cases lose their rows and are not counted. What was sent to whom (`notices`) is no shadow and stays.
    """
    async with database.writing() as session:
        recorded = select(tables.heads.c.case)
        await session.execute(delete(tables.cases).where(tables.cases.c.ref.not_in(recorded)))
        await session.execute(delete(tables.obligations).where(tables.obligations.c.case.not_in(recorded)))
        refs = (await session.execute(recorded.order_by(tables.heads.c.case))).scalars().all()
    return sum([await _rebuild(database, ring, ref) for ref in refs])


async def _rebuild(database: Database, ring: KeyRing, ref: str) -> bool:
    async with database.writing() as session:
        await session.execute(select(tables.heads.c.seq).where(tables.heads.c.case == ref).with_for_update())
        await session.execute(delete(tables.cases).where(tables.cases.c.ref == ref))
        await session.execute(delete(tables.obligations).where(tables.obligations.c.case == ref))
        try:
            key = await ring.key(session, ref)
        except KeyDestroyed:
            return False
        case = evolve_all(await ledger.read(session, key, ref))
        await show(session, key, case, await routines.by_digest(session, case.routine.digest))
        return True
