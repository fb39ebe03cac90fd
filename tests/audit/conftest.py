"""A signed ledger on both kinds of database; and a town for each story, whose house finds the town's engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from operate.town import a_town
from tests.audit.scene import Scene, set_up

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from operate.town import Town
    from storage.database import Database
    from storage.keys import KeyRing


@pytest.fixture
async def scene(database: Database, ring: KeyRing, tmp_path: Path) -> Scene:
    return await set_up(database, ring, tmp_path)


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as town:
        town.house._known[:] = [town.environment.client]
        yield town
