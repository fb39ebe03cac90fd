"""One case, as somebody may see it: how it stands, what is due, what can be done, what happened, now or before."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from desk.casefile import CaseFile
from models.possible import possible
from models.sight import reads_words
from models.stages.glass import BreakGlass
from storage.cases import UnknownCase
from web.casefile.deeds import able, deeds, due
from web.casefile.door import Officer, opened, shown
from web.casefile.numbers import is_odd
from web.casefile.side import side
from web.casefile.timeline import Show, line_of, spoken_of, timeline
from web.forms.values import instant
from web.visit import Visit

router = APIRouter()

RECENT = 60
"""Events among which the answer to one's own action is looked for."""
_FILTERS = {
    Show.ALL: "case.show_all",
    Show.DECISIONS: "case.show_decisions",
    Show.CONTACTS: "case.show_contacts",
    Show.MESSAGES: "case.show_messages",
}


@router.get("/arenden/{ref}")
async def case(visit: Officer, ref: str) -> Response:
    """The case; with `?at=` or `?seq=` as it stood then."""
    asked = visit.request.query_params
    file = await opened(visit, ref, moment=_moment(asked.get("at", "")), seq=_number(asked.get("seq", "")))
    kinds = able(file, visit.now)
    owed = due(file, kinds, visit.t)
    show = asked.get("visa", "")
    values: dict[str, Any] = {
        **await shown(visit, file),
        **await side(visit, file),
        "title": visit.t("case.title"),
        "past": file.past,
        "at": file.view.at,
        "due": owed,
        "next": owed[0] if owed else None,
        "deeds": deeds(kinds, owed),
        "timeline": await timeline(
            file, visit.t, Show(show) if show in {*Show} else Show.ALL, _number(asked.get("fore", ""))
        ),
        "filters": [(one, visit.t(key)) for one, key in _FILTERS.items()],
        "may_break": BreakGlass in possible(file.case, file.actor, file.routine, visit.now) and not file.past,
        "said": await _said(visit, file, asked.get("gjort", "")),
    }
    return visit.page("case/case.html", **values)


@router.get("/arenden/{ref}/logg/{seq}")
async def event(visit: Officer, ref: str, seq: int) -> Response:
    """One event with all that was written."""
    file = await opened(visit, ref)
    found = await file.events(since=seq - 1, before=seq + 1) if 0 < seq <= file.case.seq else []
    if not found or not reads_words(file.actor, file.case, found[0].type, visit.now):
        raise HTTPException(404)
    names, reports = await file.names(spoken_of(found)), await file.reports(found)
    values: dict[str, Any] = {
        **await shown(visit, file),
        "title": visit.t("case.event_title", seq=seq),
        "one": line_of(found[0], file, visit.t, names, reports),
        "may_correct": "correct" in {kind.name() for kind in able(file, visit.now)},
    }
    return visit.page("case/event.html", **values)


async def _said(visit: Visit, file: CaseFile, command: str) -> list[str]:
    """What an action of theirs led to, so that its answer is as exact as its question."""
    if not command or file.past:
        return []
    events = await file.events(since=max(0, file.case.seq - RECENT))
    mine = [event for event in events if event.cause == command and event.actor == file.actor.id]
    names = await file.names(spoken_of(mine))
    odd = [visit.t("case.odd_reference") for event in mine if is_odd(getattr(event.data, "reference", None))]
    return [line_of(event, file, visit.t, names, {}).text for event in mine] + odd


def _moment(text: str) -> datetime | None:
    """A time in an address, Swedish if it names no zone; there is no case at a time that is none."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text if re.search(r"(Z|[+-]\d\d:\d\d)$", text) else instant(text))
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise UnknownCase(text) from None


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,8}", text) else None
