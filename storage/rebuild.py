"""Rebuild the read model from the ledger: nothing in it is more than the ledger's shadow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from models.evolve import evolve_all
from storage import ledger, reading, routines, search, tables
from storage.keys import KeyDestroyed
from storage.record import show

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.database import Database
    from storage.keys import KeyRing

_SHADOWS = {
    tables.cases: tables.cases.c.ref,
    tables.obligations: tables.obligations.c.case,
    tables.case_relations: tables.case_relations.c.case,
}
_OUTDATED = select(tables.cases.c.ref).where(tables.cases.c.form != reading.FORM)


async def rebuild(database: Database, ring: KeyRing, *, outdated: bool = False) -> int:
    """Drop and rebuild the rows of every case, one transaction each, beside running work; tells how many.

    Erased cases lose their rows and are not counted. What was sent to whom (`notices`) and who has read (`reads`) is no
    shadow and stays.

    :param outdated: only those whose rows an older version wrote: nobody sees them until then.
    """
    async with database.writing() as session:
        recorded = select(tables.heads.c.case)
        for rows, whose in _SHADOWS.items():
            await session.execute(delete(rows).where(whose.not_in(recorded)))
        if outdated:
            recorded = recorded.where(tables.heads.c.case.in_(_OUTDATED))
        refs = (await session.execute(recorded.order_by(tables.heads.c.case))).scalars().all()
    return sum([await _rebuild(database, ring, ref) for ref in refs])


async def outdated(session: AsyncSession) -> int:
    """How many cases nobody sees until their rows are rebuilt."""
    return int((await session.execute(select(func.count()).select_from(_OUTDATED.subquery()))).scalar_one())


async def _rebuild(database: Database, ring: KeyRing, ref: str) -> bool:
    async with database.writing() as session:
        await session.execute(select(tables.heads.c.seq).where(tables.heads.c.case == ref).with_for_update())
        for rows, whose in _SHADOWS.items():
            await session.execute(delete(rows).where(whose == ref))
        await session.execute(delete(tables.search_terms).where(tables.search_terms.c.case == ref))
        try:
            key = await ring.key(session, ref)
        except KeyDestroyed:
            return False
        events = await ledger.read(session, key, ref)
        case = evolve_all(events)
        await show(session, ring, key, case, await routines.by_digest(session, case.routine.digest))
        await search.index_events(session, ring, case.organisation, events)
        return True
