"""Destruction lists: one person proposes, another agrees by a decision, case by case."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from desk.retention import MAY_LOOK, case_for, reference, retention_of
from models.refusal import BadInput, Problem, Refusal
from models.retention import (
    PROPOSERS,
    refuse_obstacles,
    refuse_to_approve,
    refuse_to_propose,
    refuse_unless,
)
from storage import access, cases, destruction
from storage.keys import KeyDestroyed

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.desk import Desk
    from models.message import Actor
    from models.vocabulary.records import SparingReason
    from storage.destruction import DestructionList

MOST = 500
"""Cases on one list: somebody has to look at each."""


async def propose(desk: Desk, actor: Actor, refs: Collection[str], now: datetime) -> DestructionList:
    """Propose a list of cases; raises `Refusal` naming the first that may not be destroyed, or `BadInput`."""
    refuse_to_propose(actor)
    if not 0 < len(set(refs)) <= MOST:
        raise BadInput(Problem(field="case", code="how_many_cases", reason=f"from 1 to {MOST}"))
    async with desk.database.writing(of={actor.organisation}) as session:
        listed, items = await destruction.listed_cases(session, actor.organisation), []
        for ref in sorted(set(refs)):
            case = await case_for(session, desk, actor, ref)
            its = await retention_of(session, case, now)
            refuse_obstacles(its.obstacles, ref)
            if ref in listed:
                raise Refusal("already_listed", "case", case=ref)
            if its.closed and its.ends:  # without obstacles it has both
                items.append(destruction.Item(ref, its.kind, its.closed, its.ends))
        return await destruction.propose(session, actor.organisation, items, actor.id, now)


async def approve(desk: Desk, actor: Actor, identity: str, decision: str, now: datetime) -> DestructionList:
    """Agree to a list, by a decision: never whoever proposed it, nor whoever must keep out of one of its cases."""
    decision = reference(decision, "decision")
    async with desk.database.writing(of={actor.organisation}) as session:
        found = await _undecided(session, actor, identity)
        refuse_to_approve(actor, found.proposed_by)
        await refuse_kept_out(session, actor, found)
        for item in found.waiting:
            try:
                case = await cases.load(session, desk.ring, item.case)
            except (KeyDestroyed, cases.UnknownCase):
                continue
            refuse_obstacles((await retention_of(session, case, now)).obstacles, item.case)
        if not found.waiting:
            raise Refusal("nothing_on_list", "list")
        await destruction.approve(session, identity, actor.id, decision, now)
        return await _shown(session, actor, await destruction.get(session, identity))


async def spare(
    desk: Desk, actor: Actor, identity: str, ref: str, reason: SparingReason, now: datetime
) -> DestructionList:
    """Take a case off a list, until it is gone: whoever proposed the list may, and whoever could approve it."""
    async with desk.database.writing(of={actor.organisation}) as session:
        found = await own_list(session, actor, identity)
        _refuse_to_change(actor, found)
        found = await _shown(session, actor, found)
        if ref not in {item.case for item in found.waiting}:
            raise Refusal("not_on_list", "case")
        await destruction.spare(session, identity, ref, actor.id, reason, now)
        await close(session, identity, now)
        return await _shown(session, actor, await destruction.get(session, identity))


async def withdraw(desk: Desk, actor: Actor, identity: str, now: datetime) -> None:
    """Give up a list, or refuse it, before anything of it is gone."""
    async with desk.database.writing(of={actor.organisation}) as session:
        found = await own_list(session, actor, identity)
        _refuse_to_change(actor, found)
        if found.withdrawn or any(item.destroyed for item in found.items):
            raise Refusal("list_decided", "list")
        await destruction.withdraw(session, identity, now)


async def lists(desk: Desk, actor: Actor) -> list[DestructionList]:
    """The lists of the actor's organisation, the newest first, without their cases."""
    refuse_unless(actor, MAY_LOOK)
    async with desk.database.reading(of={actor.organisation}) as session:
        return await destruction.listed(session, actor.organisation)


async def one_list(desk: Desk, actor: Actor, identity: str) -> tuple[DestructionList, int]:
    """A list, less what this person must keep out of; and how many such cases there are."""
    refuse_unless(actor, MAY_LOOK)
    async with desk.database.reading(of={actor.organisation}) as session:
        found = await own_list(session, actor, identity)
        shown = await _shown(session, actor, found)
    return shown, len(found.items) - len(shown.items)


async def own_list(session: AsyncSession, actor: Actor, identity: str, *, lock: bool = False) -> DestructionList:
    """A list of the actor's organisation; raises `UnknownList` for all others."""
    found = await destruction.get(session, identity, lock=lock)
    if found.organisation != actor.organisation:
        raise destruction.UnknownList(identity)
    return found


async def refuse_kept_out(session: AsyncSession, actor: Actor, found: DestructionList) -> None:
    """Raise `Refusal` if a list would destroy a case that somebody must keep out of: they have no part in that."""
    if await access.hidden_from(session, actor, [item.case for item in found.waiting]):
        raise Refusal("kept_out_of_list", "list")


async def close(session: AsyncSession, identity: str, now: datetime) -> None:
    """Note that a list is at its end, if it is: approved, and nothing on it waits."""
    found = await destruction.get(session, identity, lock=True)
    if found.approved and not found.waiting and found.executed is None:
        await destruction.executed(session, identity, now)


async def _undecided(session: AsyncSession, actor: Actor, identity: str) -> DestructionList:
    found = await own_list(session, actor, identity, lock=True)
    if found.state != "proposed":
        raise Refusal("list_decided", "list")
    return found


async def _shown(session: AsyncSession, actor: Actor, found: DestructionList) -> DestructionList:
    """A list, less what this person must keep out of."""
    hidden = await access.hidden_from(session, actor, [item.case for item in found.items])
    return replace(found, items=tuple(item for item in found.items if item.case not in hidden))


def _refuse_to_change(actor: Actor, found: DestructionList) -> None:
    """Whoever proposed a list may make it shorter, and whoever could approve it."""
    if actor.id == found.proposed_by:
        refuse_unless(actor, PROPOSERS)
    else:
        refuse_to_approve(actor, found.proposed_by)
