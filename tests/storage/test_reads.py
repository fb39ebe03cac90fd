"""Reads are kept like deeds."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, insert, select

from models.message import Actor
from models.vocabulary.people import Role
from storage import read_reviews, reads, tables
from storage.database import Database
from storage.reads import Read, Reader, RoleRead
from storage.tables import Relation, Via
from tests.storage.town import CHIEF, NOON, Town

READ = Read("9001-FV-2026-00001", "9001", "anna", Role.HANDLER, Via.PAGE, NOON)


async def kept(database: Database) -> int:
    async with database.reading() as session:
        return int((await session.execute(select(func.count()).select_from(tables.reads))).scalar_one())


async def test_one_row_for_a_person_a_case_a_door_a_thing_and_a_quarter_of_an_hour(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "PATIENCE", 60.0)
    minute = timedelta(minutes=1)
    for read in (
        READ,
        replace(READ, at=NOON + 14 * minute),
        replace(READ, at=NOON + 15 * minute),
        replace(READ, via=Via.API),
        replace(READ, what="history"),
        replace(READ, user="bo", role=Role.SECURITY_CHIEF),
        replace(READ, case="9001-FV-2026-00002"),
    ):
        async with database.reading() as session:
            known = await reads.noted(session, read)
        assert known == (read.at == NOON + 14 * minute)
        await reads.note(database, read, known=known)
        await reads.note(database, read)
    assert await kept(database) == 6
    async with database.reading() as session:
        found = await reads.who_has_read(session, READ.case)
    assert found[0] == Reader("anna", Role.HANDLER, Via.PAGE, "case", NOON, NOON + 15 * minute, 2)
    assert {(one.user, one.via, one.what) for one in found[1:]} == {
        ("anna", Via.API, "case"),
        ("anna", Via.PAGE, "history"),
        ("bo", Via.PAGE, "case"),
    }


async def test_the_person_concerned_is_told_roles_and_never_themselves_or_a_name(database: Database) -> None:
    receipt = Read.by_receipt("a" * 32, READ.case, "9001", NOON)
    async with database.writing() as session:
        for read in (READ, replace(READ, user="bo", at=NOON + timedelta(hours=2)), receipt):
            await reads.put(session, read)
    async with database.reading() as session:
        roles = await reads.roles_that_read(session, READ.case)
        people = await reads.who_has_read(session, READ.case)
    assert roles == [RoleRead(Role.HANDLER, NOON, NOON + timedelta(hours=2))]
    assert [one.user for one in people if one.role is Role.REPORTER] == [f"receipt:{'a' * 32}"]


async def test_somebody_with_several_roles_reads_in_the_one_that_lets_them(town: Town) -> None:
    case, _ = await town.opens()
    several = Actor(id="anna", organisation="9001", roles=frozenset({Role.GROUP_LEADER, Role.REGISTRAR}))
    assert reads.role_of(several, case) is Role.REGISTRAR
    assert reads.role_of(several, case.model_copy(update={"handler": "anna"})) is Role.HANDLER
    assert reads.role_of(CHIEF, case) is Role.SECURITY_CHIEF
    assert reads.role_of(several.model_copy(update={"roles": frozenset()}), case) is None


async def test_nobody_waits_long_for_another_writer_and_the_read_is_written_all_the_same(sqlite_url: str) -> None:
    database, other = Database(sqlite_url), Database(sqlite_url)
    loop = asyncio.get_running_loop()
    async with other.writing():
        began = loop.time()
        await asyncio.gather(*(reads.note(database, replace(READ, user=f"reader-{n}")) for n in range(20)))
        assert loop.time() - began < 20 * reads.PATIENCE  # together, not one after the other
        assert await kept(other) == 0
    await database.close()
    assert await kept(other) == 20
    await other.close()


async def test_what_waits_is_written_on_a_clean_stop_even_if_the_database_was_busy_for_long(
    sqlite_url: str,
) -> None:
    database, other = Database(sqlite_url), Database(sqlite_url)
    writing = other.writing()
    await writing.__aenter__()
    await reads.note(database, READ)
    closing = asyncio.create_task(database.close())
    await asyncio.sleep(0)
    await writing.__aexit__(None, None, None)
    await closing
    assert await kept(other) == 1
    await other.close()


async def test_an_error_in_time_is_the_readers(database: Database) -> None:
    async def fails(_: object) -> None:
        raise ZeroDivisionError

    try:
        await database.soon(partial(fails), 5)
    except ZeroDivisionError:
        return
    raise AssertionError


async def test_who_is_kept_out_is_known_by_name_and_by_role(town: Town) -> None:
    one, other = "9001-FV-2026-00001", "9001-FV-2026-00002"
    blocked = ((one, Relation.BLOCKED, "granvik-tib"), (other, Relation.BLOCKED_ROLE, Role.SECURITY_CHIEF))
    async with town.database.writing() as session:
        for case, relation, subject in blocked:
            row = {"case": case, "relation": relation, "subject": subject, "organisation": "9001"}
            await session.execute(insert(tables.case_relations), row)
    async with town.database.reading() as session:
        found = await read_reviews.who_is_kept_out(session, [one, other])
        assert found == {(one, "granvik-tib"), (other, CHIEF.id)}
        assert await read_reviews.who_is_kept_out(session, [one]) == {(one, "granvik-tib")}
