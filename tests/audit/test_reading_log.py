"""The reading log is verified with everything else, and against what was signed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from audit.verify import Given, verify
from storage import access_chain, anchors, tables
from storage.access_chain import Link
from storage.database import Database
from storage.keys import KeyRing
from storage.reads import Read, put
from storage.tables import Via
from tests.audit.intruder import breaks_in
from tests.audit.packaged import LATER, Office, at_work

reads, heads = tables.reads, tables.read_heads


@pytest.fixture
async def office(database: Database, ring: KeyRing, tmp_path: Path) -> Office:
    made = await at_work(database, ring, tmp_path)
    await anchors.take(database, made.keys, "9001", LATER)
    return made


async def flaws(office: Office, *statements: Any, given: tuple[Given, ...] = ()) -> set[str]:
    async with office.town.database.writing() as session:
        await breaks_in(session)
        for statement in statements:
            await session.execute(statement)
    proof = await verify(office.town.database, office.keys, "9001", given=given)
    return {one.code for one in proof.flaws} - {"unguarded"}


async def test_as_it_was_kept_nothing_is_wrong_and_it_cannot_be_changed(office: Office) -> None:
    proof = await verify(office.town.database, office.keys, "9001")
    assert proof.flaws == []
    for statement in (update(reads).values(user="nobody"), delete(reads)):
        with pytest.raises(Exception, match=r"append-only|permission denied"):
            async with office.town.database.writing() as session:
                await session.execute(statement)


@pytest.mark.parametrize(
    "statements, codes",
    [
        ([update(reads).where(reads.c.seq == 1).values(user="nobody")], {"reads_changed"}),
        ([delete(reads).where(reads.c.seq == 1)], {"reads_gap", "reads_unlinked", "reads_not_as_signed"}),
        ([delete(reads).where(reads.c.seq == 2)], {"reads_truncated", "reads_not_as_signed"}),
        ([delete(reads), delete(heads)], {"reads_not_as_signed"}),
    ],
    ids=["changed", "removed", "truncated", "everything"],
)
async def test_what_an_administrator_does_to_it_is_found(
    office: Office, statements: list[Any], codes: set[str]
) -> None:
    assert await flaws(office, *statements) == codes


async def test_a_mailed_checkpoint_tells_what_was_read_even_if_all_of_it_is_gone(office: Office) -> None:
    async with office.town.database.reading() as session:
        stored = await anchors.latest(session, "9001")
    assert stored is not None
    assert "\nreads 2 " in stored.note
    mailed = Given("mail.txt", "Hej!\r\n\r\n  " + stored.note.replace("\n", "\r\n  ") + "\r\nHälsningar")
    everything = [delete(table) for table in (reads, heads, tables.checkpoints)]
    found = await flaws(office, *everything, given=(mailed,))
    assert {"reads_not_as_signed", "given_not_kept"} <= found


async def test_what_is_read_while_it_is_verified_is_no_flaw(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    links = access_chain.links

    async def somebody_reads(session: AsyncSession, organisation: str) -> list[Link]:
        found = await links(session, organisation)
        read = Read(office.cases[0].ref, organisation, "granvik-tib", None, Via.PAGE, LATER)
        async with office.town.database.writing() as another:
            await put(another, read)
        return found

    monkeypatch.setattr(access_chain, "links", somebody_reads)
    assert await flaws(office) == set()
