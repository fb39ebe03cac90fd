"""Efterlevnad: where cases went otherwise than the adopted routine says, in numbers, and in codes case by case."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query

from audit.conformance import examine
from audit.histories import Wanted, years
from i18n.conformance import deviation_text, share_text
from models.areas import Area
from web.navigation import PATHS
from web.visit import Visit, at

if TYPE_CHECKING:
    from starlette.responses import Response

    from audit.conformance import Conformance
    from i18n import Words

PATH = f"{PATHS[Area.AUDIT]}/efterlevnad"
MOST = 200
"""Cases whose deviations stand on the page; the command has all of them."""
Reviewer = Annotated[Visit, Depends(at(Area.AUDIT))]

router = APIRouter()


@router.get(PATH)
async def conformance(visit: Reviewer, ar: Annotated[int | None, Query(ge=1900, le=2099)] = None) -> Response:
    """The cases of one's own organisation that were reported in a year: the latest with any, if none is said."""
    organisation = visit.actor.organisation
    async with visit.desk.database.reading(of={organisation}) as session:
        there = await years(session, organisation)
    year = ar if ar is not None or not there else there[0]
    wanted = Wanted.of_year(organisation, year, visit.actor)
    found = await examine(visit.desk.database, visit.desk.ring, wanted, visit.now)
    own = visit.t.local(*(routine.texts for routine in found.routines.values()))
    return visit.page(
        "audit/conformance.html",
        title=visit.t("conformance.title"),
        path=PATH,
        years=there,
        year=year,
        found=found,
        shares=[(one, share_text(one, own)) for one in found.shares],
        counted=[(code, number) for code, number in found.counted.items() if number],
        cases=_cases(found, own)[:MOST],
        more=max(0, len(found.cases) - found.without - MOST),
    )


def _cases(found: Conformance, words: Words) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each case with deviations: level and sentence of each."""
    return [
        (case, [(one.level, deviation_text(one, words)) for one in its])
        for case, its in groupby(found.deviations, key=lambda one: one.case)
    ]
