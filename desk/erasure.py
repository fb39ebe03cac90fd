"""The destroying itself: one case at a time, each whole or not at all; what does not answer is cleared away later."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from desk.destruction import close, own_list, refuse_kept_out
from desk.retention import MAY_LOOK, retention_of
from models.refusal import Refusal
from models.retention import APPROVERS, PROPOSERS, refuse_unless
from models.vocabulary.records import Obstacle
from storage import cases, destruction, ledger
from storage.database import OutOfReach
from storage.keys import KeyDestroyed, KeyKept
from workflows.client import EngineOutOfReach
from workflows.forgetting import forget

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.desk import Desk
    from models.message import Actor
    from storage.destruction import Certificate, DestructionList, Item

log = structlog.get_logger()


@dataclass(frozen=True)
class Kept:
    """A case on an approved list that could not be destroyed now."""

    case: str
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True)
class Executed:
    """What became of a list. `waits`: files or histories of what is destroyed are still to be cleared away."""

    destroyed: tuple[str, ...]
    kept: tuple[Kept, ...]
    waits: int

    def document(self) -> dict[str, object]:
        """For programs."""
        kept = [{"case": one.case, "obstacles": one.obstacles} for one in self.kept]
        return {"destroyed": self.destroyed, "kept": kept, "still_to_clear": self.waits}


async def execute(desk: Desk, actor: Actor, identity: str, now: datetime) -> Executed:
    """Destroy what stands on an approved list, one case at a time: begun again, it goes on where it was interrupted.

    What has meanwhile got an obstacle is kept, and stays on the list.
    """
    refuse_unless(actor, PROPOSERS | APPROVERS)
    async with desk.database.reading(of={actor.organisation}) as session:
        found = await own_list(session, actor, identity)
        await refuse_kept_out(session, actor, found)
    if found.approved is None or found.withdrawn is not None:
        raise Refusal("list_not_approved", "list")
    gone, kept = [], []
    for item in found.waiting:
        obstacles = await _destroy(desk, actor, found, item, now)
        if obstacles:
            kept.append(Kept(item.case, obstacles))
        else:
            gone.append(item.case)
    async with desk.database.writing(of={actor.organisation}) as session:
        await close(session, identity, now)
    return Executed(tuple(gone), tuple(kept), await finish(desk, now))


async def finish(desk: Desk, now: datetime) -> int:
    """Clear away what is left of what was destroyed: files, and what the engine remembers; of how many some is left.

    What does not answer is asked again another time: it is unreadable all the same.
    """
    async with desk.database.reading() as session:
        unfinished = await destruction.unfinished(session)
    try:
        for one in unfinished:
            await _remove_files(desk, one, now)
        left = [await _forget_runs(desk, one, now) for one in unfinished]
    except (OutOfReach, EngineOutOfReach) as error:
        log.warning("something of a destroyed case waits to be cleared away", error=type(error).__name__)
        return len(unfinished)
    return left.count(False)


async def certificates(desk: Desk, actor: Actor) -> list[Certificate]:
    """What was destroyed in the actor's organisation, the last first."""
    refuse_unless(actor, MAY_LOOK)
    async with desk.database.reading(of={actor.organisation}) as session:
        return await destruction.certificates(session, actor.organisation)


async def certificate(desk: Desk, actor: Actor, ref: str) -> Certificate:
    """The certificate of one case; raises `UnknownCertificate` for those of other organisations too."""
    refuse_unless(actor, MAY_LOOK)
    async with desk.database.reading(of={actor.organisation}) as session:
        found = await destruction.certificate(session, ref)
    if found.organisation != actor.organisation:
        raise destruction.UnknownCertificate(ref)
    return found


async def keep_finishing(desk: Desk, seconds: float) -> None:
    """Until cancelled: clear away what is left of what was destroyed."""
    while True:
        try:
            await finish(desk, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the next round must come
            log.warning("what was destroyed was not cleared away, will try again", error=type(error).__name__)
        await asyncio.sleep(seconds)


async def _destroy(desk: Desk, actor: Actor, of: DestructionList, item: Item, now: datetime) -> tuple[Obstacle, ...]:
    """Destroy one case; what stands against it, if it was kept."""
    try:
        async with desk.database.writing(of={of.organisation}) as session:
            # Nobody records anything of it in between, nor reopens it.
            await ledger.lock(session, item.case)
            case = await cases.load(session, desk.ring, item.case)
            if obstacles := (await retention_of(session, case, now)).obstacles:
                return obstacles
            master = await desk.ring.wrapped_by(session, item.case)
            facts = await _facts(session, actor, of, item, now)
            await desk.ring.destroy(session, item.case, now)
            facts |= await destruction.clear(session, item.case)
            await destruction.certify(session, facts, master, now)
    except KeyKept as kept:
        known = kept.code in set(Obstacle)
        return (Obstacle(kept.code) if known else Obstacle.ON_HOLD,)
    except (KeyDestroyed, cases.UnknownCase):
        return (Obstacle.ERASED,)
    return ()


async def _facts(
    session: AsyncSession, actor: Actor, of: DestructionList, item: Item, now: datetime
) -> dict[str, object]:
    """What will be known of it: codes, counts, hashes and times."""
    entries = await ledger.entries(session, item.case)
    found = await ledger.verify(session, item.case)
    its = await destruction.kept_of(session, item.case)
    return {
        "case": item.case,
        "organisation": of.organisation,
        "list": of.id,
        "class": item.kind,
        "closed": item.closed.isoformat(),
        "retained_until": item.ends.isoformat(),
        "proposed_by": of.proposed_by,
        "proposed": of.proposed.isoformat(),
        "approved_by": of.approved_by,
        "approved": of.approved.isoformat() if of.approved else None,
        "decision": of.decision,
        "executed_by": actor.id,
        "destroyed": now.isoformat(),
        "ledger": {
            "events": len(entries),
            "head": entries[-1].hash if entries else None,
            "findings": sorted({one.code for one in found}),
        },
        **its,
    }


async def _remove_files(desk: Desk, of: Certificate, now: datetime) -> None:
    async with desk.database.reading(of={of.organisation}) as session:
        left = await destruction.files(session, of.case)
    for identity in left:
        await desk.vault.remove(identity)
        async with desk.database.writing(of={of.organisation}) as session:
            await destruction.forget_file(session, identity)
    if of.evidence_gone is None:
        async with desk.database.writing(of={of.organisation}) as session:
            await destruction.mark(session, of.case, evidence_gone=now)


async def _forget_runs(desk: Desk, of: Certificate, now: datetime) -> bool:
    """Whether the engine remembers nothing of it any more."""
    if of.engine_gone is not None:
        return True
    if not await forget(await desk.engine(), of.case):
        return False
    async with desk.database.writing(of={of.organisation}) as session:
        await destruction.mark(session, of.case, engine_gone=now)
    return True
