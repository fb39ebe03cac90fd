"""Several stories in one town at once: its clock runs on when all of them wait, to the time of the first one."""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from operate.town import Town

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from operate.scenarios.scenario import Scenario
    from operate.town import TownCase


@dataclass
class Together(Town):
    """The town; `playing` is how many stories are still going on."""

    playing: int = 0
    _waiting: list[tuple[datetime, int, asyncio.Future[None]]] = field(default_factory=list)
    _order: Iterator[int] = field(default_factory=count)

    async def until(self, when: datetime) -> None:
        """Wait until then; the others go on meanwhile."""
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (when, next(self._order), turn))
        await self._run_on()
        await turn

    async def play(self, scenario: Scenario) -> list[TownCase]:
        """Tell one of the stories counted in `playing`; its cases."""
        try:
            return await scenario.story(self)
        finally:
            self.playing -= 1
            await self._run_on()

    async def _run_on(self) -> None:
        """Let the clock run if nobody is doing anything."""
        if self._waiting and len(self._waiting) == self.playing:
            when, _, turn = heapq.heappop(self._waiting)
            await super().until(when)
            turn.set_result(None)
