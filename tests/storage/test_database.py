import asyncio
import logging
from time import monotonic

import pytest
from alembic import command
from sqlalchemy import URL, inspect, text
from sqlalchemy.exc import DBAPIError, StatementError

from storage.database import Database, OutOfReach
from storage.embedded import POLL
from storage.schema import alembic_config, is_current, migrate
from tests import postgres
from tests.storage.town import NOON, Town


async def tables_in(database: Database) -> set[str]:
    async with database.reading() as session:
        connection = await session.connection()
        return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))


def test_the_migrations_build_exactly_the_tables_of_the_code(database_url: str) -> None:
    command.check(alembic_config(database_url))


async def test_the_migrations_go_down_to_nothing_and_up_again(database_url: str) -> None:
    database = Database(database_url)
    before = await tables_in(database)
    assert await is_current(database)
    await asyncio.to_thread(command.downgrade, alembic_config(database_url), "base")
    assert not await is_current(database)
    assert await tables_in(database) == {"alembic_version"}
    migrate(database_url)  # inside a running loop
    migrate(database_url)
    assert await is_current(database)
    assert await tables_in(database) == before
    await database.close()


async def test_migrating_leaves_the_logging_of_the_program_alone(database_url: str) -> None:
    before = logging.getLogger().handlers[:]
    migrate(database_url)
    assert logging.getLogger().handlers == before


async def test_embedded_means_on_disk_and_one_writer_at_a_time(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.writing() as session:
        pragmas = [
            (await session.execute(text(f"PRAGMA {name}"))).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
        async with database.reading() as reader:  # readers never wait for the writer
            assert (await reader.execute(text("SELECT count(*) FROM cases"))).scalar() == 0
    assert pragmas == ["wal", 2, 1]
    await database.close()


async def test_a_second_process_waits_for_its_turn_to_write(sqlite_url: str) -> None:
    databases = [Database(sqlite_url) for _ in range(3)]

    async def count_up(database: Database, code: int) -> None:
        async with database.writing() as session:
            held = (await session.execute(text("SELECT count(*) FROM organisations"))).scalar_one()
            values = {"code": str(code), "name": str(held)}
            insert = text("INSERT INTO organisations (code, name, kind) VALUES (:code, :name, 'region')")
            await session.execute(insert, values)

    await asyncio.gather(*(count_up(database, code) for code, database in enumerate(databases * 3)))
    async with databases[0].reading() as session:
        names = (await session.execute(text("SELECT name FROM organisations ORDER BY name"))).scalars().all()
    assert names == [str(number) for number in range(9)]
    for database in databases:
        await database.close()


async def test_who_waits_for_another_process_to_write_is_patient_and_then_says_so(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Database(sqlite_url)
    monkeypatch.setattr("storage.database.PATIENCE", 20 * POLL)
    other = Database(sqlite_url)
    async with one.writing():
        began = monotonic()
        with pytest.raises(OutOfReach):
            async with other.writing():
                pass
        assert monotonic() - began > 20 * POLL
    async with other.writing():
        pass
    for database in (one, other):
        await database.close()


async def test_an_error_of_the_caller_is_not_blamed_on_the_database_and_rolls_back(town: Town) -> None:
    await town.breaks_off(lambda session: session.execute(text("DELETE FROM routines")))
    with pytest.raises(DBAPIError):
        await town.breaks_off(lambda session: session.execute(text("DELETE FROM no_such_table")))
    async with town.database.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM routines"))).scalar() == 1


@pytest.fixture
def closed_doors(postgres_server: postgres.Server) -> list[str]:
    """Addresses where no database answers."""
    url = postgres_server.url
    doors = [
        url.set(password="Kvastskaft"),
        url.set(database="no-such-database"),
        url.set(query={"host": "/no/such/folder"}),
        URL.create("postgresql+asyncpg", "varna", "Kvastskaft", "127.0.0.1", 1, "varna"),
    ]
    return [door.render_as_string(hide_password=False) for door in doors]


async def test_a_database_out_of_reach_is_told_without_address_or_password(closed_doors: list[str]) -> None:
    for door in [*closed_doors, "sqlite+aiosqlite:////no/such/folder/varna.db"]:
        database = Database(door)
        for transaction in (database.reading, database.writing):
            with pytest.raises(OutOfReach) as told:
                async with transaction():
                    pass
            assert "Kvastskaft" not in str(told.value)
            assert "no" not in str(told.value).split()
            assert "/" not in str(told.value)
        with pytest.raises(OutOfReach):
            migrate(door)
        await database.close()


async def test_a_connection_lost_in_the_middle_is_told_and_the_next_one_works(postgresql_url: str) -> None:
    database, other = Database(postgresql_url), Database(postgresql_url)
    own = text("SELECT pg_backend_pid()")

    async def kill(pid: int) -> None:
        async with other.writing() as session:
            await session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    async def work(*, interrupted: bool) -> int:
        async with database.writing() as session:
            pid = (await session.execute(own)).scalar_one()
            if interrupted:
                await kill(pid)
            return int((await session.execute(own)).scalar_one())

    with pytest.raises(OutOfReach):
        await work(interrupted=True)
    pid = await work(interrupted=False)
    await kill(pid)  # while nobody looks
    assert await work(interrupted=False) != pid
    await database.close()
    await other.close()


async def test_a_time_without_a_zone_is_refused(town: Town) -> None:
    with pytest.raises(StatementError, match="without a zone"):
        async with town.database.writing() as session:
            await town.ring.destroy(session, "org:9001", NOON.replace(tzinfo=None))
