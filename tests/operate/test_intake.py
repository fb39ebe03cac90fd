"""Reports that wait for their cases: each begins by itself."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import update

from desk.intake import start_waiting
from storage import tables
from tests.operate.queued import house
from tests.storage.town import Town
from workflows.client import Cases
from workflows.messages import CaseStart


class Beginnings(Cases):
    """Cases that begin."""

    def __init__(self) -> None:
        self.begun: list[str] = []

    async def start(self, start: CaseStart) -> None:
        self.begun.append(start.ref)


async def test_a_report_that_cannot_be_read_keeps_no_other_waiting(little_town: Town, tmp_path: Path) -> None:
    spoilt, whole = await little_town.accepts(), await little_town.accepts()
    async with little_town.database.writing() as session:
        table = tables.reports
        await session.execute(update(table).where(table.c.report == spoilt.report).values(body=b"spoilt"))
    cases = Beginnings()
    assert await start_waiting(house(little_town, tmp_path), cases) == 1
    assert cases.begun == [whole.case]
