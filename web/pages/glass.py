"""Break-glass (nödöppning): a case number and a reason; who is told of it at once, and that it is reviewed."""

from __future__ import annotations

import asyncio
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends
from pydantic_core import to_json
from starlette.responses import Response

from desk import action
from i18n import refusal_text
from models.areas import Area
from models.commands import read_command
from models.message import Command
from models.refusal import BadInput, Refusal
from models.stages.glass import BreakGlass
from storage.cases import UnknownCase
from storage.keys import KeyDestroyed
from storage.people import UnknownUser
from web.form import Posted
from web.forms.troubles import troubles
from web.visit import Visit, at

router = APIRouter()
Breaker = Annotated[Visit, Depends(at(Area.BREAK_GLASS))]
"""Whoever may ever break a glass."""
LARGEST = 256 * 1024
SLOWEST = 1.0
"""Seconds until whoever asks hears that it is not to be had: a case that is not there takes no less time to say so."""


@router.get("/nodoppning")
async def form(visit: Breaker) -> Response:
    """What it means, and the form."""
    return _page(visit, visit.request.query_params.get("arende", ""), "", uuid4().hex)


@router.post("/nodoppning", max_body_size=LARGEST)
async def open_it(visit: Breaker, posted: Posted) -> Response:
    """Break the glass, and go to the case. Of a case that is kept from this person nothing is said, not even so."""
    ref, text, identity = posted.one("ref"), posted.one("text"), posted.one("id") or uuid4().hex
    begun = asyncio.get_running_loop().time()
    try:
        command = read_command(to_json({"type": "break_glass", "id": identity} | ({"text": text} if text else {})))
        await _act(visit, ref, command)
    except BadInput as error:
        found = troubles(error, BreakGlass, visit.t)
        return _page(
            visit, ref, text, identity, 422, [(f"f-{name}" if name else "", one) for name, one in found.items()]
        )
    except Refusal as refusal:
        if refusal.code == "sees_whole":
            return visit.go(f"/arenden/{ref}")
        if refusal.code not in {"unknown_case", "not_allowed"}:
            return _page(visit, ref, text, identity, 409, [("", refusal_text(refusal, visit.t))])
        await asyncio.sleep(max(0, begun + SLOWEST - asyncio.get_running_loop().time()))
        return _page(visit, ref, text, identity, 404, [("f-ref", visit.t("case.glass_unknown"))])
    except action.Unanswered:
        return _page(visit, ref, text, identity, 503, [("", visit.t("case.unanswered"))])
    return visit.go(f"/arenden/{ref}")


async def _act(visit: Visit, ref: str, command: Command) -> None:
    try:
        await action.act(visit.desk, ref, command, visit.actor.id)
    except (UnknownCase, UnknownUser, KeyDestroyed):
        raise Refusal("unknown_case", "ref") from None


def _page(
    visit: Visit, ref: str, text: str, identity: str, status: int = 200, wrong: list[tuple[str, str]] | None = None
) -> Response:
    values = {
        "title": visit.t("deed.break_glass"),
        "asked": ref,
        "text": text,
        "id": identity,
        "wrong_fields": wrong or [],
        "troubles": {field: one for field, one in wrong or [] if field},
    }
    return visit.page("case/glass.html", status, **values)
