"""Several small pieces of work in one transaction, where only one can write: the commit costs more than the work."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.database import Database

    Work = Callable[[AsyncSession], Awaitable[Any]]

T = TypeVar("T")
MOST = 50
"""Pieces in one transaction, so that nobody else waits for long."""
GAP = 0.005
"""Seconds between two, in which other processes get their turn (`storage.embedded.POLL`)."""


class Together:
    """Whatever is asked for while a transaction runs is done in the next one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[Work, asyncio.Future[Any]]] = []
        self._running: asyncio.Task[None] | None = None

    async def write(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """Do it in a transaction that others may share; it is committed when this returns. Raises what it raises.

        It must bear to be done twice: if another's work fails, each is done again by itself.
        """
        if not self._database.one_writer:
            async with self._database.writing() as session:
                return await work(session)
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._write_all())
        return await done

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if not await self._write(batch):
                for piece in batch:
                    await self._write([piece], last=True)
            if self._waiting:
                await asyncio.sleep(GAP)

    async def _write(self, batch: list[tuple[Work, asyncio.Future[Any]]], *, last: bool = False) -> bool:
        try:
            async with self._database.writing() as session:
                results = [await work(session) for work, _ in batch]
        except Exception as error:  # noqa: BLE001 - whoever asked gets it
            if last or len(batch) == 1:
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
                return True
            return False
        for (_, done), result in zip(batch, results, strict=True):
            if not done.done():
                done.set_result(result)
        return True
