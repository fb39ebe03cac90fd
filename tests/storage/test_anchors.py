"""The tree over an organisation's ledger, and the checkpoints taken of it, on both kinds of database."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from storage import anchors, ledger, tables
from storage.checkpoint import Note
from storage.database import Database
from storage.signing import SigningKeys
from storage.tree import Tree
from tests.audit.intruder import GUARDED, breaks_in
from tests.storage.proofs import extends, includes
from tests.storage.town import NOON, Town, found, note, triage

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Executable

    from storage.keys import KeyRing

DAY = timedelta(days=1)


@pytest.fixture
def keys(tmp_path: Path) -> SigningKeys:
    return SigningKeys.open(tmp_path / "checkpoint.key")


async def test_every_entry_gets_one_place_and_the_root_is_signed(town: Town, keys: SigningKeys) -> None:
    one, _ = await town.opens()
    two, _ = await town.opens()
    for number in (1, 2):
        await town.acts(two if number == 1 else one, note(number))
    taken = await anchors.take(town.database, keys, "9001", NOON)
    async with town.database.reading() as session:
        found = await anchors.leaves(session, "9001")
        entries = [*await ledger.entries(session, one.ref), *await ledger.entries(session, two.ref)]
        places = [*await anchors.places(session, one.ref), *await anchors.places(session, two.ref)]
        assert await anchors.latest(session, "9001") == taken == await anchors.checkpoint(session, "9001", 1)
    entries.sort(key=lambda entry: (entry.recorded, entry.case, entry.seq))
    assert found == [(entry.hash or "").encode() for entry in entries]
    assert sorted(place.position for place in places) == list(range(len(entries))) == [0, 1, 2, 3]
    read = Note.parse(taken.note)
    assert keys.signed(read)
    assert (read.checkpoint.size, read.checkpoint.root, read.checkpoint.at) == (4, Tree(found).root(), NOON)
    for place in places:
        proof = Tree(found).inclusion_proof(place.position)
        assert includes(place.hash.encode(), place.position, 4, proof, read.checkpoint.root)


async def test_each_checkpoint_extends_the_one_before(town: Town, keys: SigningKeys) -> None:
    case, _ = await town.opens()
    taken = [await anchors.take(town.database, keys, "9001", NOON)]
    for number in (1, 2, 3):
        case, _ = await town.acts(case, note(number))
        taken.append(await anchors.take(town.database, keys, "9001", NOON + number * DAY))
    async with town.database.reading() as session:
        assert await anchors.checkpoints(session, "9001") == taken
        tree = Tree(await anchors.leaves(session, "9001"))
    assert [one.number for one in taken] == [1, 2, 3, 4]
    signed = [Note.parse(one.note).checkpoint for one in taken]
    for old, new in pairwise(signed):
        assert extends(old.size, old.root, new.size, new.root, tree.consistency_proof(old.size, new.size))


async def test_a_day_without_events_is_signed_too(town: Town, keys: SigningKeys) -> None:
    empty = await anchors.take(town.database, keys, "90", NOON)
    later = await anchors.take(town.database, keys, "90", NOON + DAY)
    assert (empty.size, later.size, later.number) == (0, 0, 2)


async def test_many_at_once_give_every_entry_one_place(town: Town, keys: SigningKeys) -> None:
    case, _ = await town.opens()
    other, _ = await town.opens()

    async def works() -> None:
        going = case
        for number in range(1, 6):
            going, _ = await town.acts(going, note(number))

    async def signs(number: int) -> None:
        await anchors.take(town.database, keys, "9001", NOON + number * timedelta(seconds=1))

    await asyncio.gather(works(), *(signs(number) for number in range(6)))
    last = await anchors.take(town.database, keys, "9001", NOON + DAY)
    async with town.database.reading() as session:
        taken, leaves = await anchors.checkpoints(session, "9001"), await anchors.leaves(session, "9001")
        assert last.size == len(leaves) == len({*leaves}) == 7
    assert [one.number for one in taken] == list(range(1, len(taken) + 1))
    assert [one.size for one in taken] == sorted(one.size for one in taken)
    for one in taken:
        assert Note.parse(one.note).checkpoint.root == Tree(leaves[: one.size]).root()
    assert other.ref != case.ref


LEAVES, CHECKPOINTS = tables.tree_leaves, tables.checkpoints
SHORTER = func.replace(CHECKPOINTS.c.note, "\n3\n", "\n2\n")


@pytest.mark.parametrize(
    "deeds",
    [
        [delete(LEAVES).where(LEAVES.c.position == 1)],
        [delete(LEAVES).where(LEAVES.c.position == 2), delete(tables.ledger).where(tables.ledger.c.seq == 3)],
        [update(LEAVES).where(LEAVES.c.position == 1).values(hash="0" * 64)],
        [update(LEAVES).where(LEAVES.c.position == 1).values(hash="?")],
        [update(CHECKPOINTS).values(note="nothing")],
        [update(CHECKPOINTS).values(note=SHORTER, size=2)],
    ],
)
async def test_nothing_is_signed_that_does_not_extend_the_last_checkpoint(
    town: Town, keys: SigningKeys, deeds: list[Executable]
) -> None:
    case, _ = await town.opens()
    await town.acts(case, triage())
    before = await anchors.take(town.database, keys, "9001", NOON)
    assert before.size == 3
    async with town.database.writing() as session:
        await breaks_in(session)
        for deed in deeds:
            await session.execute(deed)
    with pytest.raises(anchors.DoesNotExtend):
        await anchors.take(town.database, keys, "9001", NOON + DAY)
    async with town.database.reading() as session:
        assert len(await anchors.checkpoints(session, "9001")) == 1


async def test_a_time_stamp_is_kept_beside_its_checkpoint(town: Town, keys: SigningKeys) -> None:
    taken = await anchors.take(town.database, keys, "9001", NOON)
    async with town.database.writing() as session:
        await anchors.keep_stamp(session, taken, b"token")
        assert await anchors.stamps(session, "9001") == {1: b"token"}
        with pytest.raises(anchors.UnknownCheckpoint):
            await anchors.checkpoint(session, "9001", 2)


GUARDS = ("ledger", "heads", "tree_leaves", "checkpoints", "checkpoint_stamps")
CHANGES = (
    ("ledger", "UPDATE ledger SET actor = 'somebody'"),
    ("ledger", "DELETE FROM ledger"),
    ("heads", "UPDATE heads SET seq = seq - 1"),
    ("heads", "UPDATE heads SET hash = 'x'"),
    ("heads", "UPDATE heads SET seq = seq + 1, organisation = '90'"),
    ("heads", "DELETE FROM heads"),
    ("tree_leaves", "UPDATE tree_leaves SET hash = 'x'"),
    ("tree_leaves", "DELETE FROM tree_leaves"),
    ("checkpoints", "UPDATE checkpoints SET note = 'x'"),
    ("checkpoints", "DELETE FROM checkpoints"),
    ("checkpoint_stamps", "UPDATE checkpoint_stamps SET token = 'x'"),
    ("checkpoint_stamps", "DELETE FROM checkpoint_stamps"),
)


@pytest.mark.parametrize("table,deed", CHANGES)
async def test_the_database_itself_refuses_to_change_what_is_recorded(
    town: Town, keys: SigningKeys, table: str, deed: str
) -> None:
    case, _ = await town.opens()
    await town.acts(case, triage())
    taken = await anchors.take(town.database, keys, "9001", NOON)
    async with town.database.writing() as session:
        await anchors.keep_stamp(session, taken, b"token")
        if not town.database.one_writer:  # so that it is the trigger that answers, where there are grants as well
            await session.execute(text(f'GRANT UPDATE, DELETE, TRUNCATE ON "{table}" TO CURRENT_USER'))
    with pytest.raises(DBAPIError, match=f"append-only: {table}"):
        async with town.database.writing() as session:
            await session.execute(text(deed))
    async with town.database.reading() as session:
        assert await ledger.verify(session, case.ref) == []


async def test_postgresql_refuses_to_empty_a_table_and_grants_no_right_to_change_it(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    for table in GUARDED:
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.writing() as session:
                await session.execute(text(f'TRUNCATE "{table}"'))
        async with database.writing() as session:
            await session.execute(text(f'GRANT TRUNCATE ON "{table}" TO CURRENT_USER'))
        with pytest.raises(DBAPIError, match=f"append-only: {table}"):
            async with database.writing() as session:
                await session.execute(text(f'TRUNCATE "{table}"'))
    await database.close()


@pytest.mark.parametrize("table", GUARDS)
async def test_sqlites_replace_is_no_way_around_it(
    sqlite_url: str, ring: KeyRing, keys: SigningKeys, table: str
) -> None:
    town = await found(Database(sqlite_url), ring)
    await town.opens()
    taken = await anchors.take(town.database, keys, "9001", NOON)
    async with town.database.writing() as session:
        await anchors.keep_stamp(session, taken, b"token")
    with pytest.raises(DBAPIError, match=f"append-only: {table}"):
        async with town.database.writing() as session:
            await session.execute(text(f"REPLACE INTO {table} SELECT * FROM {table}"))  # noqa: S608 - a table of ours
    await town.database.close()


async def test_heads_move_forward(town: Town) -> None:
    row = {"case": "9001-FV-2026-00009", "organisation": "9001", "seq": 1, "hash": "0" * 64}
    async with town.database.writing() as session:
        await session.execute(insert(tables.heads), row)
        await session.execute(update(tables.heads).values(seq=2, hash="1" * 64))
        assert (await session.execute(select(tables.heads.c.seq))).scalar_one() == 2
