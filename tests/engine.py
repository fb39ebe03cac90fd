"""A whole installation of real processes on loopback: engine, worker and a house in this process, gone afterwards."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from temporalio.client import ScheduleActionExecutionStartWorkflow

from operate.house import House
from operate.up import Child, engine, prepare, web, worker
from settings import Settings
from storage import routines
from storage.people import actor
from workflows.client import Cases, EngineOutOfReach

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path

    from temporalio.client import Client, ScheduleHandle

    from models.message import Actor
    from models.routine import Routine


@dataclass
class Installation:
    """Everything `varna up` starts, with its parts at hand to be hurt. A stopped part stays down until started."""

    settings: Settings
    house: House
    engine: Child
    worker: Child
    web: Child
    keeping: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    async def start(self, child: Child) -> None:
        """Run a child, and again whenever it dies; return when it is ready."""
        self.keeping[child.name] = asyncio.create_task(child.keep_alive())
        await until(child.ready)

    async def stop(self, child: Child) -> None:
        """End a child for good."""
        if task := self.keeping.pop(child.name, None):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await child.stop()

    async def client(self) -> Client:
        """A client, as soon as the engine answers."""
        while True:
            try:
                return await self.house.engine()
            except EngineOutOfReach:
                await asyncio.sleep(0.05)

    async def cases(self) -> Cases:
        """The front door, as soon as the engine answers."""
        return Cases(await self.client(), self.settings.task_queue)

    async def adopt(self, routine: Routine) -> None:
        """Let new cases of an organisation follow another routine."""
        async with self.house.database.writing() as session:
            await routines.adopt(session, routine)

    async def person(self, code: str) -> Actor:
        """Somebody in the directory."""
        async with self.house.database.reading() as session:
            return await actor(session, code)


async def until(holds: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Look again and again until something holds; raises `TimeoutError`."""
    async with asyncio.timeout(seconds):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.05)


async def triggered(schedule: ScheduleHandle) -> str:
    """Have a schedule start its workflow now, as it does by itself; the id of the workflow."""
    await schedule.trigger()

    async def ran() -> bool:
        return bool((await schedule.describe()).info.recent_actions)

    await until(ran)
    (one,) = (await schedule.describe()).info.recent_actions
    assert isinstance(one.action, ScheduleActionExecutionStartWorkflow)
    return one.action.workflow_id


def free_port() -> int:
    """A loopback port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pid(child: Child) -> int:
    """The process a child runs as now."""
    assert child.process is not None
    return child.process.pid


@asynccontextmanager
async def installation(
    home: Path, *flags: str, start: Sequence[str] = ("engine", "worker"), **options: Any
) -> AsyncIterator[Installation]:
    """Run an installation with the fictitious organisations.

    :param flags: further ones for the dev server.
    :param start: the children to start at once.
    :param options: settings.
    """
    port = free_port()
    pages = free_port()
    given: dict[str, Any] = {
        "log_level": "ERROR",
        "sweep_seconds": 0.5,
        "web_port": pages,
        "public_url": f"http://127.0.0.1:{pages}",
        **options,
    }
    settings = Settings(home=home, temporal_address=f"127.0.0.1:{port}", **given)
    await prepare(settings, fictitious=True)
    house = House.open(settings)
    server, working, serving = engine(settings, port), worker(settings), web(settings)
    server.command = [*server.command, *flags]
    for child in (working, serving):
        named = {f"VARNA_{name.upper()}": str(value) for name, value in given.items()}
        child.environment = {**child.environment, **named}
    running = Installation(settings, house, server, working, serving)
    try:
        for child in (server, working, serving):
            if child.name in start:
                await running.start(child)
        yield running
    finally:
        for child in (serving, working, server):
            await running.stop(child)
        await house.database.close()


def alive(number: int) -> bool:
    """A process with this id runs."""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True
