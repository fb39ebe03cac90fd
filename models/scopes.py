"""What a program's token opens, at most: never more than the person it acts as may do."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from models.areas import Area
from models.commands import COMMANDS
from models.stages.casework import AddEvidence
from models.stages.glass import BreakGlass, ReviewGlass

if TYPE_CHECKING:
    from collections.abc import Collection

    from models.message import Command


class Scope(StrEnum):
    """One kind of thing that a program may do."""

    REPORT = "report"
    READ = "read"
    ACT = "act"
    EVIDENCE = "evidence"


OPENS: dict[Scope, frozenset[Area]] = {
    Scope.REPORT: frozenset({Area.REPORT}),
    Scope.READ: frozenset(
        {
            Area.WORKLIST,
            Area.CASE,
            Area.PREVENTION_BOARD,
            Area.SEARCH,
            Area.CONTACTS,
            Area.DUTY,
            Area.ROUTINE,
        }
    ),
    Scope.ACT: frozenset({Area.CASE}),
    Scope.EVIDENCE: frozenset({Area.CASE}),
}
ISSUES: dict[Scope, frozenset[type[Command]]] = {
    # Only a human breaks the glass, and only a human says whether there was reason to.
    Scope.ACT: frozenset(COMMANDS) - {BreakGlass, ReviewGlass},
    Scope.EVIDENCE: frozenset({AddEvidence}),
}


def scopes_open(scopes: Collection[Scope], area: Area) -> bool:
    """Whether a token of these scopes reaches an area at all; who it acts as must be allowed there too."""
    return any(area in OPENS[scope] for scope in scopes)


def scopes_issue(scopes: Collection[Scope], kind: type[Command]) -> bool:
    """Whether a token of these scopes may issue such a command; who it acts as must be allowed to as well."""
    return any(kind in ISSUES.get(scope, ()) for scope in scopes)
