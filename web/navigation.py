"""Where somebody may go: the parts of the console, in the order people need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from models.areas import Area, may_visit

if TYPE_CHECKING:
    from models.message import Actor

PATHS = {
    Area.WORKLIST: "/arenden",
    Area.PREVENTION_BOARD: "/forebyggande",
    Area.SEARCH: "/sok",
    Area.CONTACTS: "/kontakter",
    Area.DUTY: "/jour",
    Area.ROUTINE: "/rutin",
    Area.STATISTICS: "/statistik",
    Area.AUDIT: "/revision",
    Area.ACCESS_LOG: "/revision/atkomst",
    Area.DESTRUCTION: "/gallring",
    Area.ADMINISTRATION: "/administration",
}
"""The pages that stand in the navigation."""


class Step(NamedTuple):
    """One part to go to; `current` if the visitor is there, or below it."""

    area: Area
    path: str
    current: bool


def navigation(person: Actor, here: str) -> tuple[Step, ...]:
    """The parts this person may visit. They are in one of them: that whose address says most of where they are."""
    within = [path for path in PATHS.values() if here == path or here.startswith(f"{path}/")]
    nearest = max(within, key=len, default=None)
    return tuple(Step(area, path, path == nearest) for area, path in PATHS.items() if may_visit(person, area))


def first_area(person: Actor) -> str:
    """Where somebody begins after signing in; their own account if there is nothing else for them."""
    return next((path for area, path in PATHS.items() if may_visit(person, area)), "/konto")
