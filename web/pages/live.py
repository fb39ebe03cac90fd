"""The stream that tells an open list to look again: not what happened, only that this person would see something else.

What it says is worked out from the very list the person would be shown, so it hints at nothing they may not see.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from models.areas import Area, may_visit
from models.refusal import BadInput
from storage import duty, people, sessions
from storage.database import OutOfReach
from web.live import Watch
from web.pages.worklist import PATH, listed, mark
from web.selection import Selection
from web.visit import Anyone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from models.message import Actor
    from web.live import Listener
    from web.visit import Visit

BEAT = 15.0
"""Seconds between two signs of life: proxies cut what is silent, and whose session has ended is noticed."""
REST = 3
"""Times as long as a look took until the next: a crowd that listens to a storm leaves time for those who work."""
LONGEST = 2.0
"""Seconds of such a rest at most."""
COME_BACK = b"retry: 5000\n\n"
ALIVE = b": alive\n\n"

router = APIRouter()


@router.get(f"{PATH}/live")
async def live(visit: Anyone) -> Response:
    """Somebody's stream, of the list at the same address; nothing (204) for those who are not signed in."""
    if visit.person is None or not may_visit(visit.person, Area.WORKLIST):
        return Response(status_code=204)  # a browser that hears this does not come back
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(_told(visit, visit.person), media_type="text/event-stream", headers=headers)


def watch_of(request: Request) -> Watch:
    """The one who looks for all pages of this process."""
    watch: Watch = request.app.state.watch
    return watch


async def _told(visit: Visit, person: Actor) -> AsyncIterator[bytes]:
    watch = watch_of(visit.request)
    async with visit.desk.database.reading() as session:
        theirs = {one.organisation for one in await duty.everywhere(session, person, datetime.now(UTC))}
    asked = visit.request.query_params
    seen = visit.request.headers.get("last-event-id") or asked.get("seen", "")
    clock = asyncio.get_running_loop().time
    with watch.listening(person.id, theirs) as listener:
        yield COME_BACK
        # In step with the clock alone: a beat that waited for something to happen would tell that it did.
        beat = began = clock() + BEAT
        while listener.open:
            try:
                async with watch.looking:
                    began = clock()
                    now = await _mark(visit, listener)
            except OutOfReach:
                now = seen
            spent = clock() - began
            if now is None:
                yield _event("ended", "signed_out")
                return
            if now != seen:
                yield _event("changed", now, now)
                seen = now
            if clock() >= beat:
                yield ALIVE
                beat = clock() + BEAT
            await listener.rests(min(LONGEST, REST * spent))
            await listener.stirs(beat - clock())
        yield _event("ended", "enough")


async def _mark(visit: Visit, listener: Listener) -> str | None:
    """What the list would show now; None if they are no longer signed in, or not allowed here any more."""
    async with visit.desk.database.reading() as session:
        if await sessions.resolve(session, visit.cookie, datetime.now(UTC)) is None:
            return None
        try:
            person = await people.actor(session, listener.user)
        except people.UnknownUser:
            return None
    if not may_visit(person, Area.WORKLIST):
        return None
    asked = visit.request.query_params
    try:
        return mark(await listed(visit, Selection.of(asked), asked.get("after"), person))
    except BadInput:
        return None


def _event(name: str, data: str, identity: str = "") -> bytes:
    lines = ([f"id: {identity}"] if identity else []) + [f"event: {name}", f"data: {data}", "", ""]
    return "\n".join(lines).encode()
