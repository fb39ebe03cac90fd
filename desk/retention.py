"""What may be destroyed: each closed case with its class, its end and what stands against it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.refusal import BadInput, Problem, Refusal
from models.retention import APPROVERS, HOLDERS, PROPOSERS, Retention, all_kept, refuse_unless, retention
from models.sight import kept_out
from storage import archives, cases, destruction, holds, routines
from storage.keys import KeyDestroyed, UnknownKey

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.desk import Desk
    from models.case import Case
    from models.message import Actor
    from models.routine import Routine

LONGEST = 120
"""Characters of a reference."""
MAY_LOOK = PROPOSERS | APPROVERS | HOLDERS


@dataclass(frozen=True)
class Candidate:
    """A closed case and what holds for it, as somebody may see who is not kept out of it."""

    case: str
    retention: Retention

    def document(self) -> dict[str, object]:
        """For programs."""
        it = self.retention
        return {"case": self.case, "class": it.kind, "closed": it.closed, "ends": it.ends, "obstacles": it.obstacles}


async def candidates(desk: Desk, actor: Actor, now: datetime, *, free: bool = True) -> list[Candidate]:
    """The closed cases of the actor's organisation, by when their time ends; those that stand on a list left out.

    :param free: only those that may be destroyed now.
    :raises Refusal: if this is no business of theirs.
    """
    refuse_unless(actor, MAY_LOOK)
    found = []
    async with desk.database.reading(of={actor.organisation}) as session:
        listed = await destruction.listed_cases(session, actor.organisation)
        in_force = await _in_force(session, actor.organisation, now)
        for ref in await destruction.closed_cases(session, actor.organisation):
            if ref in listed:
                continue
            try:
                case = await cases.load(session, desk.ring, ref)
            except KeyDestroyed:
                continue
            closed = case.closing.closed if case.closing else None
            if free and in_force and closed and all_kept(closed, in_force, now):
                break  # those after it were closed later
            its = await retention_of(session, case, now)
            if not kept_out(actor, case) and (its.free or not free):
                found.append(Candidate(ref, its))
    never = max((one.retention.ends for one in found if one.retention.ends), default=now)
    return sorted(found, key=lambda one: (one.retention.ends or never, one.retention.ends is None, one.case))


async def retention_of(session: AsyncSession, case: Case, now: datetime) -> Retention:
    """What holds for a case: by the routine it follows, the one in force, and whoever has it kept."""
    in_force = await _in_force(session, case.organisation, now)
    followed = [await routines.by_digest(session, case.routine.digest), *((in_force,) if in_force else ())]
    held, archived = await holds.held(session, [case.ref]), await archives.closed_and_archived(session, [case.ref])
    return retention(case, followed, now, held=bool(held), archived=bool(archived))


async def case_for(session: AsyncSession, desk: Desk, actor: Actor, ref: str) -> Case:
    """A case of the actor's organisation; raises `Refusal`, also for those who must keep out of it."""
    try:
        case = await cases.load(session, desk.ring, ref)
    except (cases.UnknownCase, KeyDestroyed, UnknownKey):
        raise Refusal("unknown_case", "case") from None
    if case.organisation != actor.organisation or kept_out(actor, case):
        raise Refusal("unknown_case", "case")
    return case


async def _in_force(session: AsyncSession, organisation: str, now: datetime) -> Routine | None:
    with suppress(routines.UnknownRoutine):
        return await routines.current(session, organisation, now.date())
    return None


def reference(text: str, field: str) -> str:
    """A diary number or paragraph as it was given; raises `BadInput`."""
    kept = " ".join(text.split())
    if not 0 < len(kept) <= LONGEST:
        raise BadInput(Problem(field=field, code="reference_needed", reason=f"from 1 to {LONGEST} characters"))
    return kept
