"""A filled ledger verified: chains, tree and checkpoints, on both kinds of database."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from audit.verify import verify
from models.events import Event
from models.stages.casework import NoteAdded
from storage import anchors, ledger
from storage.database import Database
from storage.keys import KeyRing, MasterKeys
from storage.schema import migrate
from storage.signing import SigningKeys
from tests.benchmarks.script import CHIEF
from tests.storage.town import found

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.ext.asyncio import AsyncSession

CASES = 200
EVENTS = 200
ROUNDS = 3
BEGAN = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class Rates(NamedTuple):
    """Ledger rows verified per second: without a key, as an auditor has it, and with every body read; and the rest."""

    chained: float
    read: float
    rows: int
    signing: float
    """Seconds in which so many rows get their places in the tree, and its root is signed."""


async def proved(url: str, folder: Path) -> Rates:
    """Fill a database and verify it."""
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    ring, keys = KeyRing(MasterKeys.create(folder / "master.key")), SigningKeys.open(folder / "checkpoint.key")
    try:
        await found(database, ring)
        for number in range(1, CASES + 1):
            async with database.writing() as session:
                await _fill(session, ring, f"9001-FV-2026-{number:05}", BEGAN + timedelta(hours=number))
        began = perf_counter()
        taken = await anchors.take(database, keys, "9001", BEGAN + timedelta(days=30))
        signing = perf_counter() - began
        rates: dict[bool, list[float]] = {False: [], True: []}
        for _ in range(ROUNDS):
            for bodies, found_rates in rates.items():
                began = perf_counter()
                proof = await verify(database, keys, "9001", ring=ring if bodies else None)
                found_rates.append(proof.entries / (perf_counter() - began))
                assert (proof.flaws, proof.entries, proof.leaves) == ([], taken.size, taken.size)
        return Rates(max(rates[False]), max(rates[True]), taken.size, signing)
    finally:
        await database.close()


async def _fill(session: AsyncSession, ring: KeyRing, case: str, at: datetime) -> None:
    """A case of so many notes, written as any case is."""
    key = await ring.create(session, case, "9001")
    told = [
        Event(
            case=case,
            seq=seq,
            at=at + timedelta(minutes=seq),
            recorded=at + timedelta(minutes=seq),
            actor=CHIEF.id,
            cause=f"{case}.{seq}",
            data=NoteAdded(text="Ringde och frågade hur helgen hade varit. Lugnt, inget nytt, vi hörs på torsdag."),
        )
        for seq in range(1, EVENTS + 1)
    ]
    await ledger.append(session, key, told, "9001")
