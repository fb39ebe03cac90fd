"""SQLite as the embedded database: durable, checked, and one trip to its thread per statement instead of four."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Generator, Iterable
from functools import partial
from time import monotonic
from typing import Any, Self

import aiosqlite

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
POLL = 0.01
"""Seconds after which SQLite's own wait for a lock begins anew: later it looks ten times a second only, and whoever
writes much in another process would never be met between two transactions."""


class Cursor:
    """What SQLAlchemy asks of a cursor. All rows come with the statement; the lists are short."""

    def __init__(
        self, run: Callable[[Callable[[], Any]], Awaitable[Any]], connection: sqlite3.Connection, patience: float
    ) -> None:
        self._run = run
        self._connection = connection
        self._patience = patience
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        """Run one statement."""
        return await self._keep(self._connection.execute, sql, parameters)

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        """Run one statement for each row."""
        return await self._keep(self._connection.executemany, sql, parameters)

    async def fetchall(self) -> list[Any]:
        """The rows, here already."""
        return self._rows

    async def close(self) -> None:
        """Nothing is left open."""

    async def _keep(self, execute: Callable[..., sqlite3.Cursor], sql: str, parameters: Iterable[Any]) -> Self:
        def run() -> tuple[sqlite3.Cursor, list[Any]]:
            until = monotonic() + self._patience
            while True:
                try:
                    done = execute(sql, parameters)
                    return done, done.fetchall()
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or monotonic() > until:
                        raise

        done, self._rows = await self._run(run)
        self.description, self.rowcount, self.lastrowid = done.description, done.rowcount, done.lastrowid
        return self


class Connection(aiosqlite.Connection):
    """A connection with a thread of its own that does not keep the program from ending."""

    def __init__(self, connector: Callable[[], sqlite3.Connection], patience: float) -> None:
        super().__init__(connector, iter_chunk_size=1)
        self._patience = patience
        self._thread.daemon = True

    def __await__(self) -> Generator[Any, None, Self]:
        return self._opened().__await__()

    async def _opened(self) -> Self:
        self._thread.start()
        try:
            await self._connect()
        except BaseException:
            # The thread still has something to say to this loop, which may be gone before it does.
            await asyncio.to_thread(self._thread.join)
            raise
        return self

    def cursor(self) -> Cursor:  # type: ignore[override]
        """A cursor that needs no trip of its own."""
        return Cursor(self._execute, self._conn, self._patience)


def connect(path: str, timeout: float, **options: Any) -> Connection:
    """Open a file. Transactions begin when `storage.database` says BEGIN, not when the driver sees fit.

    :param timeout: seconds to wait for another writer.
    """
    return Connection(partial(_open, path, {**options, "timeout": timeout}), timeout)


def _open(path: str, options: dict[str, Any]) -> sqlite3.Connection:
    opened: sqlite3.Connection = sqlite3.connect(path, **options, isolation_level=None)
    for pragma in PRAGMAS:
        opened.execute(f"PRAGMA {pragma}")
    opened.execute(f"PRAGMA busy_timeout={int(POLL * 1000)}")
    return opened
