"""What an audit package costs: a case of two hundred events, in the tree of an organisation with many."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

from sqlalchemy import insert

from storage import anchors, tables
from storage.database import Database
from storage.keys import KeyRing, MasterKeys
from storage.schema import migrate
from tests.audit.packaged import Office, at_work
from tests.storage.town import NOON, note

EVENTS, OTHERS, ROUNDS = 200, 50_000, 5


async def seconds(home: Path) -> tuple[float, int]:
    """Seconds for a package of one case, the median of several; and how many bytes it has."""
    url = f"sqlite+aiosqlite:///{home / 'varna.db'}"
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    try:
        office = await at_work(database, KeyRing(MasterKeys.create(home / "master.key")), home)
        await _grown(office)
        taken = []
        for _ in range(ROUNDS):
            began = perf_counter()
            made = await office.made(office.cases[0].ref)
            taken.append(perf_counter() - began)
        return median(taken), len(made.content)
    finally:
        await database.close()


async def _grown(office: Office) -> None:
    """One case with a long history, among the entries of many others."""
    case = office.cases[0]
    for number in range(case.seq, EVENTS):
        case, _ = await office.town.acts(case, note(number + 10))
    async with office.town.database.writing() as session:
        await session.execute(insert(tables.ledger), list(_others()))
    await anchors.take(office.town.database, office.keys, "9001", NOON + timedelta(days=1))


def _others() -> Iterator[dict[str, object]]:
    for number in range(OTHERS):
        case, seq = f"9001-FV-2026-{10_000 + number // 30}", number % 30 + 1
        row = {"case": case, "seq": seq, "organisation": "9001", "at": NOON, "recorded": NOON, "actor": "clock"}
        its_hash = hashlib.sha256(f"{case}/{seq}".encode()).hexdigest()
        yield row | {"cause": "x", "type": "reminded", "body": b"", "previous": None, "hash": its_hash}
