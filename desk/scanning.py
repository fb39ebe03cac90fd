"""Evidence is looked at by a virus scanner once it is kept: what it knows stays, in quarantine; nothing is lost."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from channels.clamd import BrokenOff, ScannerAway
from storage import evidence
from storage.keys import KeyDestroyed
from storage.tables import ScanState
from storage.vault import Damaged

if TYPE_CHECKING:
    from channels.clamd import Clamd, Scanned
    from desk.desk import Desk

log = structlog.get_logger()


async def scan_waiting(desk: Desk, scanner: Clamd, limit: int = 100) -> int:
    """Have looked at what nobody has looked at, oldest first; how many.

    :raises ScannerAway: if the scanner does not answer: what waits goes on waiting, however long.
    :raises OutOfReach: if vault or database do not.
    """
    async with desk.database.reading() as session:
        waiting = await evidence.unscanned(session, limit)
    looked = 0
    for piece in waiting:
        try:
            async with desk.database.reading(of={piece.organisation}) as session:
                key = await desk.ring.key(session, piece.case)
            said = await scanner.scan(desk.vault.read(key, piece.id))
        except (BrokenOff, Damaged, KeyDestroyed) as error:
            # It waits; the others are looked at all the same.
            log.warning("evidence could not be looked at", error=type(error).__name__)
            continue
        async with desk.database.writing(of={piece.organisation}) as session:
            await evidence.mark_scanned(session, piece.id, _state(said), said.found, datetime.now(UTC))
        looked += 1
        if said.found:
            log.warning("evidence is in quarantine", evidence=piece.id)
    return looked


async def keep_scanned(desk: Desk, scanner: Clamd | None, seconds: float) -> None:
    """Until cancelled: have looked at what comes in. Without a scanner nothing is ever said to be clean."""
    while scanner is not None:
        try:
            await scan_waiting(desk, scanner)
        except ScannerAway as error:
            log.warning("the virus scanner is away, will try again", error=str(error))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the next round must come
            log.warning("evidence was not looked at, will try again", error=type(error).__name__)
        await asyncio.sleep(seconds)


def _state(said: Scanned) -> ScanState:
    if said.found:
        return ScanState.INFECTED
    return ScanState.TOO_LARGE if said.too_large else ScanState.CLEAN
