"""SQLite keeps anything in any column: what makes no sense is found too, and keeps nothing else from being found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from models.vocabulary.people import Role
from storage import reads
from storage.database import Database
from storage.reads import Read
from storage.tables import Via
from tests.audit.intruder import breaks_in
from tests.audit.scene import set_up
from tests.storage.town import CHIEF

if TYPE_CHECKING:
    from pathlib import Path

    from storage.keys import KeyRing


@pytest.mark.parametrize(
    "table, change",
    [
        ("cases", "UPDATE cases SET ref = X'00FF' WHERE ref LIKE '%2'"),
        ("cases", "UPDATE sequences SET last = 'never'"),
        ("checkpoints", "UPDATE checkpoints SET at = 'never' WHERE number = 2"),
        ("checkpoints", "UPDATE checkpoints SET number = 'never' WHERE number = 2"),
        ("checkpoints", "UPDATE checkpoints SET note = X'00FF' WHERE number = 2"),
        ("tree_leaves", "UPDATE tree_leaves SET position = 'never' WHERE position = 2"),
        ("tree_leaves", "UPDATE tree_leaves SET hash = X'00FF' WHERE position = 2"),
        ("reads", "UPDATE reads SET at = 'never'"),
        ("reads", "UPDATE reads SET via = 'nowhere'"),
        ("reads", "UPDATE reads SET user = X'00FF'"),
        ("reads", "UPDATE read_heads SET seq = 'never'"),
    ],
)
async def test_it_is_found_and_named_by_its_table(
    sqlite_url: str, ring: KeyRing, tmp_path: Path, table: str, change: str
) -> None:
    scene = await set_up(Database(sqlite_url), ring, tmp_path)
    read = Read(scene.one, "9001", CHIEF.id, Role.SECURITY_CHIEF, Via.PAGE, scene.town.now)
    async with scene.town.database.writing() as session:
        await breaks_in(session)
        await reads.put(session, read)
        await session.execute(text(change))
        await session.execute(text("""UPDATE heads SET hash = 'x' WHERE "case" = :one"""), {"one": scene.one})
    found = {(flaw.code, flaw.what) for flaw in (await scene.verify(ref=scene.one)).flaws}
    assert {("table_unreadable", table), ("head_differs", None)} <= found
    await scene.town.database.close()
