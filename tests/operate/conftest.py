"""An installation on disk with the fictitious organisations, whose engine is down unless a test starts one."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from operate.up import prepare
from settings import Settings
from storage.database import Database
from storage.keys import KeyRing
from tests.engine import free_port
from tests.storage.town import Town, found

NOBODY = "127.0.0.1:1"
"""Where nothing ever listens."""


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("furnished") / "home"
    asyncio.run(prepare(Settings(home=home), fictitious=True))
    return home


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """A command sends all logs to its own standard error, which is gone after the test."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine where nothing has been set up."""
    home = tmp_path / "home"
    monkeypatch.setenv("VARNA_HOME", str(home))
    monkeypatch.setenv("VARNA_TEMPORAL_ADDRESS", NOBODY)
    monkeypatch.delenv("VARNA_LANGUAGE", raising=False)
    return home


@pytest.fixture
def home(empty: Path, furnished: Path) -> Path:
    """An installation of its own."""
    shutil.copytree(furnished, empty)
    return empty


@pytest.fixture
async def little_town(database: Database, ring: KeyRing) -> Town:
    """A town at work without an engine, on both kinds of database."""
    return await found(database, ring)


@pytest.fixture
def unused_port() -> int:
    """A loopback port nobody listens on now."""
    return free_port()
