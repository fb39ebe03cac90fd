"""Every guard that a migration raised is one whose absence is told; both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.vocabulary.people import Role
from storage import guards, reads, tables
from storage.database import Database
from storage.reads import Read
from storage.tables import Via
from tests.storage.town import NOON

RAISED = {
    True: "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    False: "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
    "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace",
}


async def test_each_guard_that_is_taken_down_is_named(database: Database) -> None:
    async with database.writing() as session:
        assert await guards.down(session) == []
        raised = (await session.execute(text(RAISED[database.one_writer]))).scalars().all()
        for name in raised:
            if database.one_writer:
                await session.execute(text(f"DROP TRIGGER {name}"))
            else:
                table = max((one for one in tables.metadata.tables if f"{one}_" in name), key=len)
                await session.execute(text(f'ALTER TABLE "{table}" DISABLE TRIGGER {name}'))
        assert await guards.down(session) == sorted(raised)


@pytest.mark.parametrize("changes", [{"user": "nobody"}, {"seq": 2}], ids=["same_place", "same_read"])
async def test_a_read_is_not_replaced(database: Database, changes: dict[str, object]) -> None:
    async with database.writing() as session:
        await reads.put(session, Read("9001-FV-2026-00001", "9001", "anna", Role.HANDLER, Via.PAGE, NOON))
    quoted = {column.name: f'"{column.name}"' for column in tables.reads.columns}
    new = quoted | {name: f":{name}" for name in changes}
    columns, values = ", ".join(quoted.values()), ", ".join(new.values())
    forged = text(f"REPLACE INTO reads ({columns}) SELECT {values} FROM reads").bindparams(**changes)  # noqa: S608
    # PostgreSQL has no such word.
    with pytest.raises(DBAPIError, match=r"append-only|syntax error"):
        async with database.writing() as session:
            await session.execute(forged)
