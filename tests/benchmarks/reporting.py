"""Reports through the front door of an embedded installation: how soon one is accepted, and a thousand in a minute."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from statistics import quantiles
from time import perf_counter
from typing import TYPE_CHECKING

import httpx2
from sqlalchemy import func, select

from models.scopes import Scope
from storage import programs, tables
from tests.benchmarks.script import CHIEF, report
from tests.engine import installation, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine import Installation

CALM = 100
"""Reports one after the other."""
FLOOD = 1000
MINUTE = 60.0
TOKENS = 4
"""A program alone is slowed down long before so many."""
PATIENCE = 300


@dataclass(frozen=True)
class Reported:
    """What became of them. Times in milliseconds until a report was accepted."""

    calm: float
    flooded: float
    refused: int
    lost: int
    seconds: float
    """Until all of the flood were cases, from its first report."""


async def measure(home: Path) -> Reported:
    """Engine, worker and pages as real processes on one machine."""
    async with installation(home, start=("engine", "worker", "web")) as on, AsyncExitStack() as open_:
        doors = [await open_.enter_async_context(await _program(on, number)) for number in range(TOKENS)]
        for number in range(10):
            await _hand_in(doors[0], f"warm-{number}")
        calm = [(await _hand_in(doors[0], f"calm-{number}"))[0] for number in range(CALM)]
        await until(lambda: _are_cases(on, 10 + CALM), PATIENCE)
        began = perf_counter()
        answers = await _flood(doors)
        accepted = [took for took, status in answers if status == httpx2.codes.CREATED]
        await until(lambda: _are_cases(on, 10 + CALM + len(accepted)), PATIENCE)
        seconds, cases = perf_counter() - began, await _cases(on)
    refused = FLOOD - len(accepted)
    return Reported(_p95(calm), _p95(accepted), refused, 10 + CALM + len(accepted) - cases, seconds)


async def _flood(doors: list[httpx2.AsyncClient]) -> list[tuple[float, int]]:
    """One report after the other at an even pace, whatever became of the one before."""
    began, tasks = perf_counter(), []
    for number, door in zip(range(FLOOD), cycle(doors), strict=False):
        await asyncio.sleep(max(0.0, began + number * MINUTE / FLOOD - perf_counter()))
        tasks.append(asyncio.create_task(_hand_in(door, f"flood-{number}")))
    return list(await asyncio.gather(*tasks))


async def _hand_in(door: httpx2.AsyncClient, key: str) -> tuple[float, int]:
    """Milliseconds, and what was answered; 0 is no answer."""
    began, status = perf_counter(), 0
    with suppress(httpx2.HTTPError):
        body = report().model_dump_json()
        status = (await door.post("/reports", content=body, headers={"Idempotency-Key": key})).status_code
    return (perf_counter() - began) * 1000, status


async def _program(on: Installation, number: int) -> httpx2.AsyncClient:
    now = datetime.now(UTC)
    async with on.house.database.writing() as session:
        tomorrow = now + timedelta(days=1)
        token, _ = await programs.create(session, f"prov-{number}", CHIEF.id, [Scope.REPORT], now, tomorrow)
    return httpx2.AsyncClient(
        base_url=f"{on.settings.public_url}/api/v1",
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        timeout=MINUTE,
        trust_env=False,
    )


async def _are_cases(on: Installation, how_many: int) -> bool:
    return await _cases(on) >= how_many


async def _cases(on: Installation) -> int:
    async with on.house.database.reading() as session:
        return int(await session.scalar(select(func.count()).select_from(tables.cases)) or 0)


def _p95(taken: list[float]) -> float:
    return quantiles(taken, n=20)[-1]
