"""A town of its own for each story, at a quiet time of the year."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from operate.town import STOCKHOLM, a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from operate.town import Town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as town:
        # In February there is no holiday and no change of clocks: the deadlines of the stories are those of the domain.
        year = (await town.now()).astimezone(STOCKHOLM).year + 1
        await town.until(datetime(year, 2, 1, tzinfo=STOCKHOLM))
        yield town
