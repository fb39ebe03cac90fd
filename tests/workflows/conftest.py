"""A town whose worker forgets every case after each task, so that each task is also a replay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from temporalio import workflow

from operate.town import a_town

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from operate.town import Town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(
        tmp_path, max_cached_workflows=0, workflow_failure_exception_types=[workflow.NondeterminismError]
    ) as town:
        yield town
