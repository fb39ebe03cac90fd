"""A signed ledger on both kinds of database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.audit.scene import Scene, set_up

if TYPE_CHECKING:
    from pathlib import Path

    from storage.database import Database
    from storage.keys import KeyRing


@pytest.fixture
async def scene(database: Database, ring: KeyRing, tmp_path: Path) -> Scene:
    return await set_up(database, ring, tmp_path)
