"""Cases that somebody has kept: set and released by persons, for a reason with a reference; it stays on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk.retention import MAY_LOOK, case_for, reference
from models.refusal import Refusal
from models.retention import refuse_to_hold, refuse_unless
from storage import access, holds

if TYPE_CHECKING:
    from datetime import datetime

    from desk.desk import Desk
    from models.message import Actor
    from models.vocabulary.records import HoldGround
    from storage.holds import Hold


async def hold(desk: Desk, actor: Actor, ref: str, ground: HoldGround, why: str, now: datetime) -> str:
    """Have a case kept, open or closed, until somebody ends that; the id of the hold."""
    refuse_to_hold(actor)
    why = reference(why, "reference")
    async with desk.database.writing(of={actor.organisation}) as session:
        await case_for(session, desk, actor, ref)
        return await holds.put(session, ref, ground, why, actor.id, now)


async def release(desk: Desk, actor: Actor, identity: str, why: str, now: datetime) -> None:
    """Keep it no longer for this reason."""
    refuse_to_hold(actor)
    why = reference(why, "reference")
    async with desk.database.writing(of={actor.organisation}) as session:
        found = await holds.get(session, identity)
        if found is None or found.organisation != actor.organisation or not found.stands:
            raise Refusal("unknown_hold", "hold")
        if await access.hidden_from(session, actor, [found.case]):
            raise Refusal("unknown_hold", "hold")
        await holds.release(session, identity, why, actor.id, now)


async def standing(desk: Desk, actor: Actor) -> list[Hold]:
    """The holds of the actor's organisation, those that stand first."""
    refuse_unless(actor, MAY_LOOK)
    async with desk.database.reading(of={actor.organisation}) as session:
        found = await holds.listed(session, actor.organisation)
        hidden = await access.hidden_from(session, actor, [one.case for one in found])
    return [one for one in found if one.case not in hidden]
