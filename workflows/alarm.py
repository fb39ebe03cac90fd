"""One timer for one case: the next wake-up."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from temporalio import workflow

from workflows.options import SHORTEST_SLEEP

if TYPE_CHECKING:
    from datetime import datetime


class Alarm:
    """An alarm clock that is only set anew when it must ring sooner: ringing early is harmless, a new timer costs."""

    def __init__(self) -> None:
        self.at: datetime | None = None
        self.rang = False
        self._timer: asyncio.Task[None] | None = None

    def set(self, at: datetime | None) -> None:
        """Ring at `at` (UTC), or sooner if it was set to; None leaves it as it is."""
        self.rang = False
        if at is None or (self.at is not None and self.at <= at):
            return
        self.stop()
        self.at = at
        self._timer = asyncio.create_task(self._ring(at))

    def stop(self) -> None:
        """Take the timer away."""
        if self._timer is not None:
            self._timer.cancel()
        self.at, self._timer = None, None

    async def _ring(self, at: datetime) -> None:
        await workflow.sleep(max(at - workflow.now(), SHORTEST_SLEEP), summary="next wake-up")
        self.at, self._timer, self.rang = None, None, True
