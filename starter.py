"""Take a report and start its case: `python starter.py report.json`, or from standard input with `-`."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from models.report import read_report
from operate.house import House
from operate.intake import accept, start
from settings import Settings
from workflows.client import EngineOutOfReach

if TYPE_CHECKING:
    from models.report import Report
    from storage.reports import Accepted


async def take(house: House, report: Report, received: datetime, key: str | None = None) -> tuple[Accepted, bool]:
    """Accept a report, and start its case now if the engine answers; whether it did."""
    accepted = await accept(house, report, received, key)
    try:
        await start(house, await house.cases(), accepted)
    except EngineOutOfReach:
        return accepted, False
    return accepted, True


async def main(source: str) -> None:
    """Take one report from a file or standard input; print the case number and the receipt code."""
    text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    received = datetime.now(UTC)
    house = House.open(Settings())
    try:
        accepted, started = await take(house, read_report(text, received), received)
    finally:
        await house.database.close()
    print(accepted.case, accepted.receipt_code, *([] if started else ["(kept; its case starts by itself)"]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "-"))
