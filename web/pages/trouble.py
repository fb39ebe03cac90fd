"""What a page says when it cannot say what was asked for: what is wrong, and what to do instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from i18n import words
from web.templating import html, language_of

if TYPE_CHECKING:
    from fastapi import Request, Response

UNKNOWN = ("web.unknown_title", "web.unknown")
EXPIRED = ("web.expired_title", "web.expired")
WITHDRAWN = ("web.withdrawn_title", "web.withdrawn")
BUSY = ("web.busy_title", "web.busy")
DOWN = ("web.down_title", "web.down")
FORBIDDEN = ("page.forbidden_title", "page.forbidden")
STALE = ("page.stale_title", "page.stale")
TOO_LARGE = ("page.too_large_title", "page.too_large")
_USUAL = {403: FORBIDDEN, 410: EXPIRED, 413: TOO_LARGE, 429: BUSY, 500: DOWN, 503: DOWN}


def page(request: Request, status: int, said: tuple[str, str] | None = None) -> Response:
    """A plain page in the browser's language.

    :param said: keys of its title and text, if not the usual ones of the status.
    """
    own = words(language_of(request))
    title, text = said or _USUAL.get(status, UNKNOWN)
    advice = (own("web.danger"), own("web.call_instead"))
    answer = html(
        "trouble.html", status, language=own.language, drill="", ref="", title=own(title), text=own(text), advice=advice
    )
    if status in {429, 503}:
        answer.headers["Retry-After"] = "60"
    return answer
