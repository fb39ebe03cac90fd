"""Cases on a real engine against bare workflows on the same: how long an action takes, how many cases a second."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

import psutil
from sqlalchemy import func, select
from temporalio.client import Client

from desk.intake import accept, start
from operate.hands import somebody_works
from operate.up import Child
from storage import tables
from tests.benchmarks import bare
from tests.benchmarks.script import CHIEF, commands, hurried, read, report
from tests.engine import Installation, installation, pid, until
from workflows.client import workflow_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from temporalio.client import WorkflowHistory

    from workflows.client import Cases

Timed = Callable[[], Awaitable[Any]]

TIMED = 40
"""Actions timed in a row, of each kind in turn."""
AT_ONCE = 24
PER_ROUND = 48
"""Cases."""
WARM = 8
PAUSE = 0.3
CACHED = 200
"""Open cases in the memory of a worker."""


@dataclass
class Stage:
    """One engine with both workers, ours and the bare one, and both ways in."""

    installation: Installation
    cases: Cases
    plain: Client
    opponent: Child

    async def begin(self) -> str:
        """Report, and have the case started; its number."""
        accepted = await accept(self.installation.house, report(), datetime.now(UTC))
        await start(self.installation.house, self.cases, accepted)
        return accepted.case

    async def live_through(self) -> str:
        """A whole case: report, twelve actions, closed."""
        ref = await self.begin()
        for command in commands(ref):
            receipt = await self.cases.act(ref, command, CHIEF)
        assert receipt.stage is None, "not closed"
        return ref

    async def live_bare(self) -> None:
        """The same number of updates, and nothing else."""
        handle = await bare.begin(self.plain, 12)
        for number in range(12):
            await handle.execute_update(bare.Bare.act, f"{number}")
        await handle.result()

    async def history(self, ref: str) -> WorkflowHistory:
        """What the engine keeps of a case."""
        return await self.plain.get_workflow_handle(workflow_id(ref)).fetch_history()

    async def notices_sent(self) -> int:
        """Messages that left so far."""
        async with self.installation.house.database.reading() as session:
            query = select(func.count()).select_from(tables.notices)
            return int((await session.execute(query)).scalar_one())

    async def quiet(self) -> None:
        """Wait until the last notices are out, so that they do not slow down what is measured next."""

        async def nothing_more() -> bool:
            before = await self.notices_sent()
            await asyncio.sleep(PAUSE)
            return before == await self.notices_sent()

        await until(nothing_more)

    def processor_seconds(self) -> dict[str, float]:
        """What each process has used so far; here is whoever reports and acts."""
        children = {
            child.name: pid(child) for child in (self.installation.engine, self.installation.worker, self.opponent)
        }
        times = {name: psutil.Process(number).cpu_times() for name, number in {**children, "here": os.getpid()}.items()}
        return {name: used.user + used.system for name, used in times.items()}


@asynccontextmanager
async def stage(home: Path) -> AsyncIterator[Stage]:
    """Set it up, with everything warm."""
    async with installation(home) as running:
        await running.adopt(hurried())
        address = running.settings.temporal_address
        plain = await Client.connect(address)
        command = [sys.executable, "-m", "tests.benchmarks.bare", address]
        opponent = Child("bare", command, {}, partial(somebody_works, plain, bare.QUEUE))
        try:
            await running.start(opponent)
            set_up = Stage(running, await running.cases(), plain, opponent)
            await asyncio.gather(
                *(set_up.live_through() for _ in range(WARM)), *(set_up.live_bare() for _ in range(WARM))
            )
            yield set_up
        finally:
            await running.stop(opponent)


async def action_milliseconds(on: Stage) -> tuple[float, float]:
    """Median milliseconds of an officer action and of a bare update, one at a time, in turn."""
    ref, handle = await on.begin(), await bare.begin(on.plain, TIMED + 1)
    triage, *_ = commands(ref)
    await on.cases.act(ref, triage, CHIEF)
    await on.quiet()
    ours, theirs = [], []
    for number in range(TIMED):
        what: tuple[str, dict[str, Any]] = (
            ("add_note", {"text": "Ringde igen."}) if number % 2 else ("contact_affected", {"outcome": "reached"})
        )
        command = read(what[0], f"{ref}.{number}", what[1])
        ours.append(await _milliseconds(on.cases.act(ref, command, CHIEF)))
        theirs.append(await _milliseconds(handle.execute_update(bare.Bare.act, "Ringde igen.")))
    return median(ours), median(theirs)


@dataclass(frozen=True)
class Lived:
    """How many were done per second, and what each of them gave."""

    rate: float
    done: list[Any]
    milliseconds: dict[str, float]
    """Processor time per case, of each process."""


async def per_second(on: Stage, work: Timed) -> Lived:
    """Do `PER_ROUND` of these, `AT_ONCE` at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one() -> Any:
        async with places:
            return await work()

    await on.quiet()
    used, began = on.processor_seconds(), perf_counter()
    done = await asyncio.gather(*(one() for _ in range(PER_ROUND)))
    rate = PER_ROUND / (perf_counter() - began)
    await on.quiet()
    spent = {name: (after - used[name]) / PER_ROUND * 1e3 for name, after in on.processor_seconds().items()}
    return Lived(rate, done, {name: round(each) for name, each in spent.items()})


async def kilobytes_per_case(on: Stage) -> float:
    """Memory a worker needs for one more open case in its cache."""
    worker = psutil.Process(pid(on.installation.worker))
    before = worker.memory_info().rss
    places = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with places:
            ref = await on.begin()
            triage, *_ = commands(ref)
            await on.cases.act(ref, triage, CHIEF)

    await asyncio.gather(*(one() for _ in range(CACHED)))
    return (worker.memory_info().rss - before) / CACHED / 1024


async def _milliseconds(work: Awaitable[Any]) -> float:
    began = perf_counter()
    await work
    return (perf_counter() - began) * 1e3
