"""Runs the migrations; called by Alembic with the address of the database in the configuration's attributes."""

import asyncio
from typing import Literal

from alembic import context
from sqlalchemy import Connection, TypeDecorator, event

from storage.database import engine
from storage.migrations import walls
from storage.tables import metadata


def plain(kind: str, item: object, _: object) -> str | Literal[False]:
    """A migration must not change with the code: it names the database's own types."""
    return f"sa.{item.impl!r}" if kind == "type" and isinstance(item, TypeDecorator) else False


def run(connection: Connection) -> None:
    context.configure(
        connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_server_default=True,
        transactional_ddl=True,
        render_item=plain,
    )
    with context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # Better to fail at once than to make everybody queue behind us.
            connection.exec_driver_sql("SET LOCAL lock_timeout = '5s'")
        context.run_migrations()
        if walls.stand(connection):
            walls.raise_all(connection)  # no later table is forgotten


async def online() -> None:
    made = engine(context.config.attributes["url"])
    if made.dialect.name == "sqlite":
        # A batch migration replaces whole tables, which would take their children along.
        event.listen(made.sync_engine, "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys=OFF"))
        # While a table is replaced, the triggers that ask it have nothing to ask.
        event.listen(made.sync_engine, "connect", lambda raw, _: raw.execute("PRAGMA legacy_alter_table=ON"))
    try:
        async with made.execution_options(writes=True).connect() as connection:
            await connection.run_sync(run)
    finally:
        await made.dispose()


asyncio.run(online())
