"""Record: what was decided stands in the ledger and in the lists, or in neither (architecture §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.obligations import obligations
from storage import cases, ledger, search, terms
from storage import obligations as owed_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.case import Case
    from models.events import Event
    from models.routine import Routine
    from storage.keys import DataKey, KeyRing


async def record(session: AsyncSession, ring: KeyRing, case: Case, events: Sequence[Event], routine: Routine) -> None:
    """Record events and what the case became by them; a second time changes nothing.

    :param case: the case after the last of the events.
    :param routine: the routine the case follows.
    :raises storage.ledger.LedgerConflict: if other events stand there, or some are missing before them.
    """
    if not events:
        return
    if (case.ref, case.seq) != (events[-1].case, events[-1].seq):
        raise ledger.LedgerConflict(f"{case.ref}/{case.seq}: not the case after {events[-1].case}/{events[-1].seq}")
    key = await ring.key(session, case.ref)
    # What already stands there was recorded with its lists, which may have moved on since.
    if await ledger.append(session, key, events, case.organisation):
        await show(session, ring, key, case, routine)
        await search.index_events(session, ring, case.organisation, events)


async def show(session: AsyncSession, ring: KeyRing, key: DataKey, case: Case, routine: Routine) -> None:
    """Make the lists say what the case is now."""
    owed = obligations(case, routine)
    await cases.put(session, key, case, owed)
    await owed_rows.replace(session, case.ref, owed)
    await terms.index_codes(session, ring, case)
