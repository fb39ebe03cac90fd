"""The ledgers of many cases, one after the other, in the order of their numbers. What was erased is counted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from i18n.times import ZONE
from models.events import Event
from models.message import is_drill
from storage import routines, tables
from storage.access import kept_out
from storage.ledger import context_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.case import RoutineRef
    from models.message import Actor
    from models.routine import Routine
    from storage.database import Database
    from storage.keys import KeyRing

AT_ONCE = 100
"""Cases read by one question."""


class Sealed(NamedTuple):
    """The events of a case as JSON, in order: read elsewhere, where there is time to."""

    case: str
    bodies: tuple[bytes, ...]

    def events(self) -> list[Event]:
        """The events themselves."""
        return [Event.model_validate_json(body) for body in self.bodies]


@dataclass(frozen=True)
class Wanted:
    """Which cases: those of an organisation, or all, reported from a time and before another (UTC). No exercises."""

    organisation: str | None = None
    since: datetime | None = None
    before: datetime | None = None
    case: str | None = None
    reader: Actor | None = None
    """Who is to see it: of a case that they are kept out of they see nothing here either."""

    @classmethod
    def of_year(cls, organisation: str | None, year: int | None, reader: Actor | None = None) -> Wanted:
        """Those reported in a year of the Swedish calendar."""
        if year is None:
            return cls(organisation, reader=reader)
        start, end = (datetime(one, 1, 1, tzinfo=ZONE).astimezone(UTC) for one in (year, year + 1))
        return cls(organisation, start, end, reader=reader)


@dataclass
class Histories:
    """Reads; afterwards `erased` says how many could not be read any more."""

    database: Database
    ring: KeyRing
    wanted: Wanted
    erased: int = 0
    _routines: dict[str, Routine] = field(default_factory=dict)

    async def sealed(self) -> AsyncIterator[Sealed]:
        """Each case, whole."""
        self.erased = 0
        async with self.database.reading(of=self._walls) as session:
            refs = await _refs(session, self.wanted)
        for start in range(0, len(refs), AT_ONCE):
            async with self.database.reading(of=self._walls) as session:
                found = await self._some(session, refs[start : start + AT_ONCE])
            for one in found:
                yield one

    async def read(self) -> AsyncIterator[tuple[str, list[Event]]]:
        """Each case with its events, and its routines known to `routine`."""
        async for one in self.sealed():
            events = one.events()
            await self.learn(events)
            yield one.case, events

    async def learn(self, events: Sequence[Event]) -> None:
        """Know the routines that these events speak of."""
        for event in events:
            ref = getattr(event.data, "routine", None)
            if ref is not None and ref.digest not in self._routines:
                async with self.database.reading(of=self._walls) as session:
                    self._routines[ref.digest] = await routines.by_digest(session, ref.digest)

    def routine(self, ref: RoutineRef) -> Routine:
        """A routine that was learnt; raises KeyError."""
        return self._routines[ref.digest]

    @property
    def known(self) -> dict[str, Routine]:
        """All that were learnt, by digest."""
        return dict(self._routines)

    @property
    def _walls(self) -> list[str] | None:
        return [self.wanted.organisation] if self.wanted.organisation else None

    async def _some(self, session: AsyncSession, refs: Sequence[str]) -> list[Sealed]:
        keys = await self.ring.several(session, refs)
        self.erased += len(refs) - len(keys)
        its = tables.ledger.c
        query = select(its.case, its.seq, its.body).where(its.case.in_(list(keys))).order_by(its.case, its.seq)
        bodies: dict[str, list[bytes]] = {}
        for case, seq, body in await session.execute(query):
            bodies.setdefault(case, []).append(keys[case].decrypt(body or b"", context_of(case, seq)))
        return [Sealed(case, tuple(found)) for case, found in bodies.items()]


async def years(session: AsyncSession, organisation: str) -> list[int]:
    """The years in which cases were reported, the latest first."""
    its = tables.ledger.c
    query = select(its.case, its.at).where(its.organisation == organisation, its.seq == 1)
    found = {at.astimezone(ZONE).year for case, at in await session.execute(query) if not is_drill(case)}
    return sorted(found, reverse=True)


async def _refs(session: AsyncSession, wanted: Wanted) -> list[str]:
    its = tables.ledger.c
    query = select(its.case).where(its.seq == 1).order_by(its.case)
    if wanted.organisation is not None:
        query = query.where(its.organisation == wanted.organisation)
    if wanted.case is not None:
        query = query.where(its.case == wanted.case)
    if wanted.since is not None:
        query = query.where(its.at >= wanted.since)
    if wanted.before is not None:
        query = query.where(its.at < wanted.before)
    if wanted.reader is not None:
        query = query.where(~kept_out(wanted.reader, its.case))
    return [ref for ref in (await session.execute(query)).scalars() if not is_drill(ref) or ref == wanted.case]
