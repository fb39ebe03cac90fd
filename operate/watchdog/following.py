"""The cases as their ledgers tell them, kept in memory: of a case that rests nothing is read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.evolve import evolve
from models.watch import LOOK_BACK, Finding, Followed, untold
from storage import ledger, routines, watch
from storage.keys import KeyDestroyed

if TYPE_CHECKING:
    from datetime import datetime

    from operate.house import House


class Following:
    """All cases that can still owe something. A round costs a comparison of times for each, and a read for each event.

    The first round reads every ledger once; what it has read by the end of its time is not read again by the next.
    """

    def __init__(self, house: House) -> None:
        self.cases: dict[str, Followed] = {}
        self._house = house
        self._read_to: dict[str, int] = {}

    async def findings(self, now: datetime) -> list[Finding]:
        """What must have happened by now and has not; raises `OutOfReach`."""
        found = await self._catch_up(now)
        for followed in self.cases.values():
            found += followed.findings(now)
        async with self._house.database.reading() as session:
            # A notice is queued a moment after its event.
            fates, reached = await watch.fates(session, now - LOOK_BACK)
        for followed in self.cases.values():
            followed.forget(now - LOOK_BACK)
            found += untold(followed, fates, reached, now)
        return found

    async def _catch_up(self, now: datetime) -> list[Finding]:
        async with self._house.database.reading() as session:
            heads = await watch.heads(session)
        unreadable = []
        for ref in [ref for ref, seq in heads.items() if seq != self._read_to.get(ref)]:
            try:
                await self._read(ref, now - LOOK_BACK)
            except KeyDestroyed:
                self.cases.pop(ref, None)  # erased: nobody may know anything of it
            except (LookupError, ValueError) as error:
                self.cases.pop(ref, None)
                unreadable.append(Finding(code="unreadable", case=ref, detail=type(error).__name__))
                continue
            self._read_to[ref] = heads[ref]
        for ref in [ref for ref, followed in self.cases.items() if followed.ended(now)]:
            del self.cases[ref]
        return unreadable

    async def _read(self, ref: str, since: datetime) -> None:
        """Read what is new in one ledger, in a transaction of its own: nobody waits for us."""
        followed = self.cases.get(ref)
        async with self._house.database.reading() as session:
            key = await self._house.ring.key(session, ref)
            events = await ledger.read(session, key, ref, from_seq=followed.case.seq + 1 if followed else 1)
            for event in events:
                case = evolve(followed.case if followed else None, event)
                routine = await routines.by_digest(session, case.routine.digest)
                followed = followed or self.cases.setdefault(ref, Followed(case, routine))
                followed.take(event, case, routine, since)
