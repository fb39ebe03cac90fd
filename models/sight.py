"""How much of a case somebody sees: roles in the organisation, relations to the case, conflict of interest."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from models.vocabulary.case import CaseKind, Level
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from models.glass import Glass
    from models.message import Actor

CASEWORKERS = frozenset({Role.HANDLER, Role.SECURITY_COORDINATOR, Role.SECURITY_CHIEF, Role.DEPUTY})
PREVENTERS = frozenset({Role.CHANCELLERY_CHIEF, Role.MUNICIPAL_CLERK})
"""Work on political matters, where there is no personal data, as caseworkers do on incidents."""

HEADLINE_READERS = PREVENTERS | {Role.DUTY_OFFICER, Role.CHIEF_EXECUTIVE, Role.REGISTRAR, Role.COMMUNICATOR}


class Sight(StrEnum):
    """How much of a case somebody sees."""

    NOTHING = "nothing"
    HEADLINE = "headline"
    """Level, stage and deadlines; no narrative, nobody's identity."""
    WHOLE = "whole"


class Sighted(Protocol):
    """All that sight depends on. A case has it, and so may a row of a read model: `sight` asks for nothing else."""

    @property
    def organisation(self) -> str:
        """Whose case it is."""

    @property
    def kind(self) -> CaseKind:
        """Of a political matter there is no personal data."""

    @property
    def pace(self) -> Level:
        """When it is acute, the duty officer works on it."""

    @property
    def protected(self) -> bool:
        """The affected person has a protected identity."""

    @property
    def named(self) -> Collection[str]:
        """Who may then see it."""

    @property
    def blocked_people(self) -> Collection[str]:
        """Who is kept out (jäv)."""

    @property
    def blocked_roles(self) -> Collection[Role]:
        """Roles that are kept out."""

    @property
    def deputised(self) -> bool:
        """The head of security could not be reached."""

    @property
    def receiver(self) -> str | None:
        """The organisation it is handed over to, accepted or not."""

    @property
    def handler(self) -> str | None:
        """Who has it."""

    @property
    def glasses(self) -> Collection[Glass]:
        """Each time somebody broke the glass."""


def sight(actor: Actor, case: Sighted, now: datetime | None = None) -> Sight:
    """What this person may see of the case. A case one may not see does not exist for them.

    :param now: the time, UTC, by which a broken glass is still open; without it none is.
    """
    if kept_out(actor, case):
        return Sight.NOTHING
    roles = roles_in(actor, case)
    if actor.organisation != case.organisation:
        return Sight.HEADLINE if case.receiver == actor.organisation and roles & CASEWORKERS else Sight.NOTHING
    if any(glass.by == actor.id and glass.is_open(now) for glass in case.glasses):
        return Sight.WHOLE
    little = Sight.HEADLINE if roles & reviewers(case) else Sight.NOTHING
    if case.protected and actor.id not in case.named and not roles & unnamed(case):
        return little
    whole = CASEWORKERS
    whole |= PREVENTERS if case.kind is CaseKind.PREVENTION else frozenset()
    whole |= {Role.DUTY_OFFICER} if case.pace is Level.ACUTE else frozenset()
    if roles & whole:
        return Sight.WHOLE
    return Sight.HEADLINE if roles & HEADLINE_READERS else little


def reads_words(actor: Actor, case: Sighted, kind: str, now: datetime | None = None) -> bool:
    """Whether somebody reads what people wrote in an event of this type: whoever sees the whole case does.

    Of a glass that waits for its review, whoever is to review it reads the reason too.
    """
    seen = sight(actor, case, now)
    reviews = kind in {"glass_broken", "glass_reviewed"} and not roles_in(actor, case).isdisjoint(reviewers(case))
    return seen is Sight.WHOLE or (seen is Sight.HEADLINE and reviews)


def kept_out(actor: Actor, case: Sighted) -> bool:
    """Conflict of interest (jäv): whoever holds a blocked role is kept out altogether, whatever else they hold."""
    return actor.id in case.blocked_people or not actor.roles.isdisjoint(case.blocked_roles)


def roles_in(actor: Actor, case: Sighted) -> frozenset[Role]:
    """The actor's roles in this case: those held, the handler's if it is theirs, less those blocked."""
    handler = {Role.HANDLER} if actor.id == case.handler else frozenset()
    return (actor.roles - {Role.HANDLER} | handler).difference(case.blocked_roles)


def head_of_security(case: Sighted) -> Role:
    """The role that answers for the case in the end: the deputy's, if the head of security must keep out."""
    return Role.DEPUTY if Role.SECURITY_CHIEF in case.blocked_roles else Role.SECURITY_CHIEF


def unnamed(case: Sighted) -> frozenset[Role]:
    """Who knows of a protected identity without being named (domain §1.4)."""
    duty = {Role.DUTY_OFFICER} if case.pace is Level.ACUTE else frozenset()
    deputy = {Role.DEPUTY} if case.deputised else frozenset()
    return frozenset({head_of_security(case)}) | duty | deputy


def reviewers(case: Sighted) -> frozenset[Role]:
    """Who must look at a broken glass, beside the head of security, for as long as nobody has."""
    broken = any(not glass.reviewed for glass in case.glasses)
    return frozenset({Role.DATA_PROTECTION_OFFICER}) if broken else frozenset()
