"""From report to case: kept first, started then, or started later by itself (architecture §6)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from models.context import Context
from models.decide import open_case, presumed_level
from models.evolve import evolve
from models.message import WORLD, Actor, is_drill
from models.obligations import obligations
from models.stages.drill import exercise
from models.stages.intake import Reported
from storage import reports, routines
from storage.database import OutOfReach
from workflows.client import EngineOutOfReach
from workflows.messages import CaseStart

if TYPE_CHECKING:
    from desk.desk import Desk
    from models.report import Report
    from models.routine import Routine
    from storage.reports import Accepted, Waiting
    from workflows.client import Cases

log = structlog.get_logger()


@dataclass(frozen=True)
class Taken:
    """A report that is kept. `next`: by when somebody looks (UTC); `trouble`: why its case has not begun yet."""

    accepted: Accepted
    next: datetime | None
    trouble: Exception | None
    contact: datetime | None = None
    """By when somebody gets in touch with the affected person (UTC)."""

    def document(self) -> dict[str, object]:
        """For programs."""
        it = self.accepted
        return {
            "case": it.case,
            "receipt": it.receipt_code,
            "received": it.received,
            "repeated": it.repeated,
            "started": self.trouble is None,
            "next": self.next,
        }


async def take(desk: Desk, report: Report, received: datetime, key: str | None, patience: float | None = None) -> Taken:
    """Keep a report and start its case. Whatever goes wrong once it is kept, its sender is told that it is.

    :param patience: how many seconds the sender waits for the case to begin; it begins later by itself then.
    """
    accepted = await accept(desk, report, received, key)
    looked, contact = None, None
    try:
        async with desk.database.reading() as session:
            routine = await routines.current(session, report.organisation, accepted.received.date())
        looked, contact = _promised(report, accepted, routine)
        async with asyncio.timeout(patience):
            await start(desk, await desk.cases(), accepted)
    except Exception as error:  # noqa: BLE001 - the receipt must reach its reporter
        return Taken(accepted, looked, error, contact)
    return Taken(accepted, looked, None, contact)


async def accept(
    desk: Desk, report: Report, received: datetime, key: str | None = None, *, drill: bool = False
) -> Accepted:
    """Keep a report, whatever the engine does. What is accepted here is never lost.

    :param received: when the organisation first had it (UTC); all clocks of the case start there.
    :param key: the sender's idempotency key; the same report sent again is answered as the first time.
    :param drill: an exercise.
    """
    async with desk.database.writing() as session:
        return await reports.accept(session, desk.ring, report, received, key, drill=drill)


async def start_waiting(desk: Desk, cases: Cases, limit: int = 100) -> int:
    """Start the cases of reports not yet started; how many. Raises `EngineOutOfReach`.

    A report that cannot be started keeps no other waiting; the watchdog tells of it.
    """
    async with desk.database.reading() as session:
        waiting = await reports.waiting(session, limit)
    started = 0
    for one in waiting:
        try:
            await start(desk, cases, one)
            started += 1
        except (EngineOutOfReach, OutOfReach):
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, the next may be somebody in danger
            log.warning("a case could not be started, will try again", case=one.case, error=type(error).__name__)
    return started


async def start(desk: Desk, cases: Cases, waiting: Waiting | Accepted) -> None:
    """Start the case of one accepted report; twice is once. Raises `EngineOutOfReach`."""
    async with desk.database.reading() as session:
        report = await reports.read(session, desk.ring, waiting.report)
        routine = await routines.current(session, report.organisation, waiting.received.date())
    if is_drill(waiting.case):
        routine = await _drilled(desk, routine)
    opening = opening_of(report, waiting.report, routine, drill=is_drill(waiting.case))
    await cases.start(CaseStart(ref=waiting.case, routine=routine, received=waiting.received, reported=opening))
    async with desk.database.writing() as session:
        await reports.mark_started(session, waiting.report)


async def _drilled(desk: Desk, own: Routine) -> Routine:
    """The exercise routine over the organisation's own people, kept where the worker finds it."""
    from storage.routine_file import ROUTINES, load  # noqa: PLC0415 - the holidays are slow to import, and only for this

    routine = exercise(own, load(ROUTINES / "exercise.toml", own.organisation))
    async with desk.database.writing() as session:
        await routines.keep(session, routine)
    return routine


def opening_of(report: Report, identity: str, routine: Routine, *, drill: bool = False) -> Reported:
    """What a report becomes as the first fact of a case."""
    incident = report.incident()
    return Reported(
        organisation=report.organisation,
        kind=report.kind,
        report=identity,
        incident=incident,
        presumed=presumed_level(incident, report.kind, routine.risk),
        routine=routine.ref,
        drill=drill,
    )


async def sweep(desk: Desk, cases: Cases, seconds: float) -> None:
    """Until cancelled: start what waits, every few seconds."""
    while True:
        try:
            if count := await start_waiting(desk, cases):
                log.info("started waiting cases", count=count)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the next round must come
            log.warning("sweep failed, will try again", error=type(error).__name__)
        await asyncio.sleep(seconds)


def _promised(report: Report, accepted: Accepted, routine: Routine) -> tuple[datetime | None, datetime | None]:
    """By when the routine has somebody look at a new case first, and get in touch."""
    context = Context(datetime.now(UTC), Actor(id=WORLD, organisation=report.organisation), routine)
    opening = opening_of(report, accepted.report, routine)
    case = evolve(None, open_case(accepted.case, opening, context, accepted.received))
    owed = [one for one in obligations(case, routine) if one.open]
    touch = (one.due for one in owed if "affected_contacted" in one.rule.met_by)
    return min((one.due for one in owed), default=None), min(touch, default=None)
