"""The schema and its migrations. Apart from `database`, for only upkeep needs Alembic, and it is slow to import."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.database import reaching

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from storage.database import Database

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(url: str) -> None:
    """Bring the database to the newest schema; works with and without a running event loop."""
    with reaching(OSError), ThreadPoolExecutor(1) as thread:
        thread.submit(command.upgrade, alembic_config(url), "head").result()


async def is_current(database: Database) -> bool:
    """True if the schema is the newest; raises `OutOfReach`."""
    newest = ScriptDirectory.from_config(alembic_config("")).get_current_head()

    def current(connection: Connection) -> bool:
        return MigrationContext.configure(connection).get_current_revision() == newest

    async with database.reading() as session:
        return await (await session.connection()).run_sync(current)


def alembic_config(url: str) -> Config:
    """Configuration of the migrations, found beside this file also in an installed wheel."""
    config = Config(attributes={"url": url})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(year)d-%%(month).2d-%%(day).2d_%%(slug)s")
    return config
