"""What if another routine had been adopted: recorded deeds at their own times, the clock wound anew, in processes."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache, partial
from multiprocessing import get_context
from typing import TYPE_CHECKING

from audit.histories import Histories, Sealed, Wanted
from models.comparison import Counting, Tally, by_hour, by_level, by_name, changed, total
from models.events import Event
from models.routine import Routine
from models.stages.deadlines import RoutineMoved
from models.stages.intake import Reported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from models.case import RoutineRef
    from models.comparison import Change
    from storage.database import Database
    from storage.keys import KeyRing

SHARE = 40
"""Cases that a process is given at a time."""
FEW = 120
"""Cases that are not worth starting processes for."""


@dataclass(frozen=True)
class Simulation:
    """Two routines laid side by side over the same cases."""

    tried: Routine
    own: dict[str, Routine]
    """The routines that the cases followed, by digest."""
    changes: tuple[Change, ...]
    erased: int
    until: datetime
    since: datetime | None = None

    @cached_property
    def before(self) -> Tally:
        """All cases under the routines they followed."""
        return total(one.before for one in self.changes)

    @cached_property
    def after(self) -> Tally:
        """All cases under the routine that is tried."""
        return total(one.after for one in self.changes)

    @property
    def faithful(self) -> int:
        """How many cases become, under their own routine, deed by deed what the ledger has: how far to trust this."""
        return sum(one.faithful for one in self.changes)

    @property
    def refused(self) -> list[tuple[str, str, int, int]]:
        """Deeds that would have been refused: command, rule, how many cases it began in, how many followed from it."""
        first: Counter[tuple[str, str]] = Counter()
        later: Counter[tuple[str, str]] = Counter()
        for change in self.changes:
            for one in change.refused:
                (first if one.first else later)[one.command, one.code] += 1
        found = [(*key, first[key], later[key]) for key in {*first, *later}]
        return sorted(found, key=lambda row: (-row[2], -row[3], row[:2]))

    @property
    def otherwise(self) -> list[Change]:
        """The cases in which something becomes otherwise."""
        return [one for one in self.changes if one.before != one.after or one.refused or one.stays_open]

    def document(self) -> dict[str, object]:
        """For programs."""
        rows = by_level(self.before, self.after)
        return {
            "routine": self.tried.ref,
            "own": [routine.ref for routine in self.own.values()],
            "since": self.since,
            "until": self.until,
            "cases": len(self.changes),
            "erased": self.erased,
            "deeds": sum(one.deeds for one in self.changes),
            "faithful": self.faithful,
            "stay_open": sum(one.stays_open for one in self.changes),
            "levels": {
                level: {row.measure: _pair(row.before, row.after) for row in its} for level, its in rows.items()
            },
            "duties": [row._asdict() for row in by_name(self.before, self.after, *Counting)],
            "hours": _pair(by_hour(self.before), by_hour(self.after)),
            "refused": [
                {"command": command, "rule": code, "first": first, "followed": later}
                for command, code, first, later in self.refused
            ],
            "changed": [
                {
                    "case": one.case,
                    "stays_open": one.stays_open,
                    "woken": [woken._asdict() for woken in one.woken],
                    "spared": [woken._asdict() for woken in one.spared],
                    "refused": [refused._asdict() for refused in one.refused],
                }
                for one in self.otherwise
            ],
            "caveat": "people would have acted otherwise",
        }


def _pair(before: object, after: object) -> dict[str, object]:
    return {"before": before, "after": after}


async def simulate(
    database: Database,
    ring: KeyRing,
    tried: Routine,
    wanted: Wanted,
    *,
    until: datetime | None = None,
    processes: int | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Simulation:
    """Live these cases once more under a routine, and under their own.

    :param tried: what they are to follow, from their first event on.
    :param until: when to stop, UTC; now if not given.
    :param processes: how many to share the work; as many as there are processors if not given.
    :param progress: told of each portion of cases that is done.
    """
    until = until or datetime.now(UTC)
    histories = Histories(database, ring, wanted)
    cases = [one async for one in histories.sealed()]
    for one in cases:
        # What a case follows stands in its first event, and wherever it was moved.
        await histories.learn([Event.model_validate_json(one.bodies[0]), *_moves(one)])
    own = histories.known
    processes = processes or (1 if len(cases) <= FEW else os.cpu_count() or 1)
    changes = await asyncio.to_thread(relive_all, cases, own, tried, until, processes, progress)
    return Simulation(tried, own, tuple(changes), histories.erased, until, wanted.since)


def relive_all(
    cases: Sequence[Sealed],
    own: dict[str, Routine],
    tried: Routine,
    until: datetime,
    processes: int = 1,
    progress: Callable[[int], None] = lambda _: None,
) -> list[Change]:
    """Each case under its own routine and under another, in the order of the cases.

    :param own: every routine that these cases speak of, by digest.
    """
    portions = [cases[start : start + SHARE] for start in range(0, len(cases), SHARE)]
    work = partial(_portion, {digest: routine.model_dump_json() for digest, routine in own.items()})
    work = partial(work, tried.model_dump_json(), until)
    if processes == 1:
        return _told(map(work, portions), progress)
    # A fresh process: one that is forked from a running loop may inherit a lock that nobody opens.
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        return _told(pool.map(work, portions), progress)


def _told(portions: Iterable[list[Change]], progress: Callable[[int], None]) -> list[Change]:
    found: list[Change] = []
    for portion in portions:
        found += portion
        progress(len(portion))
    return found


@lru_cache(maxsize=SHARE)
def _routine(text: str) -> Routine:
    """Read once a process, with the calendar that it has reckoned so far."""
    return Routine.model_validate_json(text)


def _portion(own: dict[str, str], tried: str, until: datetime, cases: Sequence[Sealed]) -> list[Change]:
    def moved(ref: RoutineRef) -> Routine | None:
        return _routine(own[ref.digest]) if ref.digest in own else None

    found = []
    for one in cases:
        events = one.events()
        first = events[0].data
        if isinstance(first, Reported):
            found.append(changed(events, _routine(own[first.routine.digest]), _routine(tried), until, moved))
    return found


def _moves(case: Sealed) -> list[Event]:
    mark = f'"{RoutineMoved.name()}"'.encode()
    return [Event.model_validate_json(body) for body in case.bodies if mark in body]
