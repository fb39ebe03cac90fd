"""`varna up` as a newcomer runs it: it ends cleanly, and brings back what dies."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.engine import free_port, until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.slow

READY = b"varna is up"
PATIENCE = 60


@asynccontextmanager
async def varna_up(home: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The real program on a free port, once it says that it is up."""
    command = [sys.executable, "-m", "cli", "up", "--home", str(home), "--port", str(free_port()), "--fictitious"]
    environment = {**os.environ, "VARNA_LOG_FORMAT": "json", "VARNA_WEB_PORT": str(free_port())}
    process = await asyncio.create_subprocess_exec(*command, env=environment, stderr=asyncio.subprocess.PIPE)
    try:
        await until_said(process, READY)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await asyncio.wait_for(process.wait(), PATIENCE)


async def until_said(process: asyncio.subprocess.Process, what: bytes) -> None:
    assert process.stderr is not None
    async with asyncio.timeout(PATIENCE):
        while what not in (line := await process.stderr.readline()):
            assert line, "it ended without saying so"


def children(process: asyncio.subprocess.Process) -> dict[str, psutil.Process]:
    found = psutil.Process(process.pid).children()
    return {next((name for name in ("worker", "web") if name in child.cmdline()), "engine"): child for child in found}


async def back(process: asyncio.subprocess.Process, name: str, dead: psutil.Process) -> bool:
    return children(process).get(name, dead) != dead


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_leaves_no_child_behind(number: signal.Signals, tmp_path: Path) -> None:
    async with varna_up(tmp_path / "home") as process:
        before = children(process)
        assert before.keys() == {"engine", "worker", "web"}
        process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    _, alive = psutil.wait_procs(before.values(), timeout=1)
    assert alive == []


async def test_it_starts_a_dead_child_again(tmp_path: Path) -> None:
    async with varna_up(tmp_path / "home") as process:
        for name in ("web", "worker", "engine"):
            dead = children(process)[name]
            dead.kill()
            await until_said(process, b"starting it again")
            await until(partial(back, process, name, dead))


async def test_a_second_one_says_that_the_port_of_the_pages_is_taken(tmp_path: Path) -> None:
    async with varna_up(tmp_path / "home") as process:
        port = children(process)["web"].environ()["VARNA_WEB_PORT"]
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cli", "up", "--home", str(tmp_path / "other"), "--port", str(free_port())),
            env={**os.environ, "VARNA_WEB_PORT": port},
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await asyncio.wait_for(second.communicate(), PATIENCE)
    assert second.returncode == 5
    assert b"VARNA_WEB_PORT" in said


async def test_a_second_one_says_that_the_port_is_taken(tmp_path: Path) -> None:
    async with varna_up(tmp_path / "home") as process:
        command = children(process)["engine"].cmdline()
        port = command[command.index("--port") + 1]
        second = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "cli", "up", "--home", str(tmp_path / "other"), "--port", port),
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await asyncio.wait_for(second.communicate(), PATIENCE)
    assert second.returncode == 5
    assert b"--port" in said
