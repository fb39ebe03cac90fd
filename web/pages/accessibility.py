"""What is known of how accessible the pages are, said honestly (law 2018:1937, domain §8.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from web.visit import Anyone

if TYPE_CHECKING:
    from fastapi import Response

router = APIRouter()


@router.get("/tillganglighet")
async def statement(visit: Anyone) -> Response:
    """What holds, how it is tried, what is not known, and whom to tell."""
    return visit.page("accessibility.html", title=visit.t("accessible.title"))
