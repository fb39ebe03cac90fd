"""Places kept: what comes later says so, and where the same is found today."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends

from i18n import label
from models.areas import Area, may_visit
from web.navigation import PATHS
from web.visit import Visit, at

if TYPE_CHECKING:
    from starlette.responses import Response

router = APIRouter()


@router.get(PATHS[Area.STATISTICS])
async def statistics(visit: Annotated[Visit, Depends(at(Area.STATISTICS))]) -> Response:
    """How many, how fast, how it ended."""
    links = [Area.WORKLIST, Area.PREVENTION_BOARD]
    return _page(visit, Area.STATISTICS, visit.t("coming.statistics"), ["varna cases", "varna obligations"], links)


def _page(visit: Visit, area: Area, text: str, commands: list[str], areas: list[Area]) -> Response:
    links = [(one, PATHS[one]) for one in areas if may_visit(visit.actor, one)]
    return visit.page("coming.html", title=label(area, visit.t), text=text, commands=commands, links=links)
