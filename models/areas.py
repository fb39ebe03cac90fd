"""Where somebody may go in the console, by role (domain §1.2, §8.6); what they see of a case is `models.access`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from models.access import CASEWORKERS, HEADLINE_READERS
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from models.message import Actor

READERS = CASEWORKERS | HEADLINE_READERS
"""Whoever may see something of some case."""


class Area(StrEnum):
    """A page of the console, or a resource of the API."""

    WORKLIST = "worklist"
    PREVENTION_BOARD = "prevention_board"
    SEARCH = "search"
    CONTACTS = "contacts"
    DUTY = "duty"
    ROUTINE = "routine"
    STATISTICS = "statistics"
    AUDIT = "audit"
    ACCESS_LOG = "access_log"
    ADMINISTRATION = "administration"
    ACCOUNT = "account"


MAY_VISIT: dict[Area, frozenset[Role]] = {
    Area.WORKLIST: READERS | {Role.DATA_PROTECTION_OFFICER},
    Area.PREVENTION_BOARD: READERS,
    Area.SEARCH: READERS,
    Area.CONTACTS: READERS | {Role.SYSTEM_ADMINISTRATOR},
    Area.DUTY: READERS | {Role.SYSTEM_ADMINISTRATOR},
    Area.ROUTINE: frozenset(Role),
    Area.STATISTICS: READERS | {Role.AUDITOR, Role.DATA_PROTECTION_OFFICER},
    Area.AUDIT: frozenset({Role.AUDITOR, Role.DATA_PROTECTION_OFFICER}),
    Area.ACCESS_LOG: frozenset({Role.DATA_PROTECTION_OFFICER, Role.INFORMATION_SECURITY, Role.SECURITY_CHIEF}),
    Area.ADMINISTRATION: frozenset({Role.SYSTEM_ADMINISTRATOR}),
    Area.ACCOUNT: frozenset(Role),
}


def may_visit(actor: Actor, area: Area) -> bool:
    """Whether somebody may go there at all."""
    return bool(actor.roles & MAY_VISIT[area])
