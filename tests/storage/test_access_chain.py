"""The reading log is a chain: nothing in it can be changed or taken away unseen."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import delete, insert, select, text, update

from models.vocabulary.people import Role
from models.vocabulary.reading import ReadGround
from storage import access_chain, reads, tables
from storage.access_chain import FORM, Link, hash_of
from storage.chain import START, Finding
from storage.database import Database
from storage.reads import Read
from storage.schema import alembic_config, migrate
from storage.tables import Via
from tests.audit.intruder import breaks_in
from tests.storage.reading_log import amiss
from tests.storage.town import NOON

READ = Read("9001-FV-2026-00001", "9001", "anna", Role.HANDLER, Via.PAGE, NOON)
table, heads = tables.reads, tables.read_heads
FORGED = {
    "user": "somebody-else",
    "case": "9001-FV-2026-00009",
    "role": Role.SECURITY_CHIEF,
    "via": Via.API,
    "what": "history",
    "at": NOON + timedelta(hours=9),
    "source": "session:0000",
    "ground": ReadGround.GLASS,
    "reference": "event:1",
    "hash": "0" * 64,
}


@pytest.fixture(autouse=True)
def _waits_until_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reads, "PATIENCE", 60.0)


async def told(database: Database) -> None:
    for n in range(5):
        await reads.note(database, replace(READ, user=f"reader-{n}"))
    await reads.note(database, replace(READ, organisation="9002", case="9002-FV-2026-00001"))


async def found(database: Database, *statements: Any) -> list[Finding]:
    async with database.writing() as session:
        if statements:
            await breaks_in(session)
        for statement in statements:
            await session.execute(statement)
    async with database.reading() as session:
        return await amiss(session, "9001", "9002")


async def test_each_organisation_has_a_chain_of_its_own_and_both_are_whole(database: Database) -> None:
    await told(database)
    assert await found(database) == []
    async with database.reading() as session:
        links = await access_chain.links(session, "9001")
    assert [one.seq for one in links] == [1, 2, 3, 4, 5]
    assert links[0].previous == START


async def test_what_many_read_at_once_stands_in_one_chain(database: Database) -> None:
    many = [replace(READ, user=f"reader-{n}", organisation=["9001", "9002"][n % 2]) for n in range(30)]
    await asyncio.gather(*(reads.note(database, one) for one in many), *(reads.note(database, one) for one in many))
    await database.close()
    assert await found(database) == []
    async with database.reading() as session:
        assert [len(await access_chain.links(session, code)) for code in ("9001", "9002")] == [15, 15]


async def test_several_at_once_are_kept_once_each_in_one_chain_for_each_organisation(database: Database) -> None:
    many = [
        replace(READ, case=f"{code}-FV-2026-{n:05}", organisation=code) for code in ("9001", "9002") for n in range(700)
    ]
    async with database.writing() as session:
        await reads.put(session, *many[:10])
        await reads.put(session, *many, *many[:5])
    async with database.reading() as session:
        assert [len(await access_chain.links(session, code)) for code in ("9001", "9002")] == [700, 700]
    assert await found(database) == []


@pytest.mark.parametrize("column", FORGED)
async def test_a_changed_row_is_found(database: Database, column: str) -> None:
    await told(database)
    third = (table.c.organisation == "9001") & (table.c.seq == 3)
    wrong = await found(database, update(table).where(third).values({column: FORGED[column]}))
    assert Finding("9001", 3, "changed") in wrong


@pytest.mark.parametrize(
    "statement, codes",
    [
        (delete(table).where(table.c.organisation == "9001", table.c.seq == 3), [(4, "gap"), (4, "unlinked")]),
        (delete(table).where(table.c.organisation == "9001", table.c.seq == 1), [(2, "gap"), (2, "unlinked")]),
        (delete(table).where(table.c.organisation == "9001", table.c.seq > 3), [(3, "truncated")]),
        (delete(table).where(table.c.organisation == "9001"), [(0, "empty")]),
        (delete(heads).where(heads.c.organisation == "9001"), [(5, "no_head")]),
        (update(table).where(table.c.seq == 3).values(hash=None), [(3, "no_hash"), (4, "unlinked")]),
        (update(table).where(table.c.seq == 5).values(seq=6), [(6, "gap"), (6, "changed"), (5, "head_differs")]),
    ],
    ids=["removed", "beginning", "tail", "all", "anchor", "hash", "moved"],
)
async def test_what_is_taken_away_is_found(database: Database, statement: Any, codes: list[tuple[int, str]]) -> None:
    await told(database)
    assert [(one.seq, one.code) for one in await found(database, statement)] == codes


async def test_rows_computed_anew_do_not_fit_the_anchor(database: Database) -> None:
    await told(database)
    async with database.writing() as session:
        rows = (await session.execute(select(table).where(table.c.organisation == "9001").order_by(table.c.seq))).all()
        previous, forged = START, []
        for row in rows:
            its = {**row._mapping, "role": Role.REGISTRAR, "previous": previous}
            previous = hash_of(Link(**{name: its[name] for name in Link.__dataclass_fields__}))
            forged.append(its | {"hash": previous})
        await breaks_in(session)
        await session.execute(delete(table).where(table.c.organisation == "9001"))
        await session.execute(insert(table), forged)
    assert await found(database) == [Finding("9001", 5, "head_differs")]


def test_the_hash_of_a_link_never_changes_between_versions() -> None:
    its = ("9001", 1, READ.case, "anna", "handler", "page", "case", NOON, "", "role", "", START)
    assert FORM == "reads-v1"
    assert hash_of(Link(*its)) == "c01a562bf57b2609608fef61e581a144f287eaae841968f7402fbc08ca4e6f79"


async def test_what_was_read_before_there_was_a_chain_stands_in_it(database_url: str) -> None:
    await asyncio.to_thread(command.downgrade, alembic_config(database_url), "0007")
    database = Database(database_url)
    old = text(
        'INSERT INTO reads ("case", "user", via, what, quarter, organisation, role, at) '
        "VALUES (:case, :user, 'page', 'case', :at, '9001', 'handler', :at)"
    )
    async with database.writing() as session:
        for n in range(3):
            at = NOON + timedelta(hours=n)
            row = {
                "case": READ.case,
                "user": f"reader-{n}",
                "at": at.replace(tzinfo=None) if database.one_writer else at,
            }
            await session.execute(old, row)
    migrate(database_url)
    assert await found(database) == []
    await reads.note(database, READ)
    async with database.reading() as session:
        assert [one.user for one in await access_chain.links(session, "9001")] == [
            "reader-0", "reader-1", "reader-2", "anna",
        ]  # fmt: skip
    await asyncio.to_thread(command.downgrade, alembic_config(database_url), "0007")
    async with database.reading() as session:
        assert (await session.execute(text("SELECT count(*) FROM reads"))).scalar_one() == 4
    await database.close()
