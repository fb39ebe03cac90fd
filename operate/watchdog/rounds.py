"""The watchdog: from routine and ledger it computes what must have happened by now, and is silent if it has not."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, NoReturn

import httpx2
import structlog
from sqlalchemy import select
from temporalio.converter import DataConverter
from temporalio.service import RPCError

from desk.staffing import lacks
from models.vocabulary.case import Urgency
from models.vocabulary.people import Role
from models.watch import WARNINGS, Finding
from operate.watchdog.canary import Canary
from operate.watchdog.engine import examine_engine
from operate.watchdog.following import Following
from operate.watchdog.metrics import Metrics
from storage import reports, routines, tables, watch
from storage.database import OutOfReach
from storage.tables import MessageKind
from workflows.client import EngineOutOfReach, connect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from temporalio.client import Client

    from operate.house import House

log = structlog.get_logger()

ROUND = timedelta(seconds=20)
"""How long a check may take; what takes longer is not well."""
BEAT = timedelta(seconds=10)
"""How long whoever takes the heartbeat may think."""
STALE = 3
"""Rounds without which the last one no longer counts."""
QUEUED = {Urgency.PAGE: timedelta(minutes=2)}
QUEUED_LONGER = timedelta(minutes=15)
"""How long a message may wait before somebody must look."""
UNSTARTED = timedelta(seconds=60)
"""How long a report may wait for its case to begin."""
DAY = timedelta(days=1)
UNMANNED = frozenset({"rota_gap", "duty_absent", "duty_left"})
"""What leaves a time on duty without anybody."""
MANY = 1000


@dataclass(frozen=True)
class Round:
    """One look at everything. `at` in UTC."""

    at: datetime
    seconds: float
    findings: tuple[Finding, ...]

    @property
    def well(self) -> bool:
        """Nothing is wrong that the installation can be blamed for."""
        return all(one.code in WARNINGS for one in self.findings)

    def document(self) -> dict[str, object]:
        """For programs."""
        return {"at": self.at, "well": self.well, "seconds": round(self.seconds, 3), "findings": self.findings}


class Watchdog:
    """Looks at one installation, round by round. `now` is asked for the time, UTC."""

    def __init__(self, house: House, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.metrics = Metrics(self._is_well)
        self.following = Following(house)
        self._house = house
        self._now = now
        self._canary = Canary(house)
        self._begun = now()
        self._client: Client | None = None
        self._last: tuple[Round, float] | None = None

    async def round(self) -> Round:
        """Look at everything once. Never raises: a check that cannot be made is itself a finding."""
        begun, now = monotonic(), self._now()
        cases = await self._made("ledger", self.following.findings(now))
        self.metrics.cases(Counter(one.case.pace for one in self.following.cases.values() if not one.case.closed))
        found = await asyncio.gather(
            self._made("engine", self._engine()),
            self._made("reports", self._reports(now)),
            self._made("messages", self._messages(now)),
            self._made("canary", self._canaries(now)),
            self._made("duty", self._duty(now)),
        )
        findings = sorted({*cases, *(one for some in found for one in some)}, key=lambda f: (f.code, f.case, f.detail))
        done = Round(now, monotonic() - begun, tuple(findings))
        self._last = done, monotonic()
        self.metrics.round(done.findings, done.seconds)
        return done

    async def beat(self, client: httpx2.AsyncClient) -> None:
        """Tell the municipality's own monitoring that all is well. That it does not listen is counted, no more."""
        if not self._house.settings.heartbeat_url:
            return
        try:
            async with asyncio.timeout(BEAT.total_seconds()):
                (await client.get(self._house.settings.heartbeat_url)).raise_for_status()
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
            # The address itself may be a secret, and the error repeats it.
            log.warning("nobody took the heartbeat", error=type(error).__name__)
            self.metrics.heartbeat(None)
        else:
            self.metrics.heartbeat(self._now())

    async def _made(self, name: str, check: Awaitable[list[Finding]]) -> list[Finding]:
        try:
            async with asyncio.timeout(ROUND.total_seconds()):
                return await check
        except OutOfReach:
            return [Finding(code="database_out_of_reach")]
        except (EngineOutOfReach, RPCError):
            self._client = None
            return [Finding(code="engine_out_of_reach")]
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the next round must come
            return [Finding(code="check_failed", detail=f"{name}:{type(error).__name__}")]

    async def _engine(self) -> list[Finding]:
        settings = self._house.settings
        if self._client is None:
            self._client = await connect(settings.temporal_address, settings.temporal_namespace, DataConverter.default)
        # What has just begun may not be listed yet; what has waited too long to begin is found as a report.
        since = self._now() - UNSTARTED
        cases = (one.case for one in self.following.cases.values())
        settled = [case.ref for case in cases if not case.closed and case.updated < since]
        return await examine_engine(self._client, settings.task_queue, settled)

    async def _reports(self, now: datetime) -> list[Finding]:
        async with self._house.database.reading() as session:
            waiting = await reports.waiting(session, MANY)
        limit = max(UNSTARTED, 2 * timedelta(seconds=self._house.settings.sweep_seconds))
        return [Finding(code="report_waits", case=one.case) for one in waiting if one.received + limit < now]

    async def _messages(self, now: datetime) -> list[Finding]:
        """A canary is looked after by itself."""
        async with self._house.database.reading() as session:
            waiting = [one for one in await watch.waiting(session) if one.kind is not MessageKind.CANARY]
            tallies = await watch.tallies(session, now - DAY)
        oldest = min((one.queued for one in waiting), default=now)
        self.metrics.post(tallies, (now - oldest).total_seconds())
        stuck = (one for one in waiting if one.queued + QUEUED.get(one.urgency, QUEUED_LONGER) < now)
        return [Finding(code="message_stuck", case=one.case or "", detail=one.channel) for one in stuck]

    async def _canaries(self, now: datetime) -> list[Finding]:
        found = await self._canary.findings(now)
        self.metrics.canary((now - (self._canary.last_back or self._begun)).total_seconds())
        return found

    async def _duty(self, now: datetime) -> list[Finding]:
        """Whether an alarm of the next 24 h would find nobody on duty. Anything else that lacks is the doctor's."""
        found = []
        async with self._house.database.reading() as session:
            for organisation in (await session.execute(select(tables.organisations.c.code))).scalars().all():
                try:
                    routine = await routines.current(session, organisation, now.date())
                except routines.UnknownRoutine:
                    continue
                for one in await lacks(session, self._house.ring, organisation, routine, now, (), horizon=DAY):
                    if one.code in UNMANNED or (one.code == "nobody_holds" and one.role is Role.DUTY_OFFICER):
                        detail = f"{organisation}:{one.role}:{one.code}"
                        found.append(Finding(code="nobody_on_duty", detail=detail))
        return found

    def _is_well(self) -> bool:
        if self._last is None:
            return False
        last, at = self._last
        longest = STALE * max(self._house.settings.watch_seconds, ROUND.total_seconds())
        return last.well and monotonic() - at < longest


async def watch_on(house: House, told: Callable[[Round], None]) -> None:
    """Look again and again until SIGTERM or Ctrl-C, with heartbeat and metrics. Raises `OSError` if the port is taken.

    :param told: hears of each round.
    """
    dog = Watchdog(house)
    stop_serving = dog.metrics.serve(house.settings.metrics_host, house.settings.metrics_port)
    try:
        async with httpx2.AsyncClient() as client:
            watching = asyncio.create_task(keep_watch(dog, client, house.settings.watch_seconds, told))
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, watching.cancel)
            with contextlib.suppress(asyncio.CancelledError):
                await watching
    finally:
        await asyncio.to_thread(stop_serving)


async def keep_watch(
    dog: Watchdog, client: httpx2.AsyncClient, seconds: float, told: Callable[[Round], None]
) -> NoReturn:
    """Until cancelled: look, and send a heartbeat if all is well, every so many seconds."""
    known: Sequence[Finding] | None = None
    while True:
        begun = monotonic()
        made = await dog.round()
        if made.findings != known:
            _say(made)
            known = made.findings
        told(made)
        if made.well:
            await dog.beat(client)
        await asyncio.sleep(max(0.0, begun + seconds - monotonic()))


def _say(made: Round) -> None:
    """What has changed since the last round, in the log."""
    if made.well:
        log.info("all is well", warnings=len(made.findings))
    for one in made.findings:
        log.warning("not as it should be", code=one.code, case=one.case, detail=one.detail)
