"""The watchdog beside a real installation: it falls silent when the worker does, and finds a case that is wedged."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from temporalio import workflow
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from models.watch import Finding
from operate.hands import LONG_POLL
from operate.watchdog.engine import examine_engine
from operate.watchdog.rounds import BEAT, ROUND
from tests.engine import Installation, free_port, installation, until
from tests.failure.officers import alive, begin
from tests.monitoring import monitoring
from tests.reports import GRANVIK, a_report
from tests.routine import routine
from workflows.client import workflow_id

SILENT = LONG_POLL + ROUND + BEAT
"""After so long without a worker there is no heartbeat any more, even where nothing falls due."""
SOON_FLAGGED = "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2"
"""The engine marks a wedged case after two failures instead of five, which take it a minute."""


class Watching:
    """`varna watch` as a process of its own, and what it printed."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.rounds: list[dict[str, Any]] = []

    async def read(self) -> None:
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            self.rounds.append(json.loads(line))

    def found(self) -> set[str]:
        return {one["code"] for one in self.rounds[-1]["findings"]} if self.rounds else set()


@asynccontextmanager
async def watching(running: Installation, url: str) -> AsyncIterator[Watching]:
    environment = {
        **os.environ,
        "VARNA_HOME": str(running.settings.home),
        "VARNA_TEMPORAL_ADDRESS": running.settings.temporal_address,
        "VARNA_HEARTBEAT_URL": url,
        "VARNA_WATCH_SECONDS": "1",
        "VARNA_METRICS_PORT": str(free_port()),
        "VARNA_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "cli", "watch", "--json"]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.PIPE)
    told = Watching(process)
    reading = asyncio.create_task(told.read())
    try:
        yield told
    finally:
        process.terminate()
        code = await asyncio.wait_for(process.wait(), 30)
        await reading
    assert code == 0, "asked to leave, it leaves in peace"


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_stopped_worker_silences_the_watchdog_in_time_and_a_started_one_lets_it_speak_again(
    tmp_path: Path,
) -> None:
    async with monitoring() as (url, heard), installation(tmp_path) as running, watching(running, url) as told:

        async def heard_more_than(number: int) -> bool:
            return len(heard) > number

        await running.adopt(routine("exercise", GRANVIK))
        ref = await begin(running, a_report(danger_now=True))
        await alive(running, ref)
        begun = len(heard)
        await until(lambda: heard_more_than(begun + 2))

        await running.stop(running.worker)
        stopped = monotonic()

        async def silent() -> bool:
            return not told.rounds[-1]["well"]

        await until(silent, SILENT.total_seconds())
        assert monotonic() - stopped < SILENT.total_seconds()
        assert told.found() & {"backlog", "overdue", "nobody_works"}
        quiet = len(heard)

        seen = len(told.rounds)

        async def many_more_rounds() -> bool:
            return len(told.rounds) > seen + 5

        await until(many_more_rounds)
        assert len(heard) == quiet, "not a single heartbeat since"

        await running.start(running.worker)
        await until(lambda: heard_more_than(quiet))
        assert told.rounds[-1]["well"]


@workflow.defn(name="case")
class Wedged:
    """A case whose code fails at every attempt."""

    @workflow.run
    async def run(self) -> None:
        raise RuntimeError("wedged")


@pytest.mark.slow
async def test_a_wedged_case_one_that_does_not_run_and_a_queue_nobody_serves_are_found(tmp_path: Path) -> None:
    flags = ("--dynamic-config-value", SOON_FLAGGED)
    async with installation(tmp_path, *flags, start=("engine",)) as running:
        client, queue, ref = await running.client(), running.settings.task_queue, "9001-FV-2026-00001"
        await client.start_workflow(Wedged.run, id=workflow_id(ref), task_queue=queue)
        nobody = [Finding(code="nobody_works", detail=kind) for kind in ("workflow", "activity")]
        assert await examine_engine(client, queue, [ref]) == nobody
        runner = UnsandboxedWorkflowRunner()
        async with Worker(client, task_queue=queue, workflows=[Wedged], workflow_runner=runner):
            wedged = Finding(code="wedged", case=ref)

            async def marked() -> bool:
                return wedged in await examine_engine(client, queue, [ref])

            await until(marked)
            lost = "9001-FV-2026-00002"
            found = await examine_engine(client, queue, [ref, lost])
            assert found == [nobody[1], wedged, Finding(code="not_running", case=lost)]
