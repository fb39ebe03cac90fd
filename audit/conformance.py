"""Where the cases of an organisation went otherwise than its adopted routine says, per case and per year."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from audit.histories import Histories, Wanted
from models.conformance import conformity, counted, shares

if TYPE_CHECKING:
    from models.conformance import Conformity, Deviation, DeviationCode, Share
    from models.routine import Routine
    from storage.database import Database
    from storage.keys import KeyRing


@dataclass(frozen=True)
class Conformance:
    """All cases that were compared, and what is to be said of them together."""

    cases: tuple[Conformity, ...]
    erased: int
    at: datetime
    routines: dict[str, Routine]
    """Those that the cases followed, by digest: they have the organisation's own names of its duties."""

    @property
    def shares(self) -> list[Share]:
        """Of each duty: how many of its cases have not kept it in time, the worst first."""
        return shares(self.cases)

    @property
    def counted(self) -> dict[DeviationCode, int]:
        """In how many cases there is a deviation of each kind."""
        return counted(self.cases)

    @property
    def deviations(self) -> list[Deviation]:
        """Each of them, by case and time."""
        found = (deviation for one in self.cases for deviation in one.deviations)
        return sorted(found, key=lambda one: (one.case, one.due or one.done or self.at, one.code))

    @property
    def without(self) -> int:
        """How many cases have none."""
        return sum(not one.deviations for one in self.cases)

    def document(self) -> dict[str, object]:
        """For programs."""
        return {
            "at": self.at,
            "cases": len(self.cases),
            "erased": self.erased,
            "without_deviations": self.without,
            "counted": self.counted,
            "duties": [share._asdict() for share in self.shares],
            "deviations": [one._asdict() for one in self.deviations],
        }


async def examine(database: Database, ring: KeyRing, wanted: Wanted, now: datetime | None = None) -> Conformance:
    """Compare the ledger of each case with the routine it followed.

    :param now: what counts as overdue; the real time if not given.
    """
    at = now or datetime.now(UTC)
    histories, found = Histories(database, ring, wanted), []
    async for _, events in histories.read():
        # Folding takes a while, and others wait for this loop too.
        found.append(await asyncio.to_thread(conformity, events, histories.routine, at))
    return Conformance(tuple(found), histories.erased, at, histories.known)
