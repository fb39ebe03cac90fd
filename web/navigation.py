"""Where somebody may go: the places of the console, in the order people need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from models.places import Place, may_visit

if TYPE_CHECKING:
    from models.message import Actor

PATHS = {
    Place.WORKLIST: "/arenden",
    Place.PREVENTION_BOARD: "/forebyggande",
    Place.SEARCH: "/sok",
    Place.CONTACTS: "/kontakter",
    Place.DUTY: "/jour",
    Place.ROUTINE: "/rutin",
    Place.STATISTICS: "/statistik",
    Place.AUDIT: "/revision",
    Place.ADMINISTRATION: "/administration",
}
"""The pages that stand in the navigation."""


class Step(NamedTuple):
    """One place to go to; `current` if the visitor is there, or below it."""

    place: Place
    path: str
    current: bool


def navigation(person: Actor, here: str) -> tuple[Step, ...]:
    """The places this person may visit."""
    return tuple(
        Step(place, path, here == path or here.startswith(f"{path}/"))
        for place, path in PATHS.items()
        if may_visit(person, place)
    )


def first_place(person: Actor) -> str:
    """Where somebody begins after signing in; their own account if there is nothing else for them."""
    return next((path for place, path in PATHS.items() if may_visit(person, place)), "/konto")
