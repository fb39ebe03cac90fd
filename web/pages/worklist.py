"""Att göra: what is due next, and who has it. Forty seconds must be enough to see what burns."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from hashlib import blake2s
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from desk import lists
from i18n.times import ZONE
from models.areas import Area
from models.refusal import BadInput
from models.vocabulary.case import CaseKind, Level, Stage
from storage.worklist import Whose
from web.selection import ONLY, WITHOUT, Selection
from web.visit import Visit, at

if TYPE_CHECKING:
    from starlette.responses import Response

    from desk.lists import Line, Listing
    from models.message import Actor

PATH = "/arenden"
TABS = (Whose.MINE, Whose.UNASSIGNED, Whose.ALL)
OVERDUE = {"burning", "over"}
SOON = timedelta(days=7)
At = Annotated[Visit, Depends(at(Area.WORKLIST))]

router = APIRouter()


@router.get(PATH)
async def worklist(visit: At) -> Response:
    """The list, from the beginning or from where a page before it ended."""
    asked = visit.request.query_params
    selection, after = Selection.of(asked), asked.get("after")
    try:
        listing = await listed(visit, selection, after)
    except BadInput:  # no mark of ours: from the beginning, then
        return visit.go(PATH + selection.query())
    counts = listing.counts
    return visit.page(
        "worklist.html",
        title=visit.t("area.worklist"),
        selection=selection,
        groups=grouped(listing),
        listing=listing,
        first=after is None,
        overdue=sum(group in OVERDUE for group, _ in _placed(listing)),
        more=selection.query(after=listing.after) if listing.after else "",
        stream=f"{PATH}/live{selection.query(after=after, seen=mark(listing))}",
        tabs=[(one, counts and getattr(counts, one.value)) for one in TABS],
        most=lists.MOST,
        many=lists.MANY,
        choices={"stage": Stage, "level": list(reversed(Level)), "kind": CaseKind},
        drills=(WITHOUT, ONLY),
        lists=PATH,
    )


async def listed(visit: Visit, selection: Selection, after: str | None, person: Actor | None = None) -> Listing:
    """What the list shows to somebody now; raises `BadInput` if no page ended there."""
    shown = lists.closed if selection.closed else lists.due
    return await shown(visit.desk, person or visit.actor, selection.wanted, after or None)


def grouped(listing: Listing) -> dict[str, list[Line]]:
    """The lines under their headings, in order."""
    groups: dict[str, list[Line]] = {}
    for group, line in _placed(listing):
        groups.setdefault(group, []).append(line)
    return groups


def mark(listing: Listing) -> str:
    """What the page shows, as a short mark: another mark, and there is something new to see."""
    shown = [
        (
            group,
            it.item.ref,
            it.item.stage,
            it.item.pace,
            it.item.level,
            it.item.next_obligation,
            it.item.next_due,
            it.item.sight,
            it.item.reopenings,
            it.item.protected,
            it.item.brief,
            it.handler,
        )
        for group, it in _placed(listing)
    ]
    whole = (shown, listing.counts, listing.acute, listing.after is None)
    return blake2s(repr(whole).encode(), digest_size=8).hexdigest()


def _placed(listing: Listing) -> list[tuple[str, Line]]:
    return [(_group(line, listing.at), line) for line in listing.lines]


def _group(line: Line, now: datetime) -> str:
    """Under which heading it stands."""
    due = line.item.next_due
    if line.item.closed is not None:
        return "closed"
    if due is None:
        return "nothing"
    if due <= now:
        return "burning" if line.item.pace is Level.ACUTE else "over"
    local = now.astimezone(ZONE)
    if due < datetime.combine(local.date() + timedelta(days=1), time(), ZONE):
        return "today"
    return "soon" if due < now + SOON else "later"
