"""Ties between cases: whoever reads one hears of another only if they may see that one as well."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from desk import reader
from models.stages.casework import Linked, Unlinked
from storage import worklist

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from desk.desk import Desk
    from models.case import Case
    from models.events import Event
    from models.message import Actor


async def case_without_hidden(desk: Desk, case: Case, user: Actor | str) -> Case:
    """The case, tied to no other but those that this person may see."""
    if not case.links:
        return case
    seen = await _seen(desk, {link.case for link in case.links}, user)
    return case.model_copy(update={"links": tuple(link for link in case.links if link.case in seen)})


async def events_without_hidden(desk: Desk, events: Sequence[Event], user: Actor | str) -> list[Event]:
    """The events, but for those that tie the case to one that is not there for this person, or untie it."""
    told = {event.data.other for event in events if isinstance(event.data, Linked | Unlinked)}
    if not told:
        return list(events)
    seen = await _seen(desk, told, user)
    return [event for event in events if not isinstance(event.data, Linked | Unlinked) or event.data.other in seen]


async def _seen(desk: Desk, refs: Collection[str], user: Actor | str) -> Collection[str]:
    now = datetime.now(UTC)
    async with reader.everywhere(desk, user, now) as (session, actors):
        return await worklist.of_refs(session, desk.ring, actors, refs, now)
