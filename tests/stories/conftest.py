"""A town of its own for each story."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from operate.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from operate.town import Town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as town:
        yield town
