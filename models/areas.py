"""Where somebody may go in the console, by role (domain §1.2, §8.6); what they see of a case is `models.sight`."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from models.access import BREAKERS
from models.retention import APPROVERS, HOLDERS, PROPOSERS
from models.sight import CASEWORKERS, HEADLINE_READERS
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from models.message import Actor

READERS = CASEWORKERS | HEADLINE_READERS
"""Whoever may see something of some case."""
EVERYBODY = frozenset(Role)
OUTSIDERS = frozenset({Role.AFFECTED, Role.REPORTER})
"""They have their receipt code, and no account."""
WORKERS = EVERYBODY - OUTSIDERS - {Role.SYSTEM_ADMINISTRATOR}
"""Any of them may be given a case to handle. Whoever runs the system has no business with what is in it."""


class Area(StrEnum):
    """A page of the console, or a resource of the API."""

    REPORT = "report"
    OWN_REPORT = "own_report"
    WORKLIST = "worklist"
    CASE = "case"
    BREAK_GLASS = "break_glass"
    PREVENTION_BOARD = "prevention_board"
    SEARCH = "search"
    CONTACTS = "contacts"
    DUTY = "duty"
    STAFFING = "staffing"
    """Changing who is away and who is on duty when."""
    ROUTINE = "routine"
    STATISTICS = "statistics"
    AUDIT = "audit"
    ACCESS_LOG = "access_log"
    DESTRUCTION = "destruction"
    """What may be destroyed, who agreed to it, and what is kept."""
    ADMINISTRATION = "administration"
    ORGANISATIONS = "organisations"
    USERS = "users"
    TEXTS = "texts"
    KEYS = "keys"
    PROGRAMS = "programs"
    HEALTH = "health"
    ACCOUNT = "account"


PUBLIC = frozenset({Area.REPORT, Area.OWN_REPORT})
"""Open to anyone, signed in or not."""

MAY_VISIT: dict[Area, frozenset[Role]] = {
    Area.REPORT: EVERYBODY,
    Area.OWN_REPORT: EVERYBODY,
    Area.WORKLIST: WORKERS,
    Area.CASE: WORKERS,
    Area.BREAK_GLASS: BREAKERS,
    Area.PREVENTION_BOARD: READERS,
    Area.SEARCH: READERS,
    Area.CONTACTS: READERS | {Role.SYSTEM_ADMINISTRATOR},
    Area.DUTY: READERS | {Role.SYSTEM_ADMINISTRATOR},
    Area.STAFFING: (CASEWORKERS - {Role.HANDLER}) | {Role.SYSTEM_ADMINISTRATOR},
    Area.ROUTINE: EVERYBODY,
    Area.STATISTICS: READERS | {Role.AUDITOR, Role.DATA_PROTECTION_OFFICER},
    Area.AUDIT: frozenset({Role.AUDITOR, Role.DATA_PROTECTION_OFFICER}),
    Area.ACCESS_LOG: frozenset({Role.DATA_PROTECTION_OFFICER, Role.INFORMATION_SECURITY, Role.SECURITY_CHIEF}),
    Area.DESTRUCTION: PROPOSERS | APPROVERS | HOLDERS,
    Area.ADMINISTRATION: frozenset({Role.SYSTEM_ADMINISTRATOR, Role.INFORMATION_SECURITY}),
    Area.ORGANISATIONS: frozenset({Role.SYSTEM_ADMINISTRATOR}),
    Area.USERS: frozenset({Role.SYSTEM_ADMINISTRATOR}),
    Area.TEXTS: frozenset({Role.SYSTEM_ADMINISTRATOR}),
    Area.KEYS: frozenset({Role.SYSTEM_ADMINISTRATOR, Role.INFORMATION_SECURITY}),
    Area.PROGRAMS: frozenset({Role.SYSTEM_ADMINISTRATOR, Role.INFORMATION_SECURITY}),
    Area.HEALTH: frozenset({Role.SYSTEM_ADMINISTRATOR, Role.INFORMATION_SECURITY}),
    Area.ACCOUNT: EVERYBODY,
}


def may_visit(actor: Actor | None, area: Area) -> bool:
    """Whether somebody may go there at all; None is nobody who has signed in."""
    return area in PUBLIC or (actor is not None and bool(actor.roles & MAY_VISIT[area]))
