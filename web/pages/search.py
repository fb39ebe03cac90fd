"""Sök: by case number straight to the case, by words among what one may see.

What is searched for may be personal: it is posted, so that it stands in no address, log or history.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from desk import lists
from i18n import refusal_text
from models.areas import Area
from models.refusal import Refusal
from models.search import LONGEST
from web.form import Posted
from web.navigation import PATHS
from web.visit import Visit, at

if TYPE_CHECKING:
    from starlette.responses import Response

    from desk.lists import Line

PATH = PATHS[Area.SEARCH]
At = Annotated[Visit, Depends(at(Area.SEARCH))]
NUMBER = re.compile(r"[\dA-Za-z-]*\d")
"""A case number, or the end of one."""

router = APIRouter()


@router.get(PATH)
async def ask(visit: At) -> Response:
    """The box, and what can be searched for."""
    return _page(visit, "")


@router.post(PATH)
async def search(visit: At, form: Posted) -> Response:
    """What was found; somebody who gave the number of one case is there at once."""
    text = form.one("q")[:LONGEST]
    if not text:
        return _page(visit, "")
    try:
        found = await lists.found(visit.desk, visit.actor, text)
    except Refusal as refusal:
        return _page(visit, text, status=422, refused=refusal_text(refusal, visit.t))
    if len(found) == 1 and NUMBER.fullmatch(text):
        return visit.go(f"{PATHS[Area.WORKLIST]}/{found[0].item.ref}")
    return _page(visit, text, found)


def _page(
    visit: Visit, text: str, found: tuple[Line, ...] | None = None, *, status: int = 200, refused: str = ""
) -> Response:
    return visit.page(
        "search.html",
        status,
        title=visit.t("area.search"),
        q=text,
        found=found,
        refused=refused,
        most=lists.MOST_FOUND,
        longest=LONGEST,
    )
