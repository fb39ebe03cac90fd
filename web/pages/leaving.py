"""To leave quickly, when somebody comes: to a page that tells nothing of this one.

Where it leads is for each installation to say (`exit_url`): an address of somebody else's stands in none of our files,
and what looks harmless differs from place to place. Without one it is a plain calendar of ours. With script the page is
empty at once and its place in the browser's history is taken; without, a button does it, and what is behind it in the
history holds nothing: no page of ours is kept, and the session of a receipt code has ended.
"""

from __future__ import annotations

import calendar as weeks
from datetime import datetime
from typing import TYPE_CHECKING

from babel.dates import format_date, get_day_names
from fastapi import APIRouter

from i18n.times import ZONE
from web import holding
from web.calm import CALENDAR, exit_to
from web.templating import html
from web.visit import Anyone, Visit

if TYPE_CHECKING:
    from fastapi import Response

router = APIRouter()
_LOCALES = {"sv": "sv_SE", "en": "en_GB"}


@router.get(CALENDAR)
async def look(visit: Anyone) -> Response:
    """The month it is. Whoever comes here has left: what they had open is shut behind them."""
    shown = _month(visit)
    await holding.let_go(visit, shown)
    return shown


# Whoever can make somebody else leave does no harm; whoever must leave is never asked for a token.
@router.post("/lamna")
async def leave(visit: Anyone) -> Response:
    """End what is open, and go."""
    shown = _month(visit)
    await holding.let_go(visit, shown)
    if (leads := exit_to(visit)) != CALENDAR:
        # Not a redirect: what a form leads to must be ours.
        shown.headers["Refresh"] = f"0; url={leads}"
    return shown


def _month(visit: Visit) -> Response:
    today = datetime.now(ZONE).date()
    locale = _LOCALES[visit.t.language]
    names = get_day_names("abbreviated", locale=locale)
    month = weeks.Calendar().monthdatescalendar(today.year, today.month)
    return html(
        "calendar.html",
        language=visit.t.language,
        title=format_date(today, "LLLL yyyy", locale=locale).capitalize(),
        today=today,
        said=format_date(today, "full", locale=locale).capitalize(),
        week=visit.t("report.week", number=today.isocalendar().week),
        days=[names[number] for number in range(7)],
        month=[(week[0].isocalendar().week, week) for week in month],
    )
