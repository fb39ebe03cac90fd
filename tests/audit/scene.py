"""A town whose ledger has been signed three times, and the second checkpoint mailed: something to tamper with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from audit.verify import Given, verify
from storage import anchors, ledger, tables
from storage.chain import START, hash_of
from storage.checkpoint import Note
from storage.keys import KeyRing
from storage.signing import SigningKeys
from storage.tree import Tree
from tests.storage.town import NOON, Town, found, note, triage

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.anchors import Stored
    from storage.chain import Entry
    from storage.database import Database
    from storage.proof import Proof

DAY = timedelta(days=1)


@dataclass
class Scene:
    """Two cases of one organisation, `one` with five entries and `two` with three; three checkpoints."""

    town: Town
    keys: SigningKeys
    one: str
    two: str
    taken: list[Stored]

    @property
    def mailed(self) -> Given:
        """What the auditor got by mail, and nobody here can change."""
        return Given("mail", self.taken[1].note)

    async def verify(self, *given: Given, ref: str | None = None) -> Proof:
        return await verify(
            self.town.database, self.keys, "9001", ref=ref, given=given, ring=KeyRing(self.town.ring.masters)
        )

    async def entries(self, session: AsyncSession, case: str | None = None) -> list[Entry]:
        return await ledger.entries(session, case or self.one)

    async def rewrite(self, session: AsyncSession, *, head: bool = True) -> None:
        """Say that somebody else did it all in the first case, with every hash computed anew."""
        forged, previous = [], START
        for entry in await self.entries(session):
            changed = replace(entry, actor="somebody-else", previous=previous)
            previous = hash_of(changed)
            forged.append(replace(changed, hash=previous))
        await session.execute(delete(tables.ledger).where(tables.ledger.c.case == self.one))
        await session.execute(insert(tables.ledger), [vars(one) for one in forged])
        if head:
            await session.execute(update(tables.heads).where(tables.heads.c.case == self.one).values(hash=previous))

    async def leaves_too(self, session: AsyncSession) -> None:
        """Let the leaves be those of the rewritten chain."""
        entry, leaf = tables.ledger.c, tables.tree_leaves.c
        there = select(entry.hash).where(entry.case == leaf.case, entry.seq == leaf.seq).scalar_subquery()
        await session.execute(update(tables.tree_leaves).values(hash=there))

    async def vanish(self, session: AsyncSession, *, leaves: bool = True) -> None:
        """Let no trace be left of the second case."""
        for table in (tables.ledger, tables.heads, tables.reports, *([tables.tree_leaves] if leaves else [])):
            await session.execute(delete(table).where(table.c.case == self.two))
        await session.execute(delete(tables.cases).where(tables.cases.c.ref == self.two))

    async def close_ranks(self, session: AsyncSession) -> None:
        """Number the leaves anew."""
        kept = await anchors_of(session)
        await session.execute(delete(tables.tree_leaves))
        rows = [{**row, "position": position} for position, row in enumerate(kept)]
        await session.execute(insert(tables.tree_leaves), rows)

    async def resign(self, session: AsyncSession, keys: SigningKeys) -> None:
        """Sign whatever the tree is now, by some key, in place of all that was signed."""
        whole = await anchors.leaves(session, "9001")
        await session.execute(delete(tables.checkpoints))
        for one in self.taken:
            size = min(one.size, len(whole))
            again = keys.sign(replace(Note.parse(one.note).checkpoint, size=size, root=Tree(whole[:size]).root()))
            row = {"organisation": "9001", "number": one.number, "size": size, "at": one.at, "note": again.text()}
            await session.execute(insert(tables.checkpoints), row)


async def anchors_of(session: AsyncSession) -> list[dict[str, object]]:
    rows = await session.execute(select(tables.tree_leaves).order_by(tables.tree_leaves.c.position))
    return [dict(row) for row in rows.mappings()]


async def set_up(database: Database, ring: KeyRing, folder: Path) -> Scene:
    town, keys = await found(database, ring), SigningKeys.open(folder / "checkpoint.key")
    one, _ = await town.opens()
    one, _ = await town.acts(one, triage())
    taken = [await anchors.take(database, keys, "9001", NOON)]
    two, _ = await town.opens()
    two, _ = await town.acts(two, note(3))
    taken.append(await anchors.take(database, keys, "9001", NOON + DAY))
    one, _ = await town.acts(one, note(4))
    two, _ = await town.acts(two, note(5))
    taken.append(await anchors.take(database, keys, "9001", NOON + 2 * DAY))
    one, _ = await town.acts(one, note(6))
    return Scene(town, keys, one.ref, two.ref, taken)
