"""Förebyggande: what meetings lie ahead, which of them may become hot, and the next step for each (domain §7.2)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from desk.board import MatterStep, matters
from i18n.times import short_day
from models.areas import Area
from web.visit import Visit, at

if TYPE_CHECKING:
    from datetime import date

    from starlette.responses import Response

    from desk.board import Card

PATH = "/forebyggande"
MOST = 40
"""Cards at once: the meetings that come first."""

router = APIRouter()


@router.get(PATH)
async def board(visit: Annotated[Visit, Depends(at(Area.PREVENTION_BOARD))]) -> Response:
    """All matters, or those whose next step is one."""
    asked = visit.request.query_params.get("step")
    step = MatterStep(asked) if asked in list(MatterStep) else None
    found = await matters(visit.desk, visit.actor)
    chosen = [card for card in found.cards if step in {None, card.step}]
    return visit.page(
        "board.html",
        title=visit.t("area.prevention_board"),
        at=found.at,
        steps=[(one, Counter(card.step for card in found.cards)[one]) for one in MatterStep],
        step=step,
        whole=len(found.cards),
        weeks=weeks(chosen[:MOST]),
        shown=MOST if len(chosen) > MOST else 0,
        board=PATH,
        short_day=partial(short_day, words=visit.t),
    )


def weeks(cards: list[Card]) -> list[tuple[str, date | None, list[Card]]]:
    """The cards under their headings: after the meeting, this week, the weeks to come each by its Monday, no day."""
    found: dict[tuple[str, date | None], list[Card]] = {}
    for card in cards:
        found.setdefault(_week(card), []).append(card)
    return [(kind, monday, found[kind, monday]) for kind, monday in found]


def _week(card: Card) -> tuple[str, date | None]:
    if card.meeting is None:
        return "undated", None
    if card.meeting < card.today:
        return "past", None
    monday = card.meeting - timedelta(days=card.meeting.weekday())
    this = card.today - timedelta(days=card.today.weekday())
    return ("this" if monday == this else "next" if monday == this + timedelta(weeks=1) else "week"), monday
