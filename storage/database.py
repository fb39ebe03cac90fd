"""The one way to the database: transactions for reading and for writing."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from functools import cache
from itertools import islice
from typing import TypeVar

import structlog
from sqlalchemy import Connection, Table, event, func, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from storage import embedded
from storage.together import Together

log = structlog.get_logger()
T = TypeVar("T")

PAUSE = 0.2
"""Seconds until something that could not be written is tried again."""
PATIENCE = 5
"""Seconds to wait for a connection, or in SQLite for another writer."""
AT_ONCE = 500
"""Rows asked for by one question: both databases take about 32 000 values at most."""
_UNREACHABLE = ("08", "28", "3D", "53", "57")
"""SQLSTATE classes: connection, authorisation, catalogue, resources, operator intervention."""
WALL = "varna.organisations"
"""PostgreSQL's setting that says whose rows are there (`storage/migrations/walls.py`); `*` for everybody's."""


class OutOfReach(Exception):
    """The database does not answer; nothing of the transaction was kept. Trying again later may help."""


class Database:
    """A database: `sqlite+aiosqlite:///file` or `postgresql+asyncpg://…`. One per process and event loop."""

    def __init__(self, url: str) -> None:
        self.engine = engine(url)
        self._reader = async_sessionmaker(self.engine, expire_on_commit=False)
        self._writer = async_sessionmaker(self.engine.execution_options(writes=True), expire_on_commit=False)
        # SQLite has one writer; waiting here is first come first served, its own busy handler is a lottery.
        self._turn: asyncio.Lock | None = asyncio.Lock() if self.engine.dialect.name == "sqlite" else None
        self._together = Together(self)
        self._soon: set[asyncio.Task[None]] = set()
        self._closing = False

    @property
    def one_writer(self) -> bool:
        """Only one transaction writes at a time, whatever the number of connections."""
        return self._turn is not None

    @asynccontextmanager
    async def reading(self, of: Collection[str] | None = None) -> AsyncIterator[AsyncSession]:
        """A transaction for reading; raises `OutOfReach`.

        :param of: the organisations it is about: on PostgreSQL no row of any other is there. Without it, all are.
        """
        async with _transaction(self._reader) as session:
            await confine(session, of)
            yield session

    @asynccontextmanager
    async def writing(self, of: Collection[str] | None = None) -> AsyncIterator[AsyncSession]:
        """A transaction that commits at the end, or rolls back on any error; raises `OutOfReach`.

        :param of: as in `reading`.
        """
        async with self._turn or nullcontext(), _transaction(self._writer) as session:
            await confine(session, of)
            yield session

    async def soon(self, work: Callable[[AsyncSession], Awaitable[None]], within: float) -> None:
        """Write, but keep nobody waiting for more than so many seconds: what has had no turn by then is written after.

        `close` waits for it. It must bear to be done twice. Raises what it raises in time.
        """
        task = asyncio.create_task(self._until_written(work))
        self._soon.add(task)
        task.add_done_callback(self._soon.discard)
        done, _ = await asyncio.wait({task}, timeout=within)
        for one in done:
            one.result()

    async def _until_written(self, work: Callable[[AsyncSession], Awaitable[None]]) -> None:
        while True:
            try:
                return await self._together.write(work)
            except OutOfReach as error:
                log.warning("something waits to be written", error=type(error).__name__)
                if self._closing:
                    raise
                await asyncio.sleep(PAUSE)

    async def close(self) -> None:
        """Write what waits, and give all connections back."""
        self._closing = True
        if self._soon:
            done, late = await asyncio.wait(set(self._soon), timeout=2 * PATIENCE)
            if lost := len(late) + sum(task.exception() is not None for task in done):
                log.error("something was not written", count=lost)
        await self.engine.dispose()


async def confine(session: AsyncSession, organisations: Collection[str] | None) -> None:
    """From here to the end of the transaction, nothing of other organisations is there (PostgreSQL alone)."""
    if organisations is not None and session.get_bind().dialect.name == "postgresql":
        await session.execute(select(func.set_config(WALL, ",".join(sorted(organisations)), True)))  # noqa: FBT003


def portions(several: Iterable[T]) -> Iterator[list[T]]:
    """All of them in order, as many at a time as one question may name."""
    left = iter(several)
    while some := list(islice(left, AT_ONCE)):
        yield some


async def snapshot(session: AsyncSession) -> None:
    """Before anything is asked: all that is read to the end of the transaction is as it stands now, whoever writes."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite's readers have it so anyhow
        await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


async def passes_walls(session: AsyncSession) -> bool:
    """Whether PostgreSQL holds this role back from no row, whatever it asks for: a superuser, or one like it."""
    if session.get_bind().dialect.name != "postgresql":
        return False
    asked = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    return bool((await session.execute(asked)).scalar_one())


def engine(url: str) -> AsyncEngine:
    """An engine as Värna wants it; parameters never show in an error's text."""
    if make_url(url).get_backend_name() != "sqlite":
        arguments = {"timeout": PATIENCE, "server_settings": {WALL: "*"}}
        return create_async_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=arguments)
    arguments = {"timeout": PATIENCE, "async_creator_fn": embedded.connect}
    made = create_async_engine(url, hide_parameters=True, connect_args=arguments)
    event.listen(made.sync_engine, "begin", _begin)
    return made


def insert_into(session: AsyncSession, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, in the session's dialect."""
    return sqlite.insert(table) if session.get_bind().dialect.name == "sqlite" else postgresql.insert(table)


def upsert(session: AsyncSession, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT of whole rows that replaces the one with the same primary key."""
    return _upsert(session.get_bind().dialect.name == "sqlite", table)


@cache
def _upsert(is_sqlite: bool, table: Table) -> postgresql.Insert | sqlite.Insert:  # noqa: FBT001
    insert = sqlite.insert(table) if is_sqlite else postgresql.insert(table)
    replaced = {column.name: insert.excluded[column.name] for column in table.c if not column.primary_key}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=replaced)


@asynccontextmanager
async def _transaction(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    with reaching(ConnectionError):
        async with sessions() as session, session.begin():
            with reaching(OSError):
                await session.connection()
            yield session


@contextmanager
def reaching(lost: type[OSError]) -> Iterator[None]:
    """Say `OutOfReach` for a lost connection; `lost` is what the operating system says of it here."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, lost) and not _is_loss(error):
            raise
        raise OutOfReach(f"the database is out of reach ({type(error).__name__})") from error


def _is_loss(error: Exception) -> bool:
    """A lost or refused connection, against an error of ours such as a missing table."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(cause, "sqlstate", None)  # asyncpg's own errors pass unwrapped while it connects
    if isinstance(state, str):
        return state.startswith(_UNREACHABLE)
    if isinstance(error, OperationalError):
        return getattr(cause, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    if isinstance(error, InterfaceError | NoFreeConnection):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def _begin(connection: Connection) -> None:
    # A writer that begins as a reader cannot wait for its turn: it fails when it first writes.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
