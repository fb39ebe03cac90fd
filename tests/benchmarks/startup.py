"""From `varna up` on an empty folder to the first report that is a living case."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from desk.intake import accept, start
from operate.house import House
from settings import Settings
from storage.database import OutOfReach
from storage.reports import UnknownOrganisation
from tests.benchmarks.script import report
from tests.engine import free_port, until
from workflows.client import EngineOutOfReach

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 60


async def seconds_to_first_case(home: Path) -> float:
    """Run the real command, report as soon as anything answers, and wait until the worker shows the case."""
    port = free_port()
    settings = Settings(home=home, temporal_address=f"127.0.0.1:{port}")
    began = perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "import cli; cli.main()"),
        *("up", "--home", str(home), "--port", str(port), "--fictitious"),
        env={**os.environ, "VARNA_LOG_LEVEL": "ERROR", "VARNA_WEB_PORT": str(free_port())},
        start_new_session=True,
    )
    try:
        await _first_case(settings)
        return perf_counter() - began
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()


async def _first_case(settings: Settings) -> None:
    await until(lambda: asyncio.to_thread(settings.master_key.exists), PATIENCE)
    house = House.open(settings)

    async def lives() -> bool:
        try:
            accepted = await accept(house, report(), datetime.now(UTC), "once")
            cases = await house.cases()
            await start(house, cases, accepted)
            await cases.view(accepted.case)
        except (UnknownOrganisation, SQLAlchemyError, OutOfReach, EngineOutOfReach):
            return False  # not yet migrated, not yet filled, not yet up
        return True

    try:
        await until(lives, PATIENCE)
    finally:
        await house.database.close()
