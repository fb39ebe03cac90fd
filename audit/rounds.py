"""Every case replayed, one after the other; an interrupted round goes on where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from activities.history import EngineSilent, fetch
from audit.code import code_version
from audit.proof import Proof, keep, ledger_digest, prove
from audit.replay import DoesNotReplay, replay
from storage import archives, ledger, replays
from storage.keys import KeyDestroyed, UnknownKey
from storage.tables import Verdict
from workflows.case import CaseWorkflow
from workflows.client import EngineOutOfReach, workflow_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from audit.comparison import Decided
    from desk.desk import Desk
    from models.events import Event


class Broken(NamedTuple):
    """An open case that the code about to be deployed would not carry on as it was."""

    case: str
    reason: str
    """`nondeterministic`, `unreadable` or `broken`; or `decides_otherwise`."""
    detail: str = ""
    seq: int | None = None
    """The first event it would have decided otherwise."""


async def due(desk: Desk, *, resume: bool = False) -> tuple[list[str], int]:
    """The cases to replay, and how many are left out.

    :param resume: leave out those that were proved with this very code, and whose ledger stands as it stood then.
    """
    async with desk.database.reading() as session:
        refs = await ledger.known(session)
        if not resume:
            return refs, 0
        kept = await replays.of_cases(session, refs)
        left = [ref for ref in refs if not await _still_holds(session, kept.get(ref), ref)]
    return left, len(refs) - len(left)


async def prove_all(desk: Desk, refs: Sequence[str], kind: type = CaseWorkflow) -> AsyncIterator[Proof]:
    """Replay these cases, and write down what became of each as soon as it is known.

    :raises EngineOutOfReach: if a history is nowhere to be had; what was proved until then is kept.
    :raises OutOfReach: if database or vault does not answer; likewise.
    """
    for ref in refs:
        proof = await prove(desk, ref, kind)
        await keep(desk, proof)
        yield proof


async def rehearse(desk: Desk, kind: type = CaseWorkflow) -> AsyncIterator[tuple[str, Broken | None]]:
    """Run the history of every case that goes on through this code; each case, with what would break it.

    :raises EngineOutOfReach: if the engine does not answer: nothing is known then.
    """
    client = await desk.engine()
    async with desk.database.reading() as session:
        refs = await ledger.known(session)
        ended = await archives.closed_and_archived(session, refs)
    for ref in refs:
        if ref in ended:
            continue
        try:
            run = await fetch(client, workflow_id(ref))
        except EngineSilent as silent:
            raise EngineOutOfReach("nothing was changed") from silent
        if run is None or run.end is not None:
            continue
        async with desk.database.reading() as session:
            try:
                key = await desk.ring.key(session, ref)
            except (KeyDestroyed, UnknownKey):
                continue
            rows = await ledger.rows(session, key, ref)
        try:
            decided = await replay([run], key, kind)
        except DoesNotReplay as apart:
            yield ref, Broken(ref, apart.code, apart.reason)
            continue
        seq = _otherwise(decided, {entry.seq: event for entry, event in rows})
        yield ref, Broken(ref, "decides_otherwise", seq=seq) if seq else None


def _otherwise(decided: Sequence[Decided], standing: dict[int, Event | None]) -> int | None:
    """The first event that this code decides otherwise than it stands in the ledger."""
    for one in decided:
        there = standing.get(one.event.seq)
        if one.answered and there != one.event:
            return one.event.seq
    return None


async def _still_holds(session: AsyncSession, kept: replays.Replay | None, ref: str) -> bool:
    if kept is None or kept.verdict not in {Verdict.IDENTICAL, Verdict.ERASED} or kept.code != code_version():
        return False
    return kept.ledger == ledger_digest(await ledger.entries(session, ref))
