"""The first page: three doors. And the choice of language, which every page has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from i18n import LANGUAGES
from web.form import Posted
from web.navigation import first_area
from web.visit import Anyone, local, remember_language

if TYPE_CHECKING:
    from fastapi import Response

router = APIRouter()


@router.get("/")
async def home(visit: Anyone) -> Response:
    """Whoever is signed in goes on to work."""
    if visit.person is not None:
        return visit.go(first_area(visit.person))
    return visit.page("home.html", title=visit.t("page.home_title"))


@router.post("/sprak")
async def language(visit: Anyone, form: Posted) -> Response:
    """Keep the language in this browser, and go back to where one was."""
    chosen = form.one("language")
    back = visit.go(local(form.one("next")))
    return remember_language(visit, back, chosen) if chosen in LANGUAGES else back
