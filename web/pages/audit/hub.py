"""Granskning: where those who review find what there is to review with (domain §8.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from fastapi import APIRouter, Depends

from models.areas import Area, may_visit
from web.navigation import PATHS
from web.pages.audit import conformance, proof, whatif
from web.visit import Visit, at

if TYPE_CHECKING:
    from starlette.responses import Response


class Section(NamedTuple):
    """A page to go to from here: its words are `audit.<name>` and, what it is good for, `audit.<name>_what`."""

    name: str
    path: str
    area: Area = Area.AUDIT


SECTIONS: tuple[Section, ...] = (
    Section("replay", f"{PATHS[Area.AUDIT]}/uppspelning"),
    Section("conformance", conformance.PATH),
    Section("whatif", whatif.PATH),
    Section("access", PATHS[Area.ACCESS_LOG], Area.ACCESS_LOG),
    Section("package", f"{PATHS[Area.AUDIT]}/paket"),
    Section("proof", proof.PATH),
    Section("destruction", PATHS[Area.DESTRUCTION], Area.DESTRUCTION),
    Section("routine", PATHS[Area.ROUTINE], Area.ROUTINE),
)
"""In the order in which somebody reviews."""

router = APIRouter()


@router.get(PATHS[Area.AUDIT])
async def hub(visit: Annotated[Visit, Depends(at(Area.AUDIT))]) -> Response:
    """What there is to review with."""
    found = [one for one in SECTIONS if may_visit(visit.actor, one.area)]
    return visit.page("audit/hub.html", title=visit.t("area.audit"), sections=found)
