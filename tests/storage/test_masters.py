"""Ends of master keys: a backup from before a destruction is unreadable after it, and all others are not."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url, select, update
from sqlalchemy.exc import DBAPIError

from storage import ledger, masters, reports, tables
from storage.database import Database
from storage.keys import KeyRing, MasterKeys, UnknownKey
from tests.erasing import approved, closed
from tests.storage.town import NOON, Town, report

if TYPE_CHECKING:
    from tests import postgres

HEX = "cd" * 32
KEYS = tables.case_keys


def rotated(path: Path, *, keep: bool = True) -> KeyRing:
    """The file with a new master key, with or without the one before."""
    path.write_text((path.read_text() if keep else "") + f"2 {HEX}\n")
    return KeyRing(MasterKeys.read(path))


@asynccontextmanager
async def backed_up(database: Database, folder: Path, server: postgres.Server) -> AsyncIterator[Database]:
    """A copy of all that stands in a database now."""
    url = make_url(str(database.engine.url.render_as_string(hide_password=False)))
    name = ""
    if database.one_writer:
        copy = folder / "backup.db"
        async with database.writing():  # nobody writes meanwhile, and the log is read with the file
            for end in ("", "-wal"):
                with suppress(FileNotFoundError):
                    shutil.copy(f"{url.database}{end}", f"{copy}{end}")
        opened = Database(f"sqlite+aiosqlite:///{copy}")
    else:
        await database.engine.dispose()
        name = await asyncio.to_thread(server.create, str(url.database))
        opened = Database(server.address(name))
    yield opened
    await opened.close()
    if name:
        await asyncio.to_thread(server.drop, name)


async def destroyed(town: Town, ref: str, master: str = "1") -> None:
    async with town.database.writing() as session:
        await closed(session, ref, NOON)
        name = await approved(session, ref, NOON)
        await town.ring.destroy(session, ref, NOON)
        row = {"case": ref, "organisation": "9001", "list": name, "destroyed": NOON, "body": "{}", "digest": "0" * 64}
        await session.execute(tables.certificates.insert(), row | {"master": master})


async def test_a_backup_from_before_is_unreadable_after_and_the_other_case_is_read_with_a_copy_of_the_keys(
    town: Town, tmp_path: Path, postgres_server: postgres.Server
) -> None:
    path = tmp_path / "master.key"
    (ends, _), (stays, _) = await town.opens(), await town.opens()
    async with backed_up(town.database, tmp_path, postgres_server) as backup:
        await destroyed(town, ends.ref)
        ring = rotated(path)
        async with town.database.writing() as session:
            assert await masters.retire(session, ring, NOON) == ["1"]
            assert await masters.waiting(session) == 1
        alone = rotated(path, keep=False)
        async with town.database.writing() as session:
            assert await masters.gone(session, ["1"], NOON) == 1
            assert await masters.waiting(session) == 0
            copy = await masters.copied(session)
            assert await ledger.read(session, await alone.key(session, stays.ref), stays.ref)
        for ref in (ends.ref, stays.ref):
            async with backup.reading() as session:
                with pytest.raises(UnknownKey, match="master key 1"):
                    await KeyRing(alone.masters).key(session, ref)  # one that remembers nothing
        async with backup.writing() as session:
            assert (
                await masters.restored(session, copy, alone.masters) == 3
            )  # two organisations and the case that stays
        async with backup.reading() as session:
            assert await ledger.read(session, await alone.key(session, stays.ref), stays.ref)
            assert await ledger.verify(session, ends.ref) == []
            (told,) = (await session.execute(select(tables.reports).where(tables.reports.c.case == ends.ref))).all()
            for attempt in (alone.key(session, ends.ref), reports.read(session, alone, told.report)):
                with pytest.raises(UnknownKey, match="master key 1"):
                    await attempt


async def test_nothing_is_wrapped_by_a_retired_key_whoever_still_has_it(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    await town.accepts()
    late = Town(town.database, KeyRing(town.ring.masters, reread=partial(MasterKeys.read, path)), town.routine)
    ring = rotated(path)
    async with town.database.writing() as session:
        await masters.retire(session, ring, NOON)
    rotated(path, keep=False)
    ref = (await late.accepts()).case  # it still had the old key in memory, and loses no report by that
    async with town.database.reading() as session:
        assert (await session.execute(select(KEYS.c.master).where(KEYS.c.scope == ref))).scalar_one() == "2"
        await KeyRing(MasterKeys.read(path)).key(session, ref)
    with pytest.raises(UnknownKey, match="retired"):
        await town.accepts()  # it cannot read the file again, and writes nothing that nobody could read
    with pytest.raises(DBAPIError, match="varna:retired"):
        async with town.database.writing() as session:
            await session.execute(update(KEYS).where(KEYS.c.scope == ref).values(master="1", wrapped=b"x"))


async def test_whoever_takes_a_report_while_a_key_is_retired_is_waited_for(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    ring = rotated(path)
    taken, started = asyncio.Event(), asyncio.Event()

    async def takes() -> str:
        async with town.database.writing() as session:
            accepted = await reports.accept(session, town.ring, report(), NOON, None)
            started.set()
            await taken.wait()
            return accepted.case

    async def retires() -> None:
        await started.wait()
        asyncio.get_running_loop().call_later(0.2, taken.set)  # by then it waits for the row, or for its turn
        async with town.database.writing() as session:
            await masters.retire(session, ring, NOON)

    ref, _ = await asyncio.gather(takes(), retires())
    async with town.database.reading() as session:
        await rotated(path, keep=False).key(session, ref)


@pytest.mark.parametrize(
    "copy", [b"", b"[]", b"{}", b'{"form":"x","keys":[]}', b'{"form":"varna-keys-1","keys":[[1]]}']
)
async def test_what_is_no_copy_of_the_keys_is_refused(town: Town, copy: bytes) -> None:
    with pytest.raises(masters.BadKeyCopy):
        async with town.database.writing() as session:
            await masters.restored(session, copy, town.ring.masters)
