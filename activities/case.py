"""What a case does in the world: it is recorded, people are told, a routine is fetched."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from temporalio import activity

from models.case import Case, RoutineRef
from models.events import Event
from models.message import Frozen
from models.notices import Notice
from models.routine import Routine
from models.stages.clock import NoticeOutcome
from storage import ledger, routines
from storage.record import record

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from activities.postman import Postman
    from storage.database import Database
    from storage.keys import KeyRing


class Recording(Frozen):
    """A batch of events in order, and the case after the last of them."""

    case: Case
    events: tuple[Event, ...]


class Recorded(Frozen):
    """What became of a batch: nothing to say, or the ledger was ahead and these events stand there instead."""

    standing: tuple[Event, ...] = ()


class CaseActivities:
    """The activities of the case workflow, with what they share: database, keys, postman."""

    def __init__(self, database: Database, ring: KeyRing, postman: Postman) -> None:
        self.database = database
        self.ring = ring
        self.postman = postman

    @activity.defn(name="record")
    async def record(self, recording: Recording) -> Recorded:
        """Write ledger and read model in one transaction; a repeated batch changes nothing.

        A worker that died after recording leaves events that the engine never heard of: they stand, and are given back.
        """
        case, first = recording.case, recording.events[0].seq
        try:
            await self.postman.together.write(partial(self._record, recording=recording))
        except ledger.LedgerConflict:
            async with self.database.reading() as session:
                key = await self.ring.key(session, case.ref)
                standing = await ledger.read(session, key, case.ref, from_seq=first)
            if not standing:
                raise
            return Recorded(standing=tuple(standing))
        return Recorded()

    async def _record(self, session: AsyncSession, recording: Recording) -> None:
        routine = await routines.by_digest(session, recording.case.routine.digest)
        await record(session, self.ring, recording.case, recording.events, routine)

    @activity.defn(name="routine")
    async def routine(self, ref: RoutineRef) -> Routine | None:
        """Fetch an adopted routine; None if there is none with this digest."""
        async with self.database.reading() as session:
            try:
                return await routines.by_digest(session, ref.digest)
            except routines.UnknownRoutine:
                return None

    @activity.defn(name="deliver")
    async def deliver(self, told: tuple[Notice, ...]) -> tuple[NoticeOutcome, ...]:
        """Tell everybody who holds the roles now; what is known of it within seconds. The rest comes by signal."""
        return await self.postman.deliver(told, activity.info().started_time)
