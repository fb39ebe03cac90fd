"""A case as those who review see it: in codes, times and roles, whoever it concerns and whatever anybody wrote."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from desk.casefile import CaseFile
from desk.look import View
from models.areas import Area, may_visit
from models.evolve import evolve_all
from models.sight import Sight, kept_out
from models.vocabulary.reading import ReadGround
from storage import cases, ledger, reads, routines
from storage.reads import Read
from storage.tables import Via

if TYPE_CHECKING:
    from desk.desk import Desk
    from models.message import Actor


async def read(desk: Desk, ref: str, reviewer: Actor, *, seq: int | None = None) -> CaseFile:
    """Open a case of the reviewer's own organisation, now or after event `seq`. That it was read is kept.

    :raises UnknownCase: if there is none that they may review, or it had not come so far.
    :raises KeyDestroyed: if it was erased.
    """
    now = datetime.now(UTC)
    async with desk.database.reading(of={reviewer.organisation}) as session:
        current = await cases.load(session, desk.ring, ref)
        theirs = current.organisation == reviewer.organisation and may_visit(reviewer, Area.AUDIT)
        if not theirs or kept_out(reviewer, current):
            raise cases.UnknownCase(ref)
        then = current
        if seq is not None:
            events = await ledger.read(session, await desk.ring.key(session, ref), ref, up_to_seq=seq)
            if not events or events[-1].seq < seq:
                raise cases.UnknownCase(ref)
            then = evolve_all(events)
        routine = await routines.by_digest(session, then.routine.digest)
    role = reads.role_of(reviewer, current)
    it = Read(ref, current.organisation, reviewer.id, role, Via.PAGE, now, ground=ReadGround.REVIEW)
    await reads.note(desk.database, it)
    moment = now if then is current else then.updated
    return CaseFile(desk, View(then, routine, Sight.HEADLINE, moment), reviewer, past=True)
