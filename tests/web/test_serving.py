"""`varna web` as a program: it says where it cannot listen, keeps links out of its log, and leaves when asked."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from operate.serve import listen
from settings import Settings
from storage.database import Database
from storage.keys import KeyRing
from storage.tables import MessageState
from tests.engine import free_port
from tests.web.office import opened

READY = b"pages ready"


@asynccontextmanager
async def varna_web(url: str, keys: Path, port: int) -> AsyncIterator[asyncio.subprocess.Process]:
    """The real program, as talkative as it can be."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "web"),
        env={
            **os.environ,
            "VARNA_HOME": str(keys.parent),
            "VARNA_DATABASE_URL": url,
            "VARNA_MASTER_KEY_FILE": str(keys),
            "VARNA_WEB_PORT": str(port),
            "VARNA_LOG_LEVEL": "DEBUG",
        },
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_serves_until_it_is_asked_to_leave_and_no_link_stands_in_its_log(
    sqlite_url: str, ring: KeyRing, tmp_path: Path, number: signal.Signals
) -> None:
    database = Database(sqlite_url)
    office = await opened(database, ring)
    sending = await office.message()
    link = await office.link(sending)
    port = free_port()
    async with varna_web(sqlite_url, tmp_path / "master.key", port) as process:
        assert process.stderr is not None
        said = b""
        while READY not in said:
            line = await process.stderr.readline()
            assert line, said.decode()
            said += line
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as visitor:
            for method, path in (
                ("GET", link),
                ("POST", link),
                ("GET", "/l/guessed"),
                ("POST", "/receipts/http/guessed"),
            ):
                await visitor.request(method, path, json={})
            process.send_signal(number)
            _, rest = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    assert await office.state(sending) is MessageState.ACCEPTED
    await database.close()
    for secret in (link.removeprefix("/l/"), "guessed"):
        assert secret.encode() not in said + rest


def test_an_answer_is_not_held_back_until_its_first_packet_is_acknowledged() -> None:
    with listen("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        taken, _ = listening.accept()
        with taken:
            assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_where_the_port_is_taken_it_names_the_setting(sqlite_url: str, ring: KeyRing, tmp_path: Path) -> None:
    assert ring.masters.keys
    with socket.create_server(("127.0.0.1", 0)) as taken:
        async with varna_web(sqlite_url, tmp_path / "master.key", taken.getsockname()[1]) as process:
            _, said = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 5
    assert b"VARNA_WEB_PORT" in said


@pytest.mark.parametrize(
    "given, url",
    [
        ({}, "http://127.0.0.1:7280"),
        ({"web_port": 8000}, "http://127.0.0.1:8000"),
        ({"web_port": 8000, "public_url": "https://varna.granvik.example/"}, "https://varna.granvik.example"),
    ],
)
def test_links_begin_where_the_pages_are_unless_told_otherwise(given: dict[str, object], url: str) -> None:
    assert Settings.model_validate(given).public_url == url
