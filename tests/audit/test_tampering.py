"""Every way in which somebody with all rights over the database could change the past: each is found, and named."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, text, update

from storage import tables
from storage.chain import hash_of
from storage.database import Database
from storage.proof import CODES
from storage.signing import SigningKeys
from tests.audit.intruder import breaks_in
from tests.audit.scene import set_up

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.keys import KeyRing
    from tests.audit.scene import Scene

Deed = Callable[["Scene", "AsyncSession"], Awaitable[object]]


def sql(*statements: str) -> Deed:
    """Statements, in which `:one` and `:two` are the two cases."""

    async def does(scene: Scene, session: AsyncSession) -> None:
        for statement in statements:
            named = {name: getattr(scene, name) for name in ("one", "two") if f":{name}" in statement}
            await session.execute(text(statement), named)

    return does


def row(statement: str) -> Deed:
    """Something is done to the second entry of the first case."""
    return sql(f'{statement} WHERE "case" = :one AND seq = 2')


def rewritten(*, head: bool = True, leaves: bool = False, signed: bool = False) -> Deed:
    """The first case is told otherwise, and as much of the rest as is said here is made to fit."""

    async def does(scene: Scene, session: AsyncSession) -> None:
        await scene.rewrite(session, head=head)
        if leaves:
            await scene.leaves_too(session)
        if signed:
            await scene.resign(session, strange())

    return does


def vanished(*, leaves: bool = True, closed: bool = False, signed: bool = False) -> Deed:
    """The second case never was."""

    async def does(scene: Scene, session: AsyncSession) -> None:
        await scene.vanish(session, leaves=leaves)
        if closed:
            await scene.close_ranks(session)
        if signed:
            await scene.resign(session, scene.keys)

    return does


def strange() -> SigningKeys:
    """A key of the intruder's own."""
    key = Ed25519PrivateKey.generate()
    return SigningKeys(key, (key.public_key(),))


async def never_was(_: Scene, session: AsyncSession) -> None:
    """A case that began after the last checkpoint: nothing of it was signed, but its number was given out."""
    await session.execute(update(tables.sequences).values(last=3))


async def stolen(scene: Scene, session: AsyncSession) -> None:
    """Even with the installation's own key: the auditor's copy stands against it."""
    await scene.rewrite(session)
    await scene.leaves_too(session)
    await scene.resign(session, scene.keys)


async def made_up(scene: Scene, session: AsyncSession) -> None:
    """An entry more at the end of a chain, with every hash right; whoever wrote it did not have the key of the case."""
    *_, last = await scene.entries(session)
    forged = replace(last, seq=last.seq + 1, previous=last.hash, body=b"\x01" + bytes(60))
    forged = replace(forged, hash=hash_of(forged))
    await session.execute(insert(tables.ledger), vars(forged))
    head = update(tables.heads).where(tables.heads.c.case == scene.one)
    await session.execute(head.values(seq=forged.seq, hash=forged.hash))


async def told_otherwise(scene: Scene, session: AsyncSession) -> None:
    """The newest entry, which no checkpoint covers yet, is by somebody else; with head and hash made to fit."""
    *_, last = await scene.entries(session)
    forged = replace(last, actor="somebody-else")
    its = tables.ledger.c
    row = update(tables.ledger).where(its.case == last.case, its.seq == last.seq)
    await session.execute(row.values(actor=forged.actor, hash=hash_of(forged)))
    await session.execute(update(tables.heads).where(tables.heads.c.case == last.case).values(hash=hash_of(forged)))


CUT = 'DELETE FROM ledger WHERE "case" = :one AND seq > 2'
BACK = (
    """UPDATE heads SET seq = 2, hash = (SELECT hash FROM ledger WHERE "case" = :one AND seq = 2) WHERE "case" = :one"""
)
NOWHERE = "UPDATE tree_leaves SET position = position + 100 WHERE position = {}"

TAMPERING: dict[str, tuple[Deed, str]] = {
    "a hash taken away": (row("UPDATE ledger SET hash = NULL"), "no_hash"),
    "a hash emptied": (row("UPDATE ledger SET hash = ''"), "no_hash"),
    "another hash": (row("UPDATE ledger SET hash = previous"), "changed"),
    "no algorithm": (row("UPDATE ledger SET algorithm = NULL"), "unknown_algorithm"),
    "an unknown algorithm": (row("UPDATE ledger SET algorithm = 'md5'"), "unknown_algorithm"),
    "no body": (row("UPDATE ledger SET body = NULL"), "no_body"),
    "another body": (
        row('UPDATE ledger SET body = (SELECT body FROM ledger WHERE "case" = :one AND seq = 1)'),
        "changed",
    ),
    "another actor": (row("UPDATE ledger SET actor = 'somebody'"), "changed"),
    "another cause": (row("UPDATE ledger SET cause = 'nothing'"), "changed"),
    "another type": (row("UPDATE ledger SET type = 'note'"), "changed"),
    "another time": (row("UPDATE ledger SET at = '2026-01-01 00:00:00.000000'"), "changed"),
    "another time of recording": (
        row("UPDATE ledger SET recorded = '2026-01-01 00:00:00.000000'"),
        "changed",
    ),
    "another organisation": (row("UPDATE ledger SET organisation = '90'"), "changed"),
    "no link": (row("UPDATE ledger SET previous = NULL"), "unlinked"),
    "another link": (row("UPDATE ledger SET previous = hash"), "unlinked"),
    "an entry in the middle removed": (row("DELETE FROM ledger"), "gap"),
    "the first entry removed": (sql('DELETE FROM ledger WHERE "case" = :one AND seq = 1'), "gap"),
    "the tail cut": (sql(CUT), "truncated"),
    "the tail cut and the head moved back": (sql(CUT, BACK), "entry_missing"),
    "the tail cut, head and leaves too": (
        sql(CUT, BACK, 'DELETE FROM tree_leaves WHERE "case" = :one AND seq > 2'),
        "leaf_gap",
    ),
    "two entries exchanged": (
        sql(
            'UPDATE ledger SET seq = 99 WHERE "case" = :one AND seq = 2',
            'UPDATE ledger SET seq = 2 WHERE "case" = :one AND seq = 3',
            'UPDATE ledger SET seq = 3 WHERE "case" = :one AND seq = 99',
        ),
        "changed",
    ),
    "an entry moved into another case": (
        sql('UPDATE ledger SET "case" = :two, seq = 4 WHERE "case" = :one AND seq = 5'),
        "truncated",
    ),
    "the head removed": (sql('DELETE FROM heads WHERE "case" = :one'), "no_head"),
    "the head says another hash": (sql("""UPDATE heads SET hash = 'x' WHERE "case" = :one"""), "head_differs"),
    "the head says a later entry": (sql('UPDATE heads SET seq = seq + 1 WHERE "case" = :one'), "truncated"),
    "all entries of a case removed": (sql('DELETE FROM ledger WHERE "case" = :two'), "empty"),
    "a chain computed anew": (rewritten(head=False), "head_differs"),
    "a chain computed anew, and its head": (rewritten(), "leaf_differs"),
    "a chain computed anew, head and leaves": (rewritten(leaves=True), "root_differs"),
    "a chain computed anew, head and leaves, signed by another key": (
        rewritten(leaves=True, signed=True),
        "checkpoint_unsigned",
    ),
    "a chain computed anew, head and leaves, signed by the stolen key": (stolen, "given_differs"),
    "a case without a trace, but for its leaves": (vanished(leaves=False), "entry_missing"),
    "a case without a trace": (vanished(), "leaf_gap"),
    "a case without a trace, the leaves numbered anew": (vanished(closed=True), "tree_shorter"),
    "a case without a trace, and all signed anew": (vanished(closed=True, signed=True), "given_longer"),
    "an entry made up at the end": (made_up, "body_unreadable"),
    "the newest entry told otherwise": (told_otherwise, "body_differs"),
    "a case without a trace, before it was ever signed": (never_was, "number_missing"),
    "the key of a case removed": (sql("DELETE FROM case_keys WHERE scope = :one"), "key_missing"),
    "the key of a case destroyed without a decision": (
        sql("UPDATE case_keys SET wrapped = NULL, destroyed_at = '2026-03-01 00:00:00.000000' WHERE scope = :one"),
        "destroyed_unapproved",
    ),
    "the key of a case exchanged": (
        sql("UPDATE case_keys SET wrapped = (SELECT wrapped FROM case_keys WHERE scope = :two) WHERE scope = :one"),
        "key_unreadable",
    ),
    "the key of a case by a master key that nobody has": (
        sql("UPDATE case_keys SET master = 'lost' WHERE scope = :one"),
        "key_unreadable",
    ),
    "a leaf removed": (sql("DELETE FROM tree_leaves WHERE position = 1"), "leaf_gap"),
    "the leaf of an entry removed": (sql('DELETE FROM tree_leaves WHERE "case" = :one AND seq = 2'), "leaf_missing"),
    "the last leaves removed": (sql("DELETE FROM tree_leaves WHERE position > 4"), "tree_shorter"),
    "another leaf": (sql("UPDATE tree_leaves SET hash = 'x' WHERE position = 1"), "leaf_differs"),
    "a leaf in another organisation's tree": (
        sql("UPDATE tree_leaves SET organisation = '90' WHERE position = 1"),
        "leaf_elsewhere",
    ),
    "two leaves exchanged": (
        sql(
            NOWHERE.format(0),
            "UPDATE tree_leaves SET position = 0 WHERE position = 1",
            "UPDATE tree_leaves SET position = 1 WHERE position = 100",
        ),
        "root_differs",
    ),
    "a checkpoint in the middle removed": (sql("DELETE FROM checkpoints WHERE number = 2"), "checkpoint_missing"),
    "all checkpoints removed": (sql("DELETE FROM checkpoints"), "given_not_kept"),
    "a checkpoint emptied": (sql("UPDATE checkpoints SET note = '' WHERE number = 2"), "checkpoint_unreadable"),
    "a checkpoint without its signature": (
        sql("UPDATE checkpoints SET note = substr(note, 1, length(note) - 50) WHERE number = 2"),
        "checkpoint_unreadable",
    ),
    "a checkpoint that says another size": (
        sql("UPDATE checkpoints SET note = replace(note, 'time 2026', 'time 2025') WHERE number = 2"),
        "checkpoint_unsigned",
    ),
    "another size beside a checkpoint": (sql("UPDATE checkpoints SET size = 3 WHERE number = 2"), "checkpoint_differs"),
    "a checkpoint of somebody else": (
        sql("UPDATE checkpoints SET note = replace(note, 'varna/9001', 'varna/9002') WHERE number = 2"),
        "checkpoint_of_another",
    ),
    "checkpoints in another order": (
        sql(
            "UPDATE checkpoints SET number = 9 WHERE number = 1",
            "UPDATE checkpoints SET number = 1 WHERE number = 2",
            "UPDATE checkpoints SET number = 2 WHERE number = 9",
        ),
        "checkpoint_backwards",
    ),
    "a time stamp of something else": (
        sql("INSERT INTO checkpoint_stamps (organisation, number, token) VALUES ('9001', 1, 'x')"),
        "stamp_differs",
    ),
    "a time stamp of a checkpoint that is gone": (
        sql("INSERT INTO checkpoint_stamps (organisation, number, token) VALUES ('9001', 7, 'x')"),
        "checkpoint_missing",
    ),
}


def test_there_are_more_than_thirty_kinds() -> None:
    assert len(TAMPERING) >= 30


async def test_of_what_nobody_touched_nothing_is_found(scene: Scene) -> None:
    proof = await scene.verify(scene.mailed)
    assert proof.flaws == []
    assert (proof.cases, proof.entries, proof.leaves, proof.waiting) == (2, 8, 7, 1)


@pytest.mark.parametrize("kind", TAMPERING)
async def test_it_is_found_and_named(scene: Scene, kind: str) -> None:
    deed, code = TAMPERING[kind]
    async with scene.town.database.writing() as session:
        await breaks_in(session)
        await deed(scene, session)
    proof = await scene.verify(scene.mailed)
    codes = {flaw.code for flaw in proof.flaws}
    assert code in codes
    assert "unguarded" in codes  # the intruder did not put the guards back
    assert codes <= {*CODES}
    assert all(flaw.organisation == "9001" for flaw in proof.flaws)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE ledger SET actor = X'00FF'", "UPDATE ledger SET at = 'never'", "UPDATE ledger SET body = 'text'"],
)
async def test_what_sqlite_lets_somebody_put_where_it_does_not_belong_is_found_too(
    sqlite_url: str, ring: KeyRing, tmp_path: Path, statement: str
) -> None:
    scene = await set_up(Database(sqlite_url), ring, tmp_path)
    async with scene.town.database.writing() as session:
        await breaks_in(session)
        await row(statement)(scene, session)
    found = {(flaw.code, flaw.case) for flaw in (await scene.verify()).flaws}
    assert {("row_unreadable", scene.one), ("no_body", scene.one)} & found
    assert not any(case == scene.two for _, case in found)
    await scene.town.database.close()
