"""The second wall: a query that forgets to ask whose rows it wants is shown only its own organisation's."""

from __future__ import annotations

import asyncio
from datetime import date
from itertools import count
from typing import TYPE_CHECKING

import pytest
from alembic import command
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    func,
    insert,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from storage import tables
from storage.database import WALL, Database, confine, passes_walls
from storage.schema import alembic_config
from storage.tables import OrganisationKind
from storage.tables.columns import Coded
from tests import postgres
from tests.audit.intruder import GUARDED
from tests.storage.town import NOON

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncSession

TOWNS = ("9001", "9002")
OWNED = [table for table in tables.metadata.sorted_tables if "organisation" in table.c]
numbers = count(1)


def value(column: Column[object], town: str) -> object:
    """Something that fits, another for each town."""
    made: object
    if column.name in {"organisation", "pool"}:
        return town
    if column.foreign_keys:
        return f"somebody-{town}"
    match column.type:
        case Coded():
            made = next(iter(column.type.vocabulary))
        case tables.Instant():
            made = NOON
        case Boolean():
            made = False
        case Integer():
            made = next(numbers)
        case Date():
            made = date(2026, 3, 2)
        case LargeBinary():
            made = town.encode()
        case String() | Text():
            made = f"{next(numbers):02}{town}"[: column.type.length or 40]
        case _:
            raise AssertionError(column)
    return made


def row(table: Table, town: str) -> dict[str, object]:
    made = {column.name: value(column, town) for column in table.c if not column.nullable}
    return made | ({"code": f"somebody-{town}"} if table is tables.users else {})


@pytest.fixture
async def towns(postgresql_url: str) -> AsyncIterator[Database]:
    """Two organisations with one row in every table."""
    database = Database(postgresql_url)
    async with database.writing() as session:
        for town in TOWNS:
            await session.execute(
                insert(tables.organisations), {"code": town, "name": town, "kind": OrganisationKind.MUNICIPALITY}
            )
            await session.execute(insert(tables.pools), {"code": town, "body": "{}"})
        for table in OWNED:
            await session.execute(insert(table), [row(table, town) for town in TOWNS])
    yield database
    await database.close()


async def there(session: AsyncSession) -> dict[str, set[str]]:
    """Whose rows are there, table by table, asked without a WHERE."""
    return {table.name: set((await session.execute(select(table.c.organisation))).scalars()) for table in OWNED}


async def test_a_query_without_a_where_sees_its_own_organisation_alone(towns: Database) -> None:
    assert {"cases", "ledger", "users", "reports", "reads", "search_terms"} < {table.name for table in OWNED}
    for door in (towns.reading, towns.writing):
        async with door(of=["9001"]) as session:
            assert await there(session) == {table.name: {"9001"} for table in OWNED}
        async with door(of=TOWNS) as session:
            assert await there(session) == {table.name: set(TOWNS) for table in OWNED}
        async with door(of=[]) as session:
            assert await there(session) == {table.name: set() for table in OWNED}
        async with door() as session:  # the workers, who serve everybody
            assert await there(session) == {table.name: set(TOWNS) for table in OWNED}


async def test_whoever_does_not_say_for_whom_they_ask_is_shown_nothing(towns: Database) -> None:
    async with towns.reading() as session:
        await session.execute(text(f"SET LOCAL {WALL} = ''"))
        assert await there(session) == {table.name: set() for table in OWNED}


async def test_a_transaction_is_narrowed_and_the_next_one_is_not(towns: Database) -> None:
    async with towns.reading() as session:
        assert (await session.execute(select(func.count()).select_from(tables.cases))).scalar_one() == 2
        await confine(session, ["9002"])
        assert (await there(session))["cases"] == {"9002"}
    async with towns.reading() as session:
        assert (await there(session))["cases"] == set(TOWNS)


async def test_nothing_is_written_into_another_organisation(towns: Database) -> None:
    for table in OWNED:
        with pytest.raises(DBAPIError, match="row-level security"):
            async with towns.writing(of=["9001"]) as session:
                await session.execute(insert(table), row(table, "9002"))
        if table.name in GUARDED:  # nobody writes over what stands there, whoever's it is
            continue
        async with towns.writing(of=["9001"]) as session:
            changed = table.update().values(organisation="9001").returning(table.c.organisation)
            assert len((await session.execute(changed)).all()) == 1


async def test_a_case_that_is_offered_to_another_organisation_is_seen_there(towns: Database) -> None:
    async with towns.writing() as session:
        offered = tables.cases.update().where(tables.cases.c.organisation == "9002").values(handed_to="9001")
        await session.execute(offered)
    async with towns.reading(of=["9001"]) as session:
        assert (await there(session))["cases"] == set(TOWNS)


async def test_no_table_with_an_organisation_is_without_a_wall_and_no_wall_outlives_its_migration(
    postgresql_url: str,
) -> None:
    database = Database(postgresql_url)
    walled = text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    plain = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    async with database.reading() as session:
        assert set((await session.execute(walled)).scalars()) == {table.name for table in OWNED}
        assert (await session.execute(plain)).scalar_one() is False
    await asyncio.to_thread(command.downgrade, alembic_config(postgresql_url), "0002")
    async with database.reading() as session:
        assert (await session.execute(walled)).all() == []
    await database.close()


async def test_sqlite_has_no_walls_and_is_asked_all_the_same(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.reading(of=["9001"]) as session:
        assert (await session.execute(select(func.count()).select_from(tables.cases))).scalar_one() == 0
    await database.close()


async def test_a_role_that_walls_do_not_hold_back_is_noticed(
    postgres_server: postgres.Server, postgresql_url: str, sqlite_url: str
) -> None:
    name = make_url(postgresql_url).database
    superuser = postgres_server.url.set(database=name).render_as_string(hide_password=False)
    for url, passes in ((superuser, True), (postgresql_url, False), (sqlite_url, False)):
        database = Database(url)
        async with database.reading() as session:
            assert await passes_walls(session) is passes
        await database.close()
