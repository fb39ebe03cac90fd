"""Whether the pages live, and whether they can be used."""

from __future__ import annotations

from pathlib import Path

import httpx2
from sqlalchemy import text

from storage.database import Database
from storage.keys import KeyRing
from tests.web.office import Office, served


async def test_it_is_ready_once_the_database_has_our_schema(office: Office, visitor: httpx2.AsyncClient) -> None:
    assert (await visitor.get("/readyz")).status_code == 200
    async with office.database.writing() as session:
        await session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = await visitor.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "database not migrated\n")
    assert (await visitor.get("/healthz")).status_code == 200


async def test_without_a_database_it_lives_but_is_not_ready_and_pages_say_so(ring: KeyRing, tmp_path: Path) -> None:
    nowhere = Database(f"sqlite+aiosqlite:///{tmp_path}/gone/varna.db")
    async with served(nowhere, ring) as visitor:
        assert (await visitor.get("/healthz")).status_code == 200
        ready, page = await visitor.get("/readyz"), await visitor.get("/l/x", headers={"Accept-Language": "en"})
    assert (ready.status_code, ready.text) == (503, "database out of reach\n")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "60")
    assert "Nothing is lost" in page.text
