"""Custody of evidence: each case is told what was handed in to it, and what was abandoned half-way is cleared away."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from desk.action import Unanswered, act_as
from models.message import Actor
from models.outside import OUTSIDE
from models.refusal import Refusal
from models.stages.casework import AddEvidence
from storage import archives, cases, evidence, people
from storage.database import OutOfReach
from workflows.client import EngineOutOfReach

if TYPE_CHECKING:
    from desk.desk import Desk
    from storage.evidence import Piece

log = structlog.get_logger()

ABANDONED = timedelta(days=1)
"""Bytes that nobody has written down by then never will be: whoever sent them went away."""
BETWEEN_CLEARINGS = timedelta(hours=1)
ASKED_AT_ONCE = 500


async def tell(desk: Desk, piece: Piece) -> Exception | None:
    """Have the case take it up; why it did not, if so. The same piece twice is once."""
    command = AddEvidence(id=f"evidence:{piece.id}", at=piece.received, evidence=piece.id, digest=piece.digest)
    try:
        await act_as(desk, piece.case, command, await actor_of(desk, piece.case, piece.by))
    except Refusal as refusal:
        if refusal.code == "unknown_case" and not await _has_begun(desk, piece.case):
            return refusal
        if refusal.code != "evidence_exists":
            return await _settled(desk, piece, refusal)
    except people.UnknownUser as error:
        return await _settled(desk, piece, error)
    except Unanswered as error:
        return error.__cause__ if isinstance(error.__cause__, EngineOutOfReach) else error
    except Exception as error:  # noqa: BLE001 - it is kept, and its sender must hear so
        return error
    return await _settled(desk, piece, None)


async def tell_waiting(desk: Desk, limit: int = 100) -> int:
    """Tell the cases what they were not told of; how many have taken it up. Raises `EngineOutOfReach`, `OutOfReach`."""
    async with desk.database.reading() as session:
        waiting = await evidence.unrecorded(session, limit)
    told = 0
    for piece in waiting:
        trouble = await tell(desk, piece)
        told += trouble is None
        if isinstance(trouble, EngineOutOfReach | OutOfReach):
            raise trouble
    return told


async def clear_away(desk: Desk, now: datetime) -> int:
    """Take out of the vault what was never written down; how many. Raises `OutOfReach`."""
    old = await desk.vault.older(now - ABANDONED)
    gone = 0
    for some in (old[at : at + ASKED_AT_ONCE] for at in range(0, len(old), ASKED_AT_ONCE)):
        async with desk.database.reading() as session:
            abandoned = set(some) - await evidence.known(session, some) - await archives.known(session, some)
        for one in abandoned:
            await desk.vault.remove(one)
        gone += len(abandoned)
    return gone


async def keep_up(desk: Desk, seconds: float) -> None:
    """Until cancelled: every few seconds tell cases what waits, and now and then clear away what was abandoned."""
    cleared = datetime.min.replace(tzinfo=UTC)
    while True:
        try:
            await tell_waiting(desk)
            if (now := datetime.now(UTC)) - cleared > BETWEEN_CLEARINGS:
                if count := await clear_away(desk, now):
                    log.info("abandoned uploads cleared away", count=count)
                cleared = now
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the next round must come
            log.warning("evidence was not looked after, will try again", error=type(error).__name__)
        await asyncio.sleep(seconds)


async def actor_of(desk: Desk, ref: str, by: str) -> Actor:
    """Whoever hands in: somebody in the directory, or the holder of a receipt code. Raises `UnknownUser`."""
    organisation = ref.partition("-")[0]
    if by in OUTSIDE:
        return Actor(id=by, organisation=organisation, roles=frozenset({OUTSIDE[by]}))
    async with desk.database.reading() as session:
        return await people.actor(session, by, organisation)


async def _has_begun(desk: Desk, ref: str) -> bool:
    async with desk.database.reading() as session:
        try:
            await cases.load(session, desk.ring, ref)
        except cases.CaseWaits:
            return False
    return True


async def _settled(desk: Desk, piece: Piece, refusal: Exception | None) -> Exception | None:
    try:
        async with desk.database.writing() as session:
            await (evidence.mark_refused if refusal else evidence.mark_recorded)(session, piece.id)
    except OutOfReach as error:
        return error
    return refusal
