"""kill -9 of worker and engine in the middle of the work: nothing accepted is lost, nothing is done twice."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

import operate.up
from models.events import Event
from models.stages.clock import Escalated, Reminded
from models.vocabulary.incident import IncidentKind
from operate.up import Child
from tests.engine import installation, pid, until
from tests.failure.officers import (
    alive,
    assert_nothing_lost_or_doubled,
    begin,
    insist,
    note,
    report,
    told_of,
)
from tests.reports import GRANVIK, a_report
from tests.routine import routine

KILLS = 20
CASES = 4
OFFICERS = 3
"""Per case."""


async def killed(child: Child) -> None:
    """End it as a power cut would, and wait until it is back."""
    before = child.starts
    os.kill(pid(child), signal.SIGKILL)

    async def back() -> bool:
        return child.starts > before and await child.ready()

    await until(back)


def steps_in(events: list[Event]) -> dict[str, list[int]]:
    """The steps taken for each obligation, in order."""
    steps: dict[str, list[int]] = {}
    for event in events:
        if isinstance(fact := event.data, Reminded | Escalated):
            steps.setdefault(fact.obligation, []).append(fact.step)
    return steps


@pytest.mark.slow
@pytest.mark.timeout(420)
async def test_twenty_kills_over_a_running_load_lose_and_double_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operate.up, "LONGEST_PAUSE", 0.5)
    async with installation(tmp_path) as running:
        await running.adopt(routine("exercise", GRANVIK))
        worked_on = [await begin(running) for _ in range(CASES)]
        silent = await begin(running, a_report(IncidentKind.THREAT_DEATH))
        await alive(running, *worked_on, silent)
        answered: dict[str, list[str]] = {ref: [] for ref in worked_on}
        reported: list[str] = []
        enough = asyncio.Event()

        async def officer(ref: str, name: str) -> None:
            at, number = await running.cases(), 0
            while not enough.is_set():
                number += 1
                receipt = await insist(at, ref, note(f"{name}.{number}"))
                assert (receipt.first, receipt.command) == (receipt.last, f"{name}.{number}")
                answered[ref].append(receipt.command)

        async def reporter() -> None:
            while not enough.is_set():
                reported.append(await report(running))
                await asyncio.sleep(2)

        async def enemy() -> None:
            for number in range(KILLS):
                done = sum(map(len, answered.values()))
                await until(lambda done=done: _more_than(answered, done + 4))  # type: ignore[misc]
                await killed(running.engine if number % 2 else running.worker)
            enough.set()

        async with asyncio.TaskGroup() as work:
            work.create_task(enemy())
            work.create_task(reporter())
            for ref in worked_on:
                for number in range(OFFICERS):
                    work.create_task(officer(ref, f"{ref}.{number}"))

        await alive(running, *reported)
        assert (running.engine.starts, running.worker.starts) == (1 + KILLS // 2, 1 + KILLS // 2)
        at = await running.cases()
        for ref in [*worked_on, *reported, silent]:
            await insist(at, ref, note("still-there"))
            await assert_nothing_lost_or_doubled(running, ref, [*answered.get(ref, []), "still-there"])
        events = await assert_nothing_lost_or_doubled(running, silent, ["still-there"])
        steps = steps_in(events)
        assert steps["triage"][-1] > len(routine("exercise", GRANVIK).escalation.steps()), (
            "the whole ladder was climbed"
        )
        assert all(climbed == sorted(set(climbed)) for climbed in steps.values()), "no step was taken twice"
        sent = [(one.notice, one.recipient, one.channel) for one in await told_of(running, silent)]
        assert len(sent) == len(set(sent))


async def _more_than(answered: dict[str, list[str]], number: int) -> bool:
    return sum(map(len, answered.values())) > number
