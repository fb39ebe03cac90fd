"""A database of an older version, brought to this one with what stands in it."""

from __future__ import annotations

import asyncio

from alembic import command
from sqlalchemy import select, text

from models.message import Actor
from models.vocabulary.people import Role
from storage import reading, tables
from storage.database import Database
from storage.rebuild import outdated
from storage.schema import alembic_config, migrate
from tests.storage.town import NOON

ROW = text(
    """
    INSERT INTO cases (ref, organisation, kind, pace, opened, updated, protected, reopenings, seq, state)
    VALUES (:ref, '9001', 'incident', 'low', :at, :at, false, 0, 1, :state)
    """
)


async def test_the_cases_of_before_are_seen_by_nobody_until_they_are_rebuilt(database_url: str) -> None:
    await asyncio.to_thread(command.downgrade, alembic_config(database_url), "0002")
    database = Database(database_url)
    async with database.writing() as session:
        for ref in ("9001-FV-2026-00001", "9001-OV-2026-00001"):
            await session.execute(
                ROW, {"ref": ref, "at": NOON.replace(tzinfo=None) if database.one_writer else NOON, "state": b"x"}
            )
    migrate(database_url)
    chief = Actor(id="siv", organisation="9001", roles=frozenset({Role.SECURITY_CHIEF}))
    row = tables.cases.c
    async with database.reading() as session:
        assert await outdated(session) == 2
        rows = await session.execute(select(row.drill, row.restricted, row.form, row.handed_to).order_by(row.ref))
        assert [tuple(one) for one in rows] == [(False, True, 0, None), (True, True, 0, None)]
        assert (await session.execute(select(row.ref).where(reading.visible_to(chief, NOON)))).all() == []
    await asyncio.to_thread(command.downgrade, alembic_config(database_url), "0002")
    async with database.reading() as session:
        assert len((await session.execute(text("SELECT * FROM cases"))).all()) == 2
    await database.close()
