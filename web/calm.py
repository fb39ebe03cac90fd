"""Pages for whoever reports: the same as any other, with a way out that is always there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.responses import HTMLResponse

    from web.visit import Visit

CALENDAR = "/kalender"
"""A page of ours that tells nobody what was looked at before."""


def page(visit: Visit, template: str, status: int = 200, **values: object) -> HTMLResponse:
    """A page from a template, in the visitor's language."""
    return visit.page(template, status, exit_to=exit_to(visit), **values)


def exit_to(visit: Visit) -> str:
    """Where «leave this page quickly» leads: where the installation says, or our calendar."""
    return visit.site.offer.exit_url or CALENDAR
