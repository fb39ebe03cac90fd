"""Who has read which case: reads are kept like deeds (architecture §7), in a chain (`storage.access_chain`).

One row for each person, case, door, session, thing and quarter of an hour, with the first time in it.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, Self

from sqlalchemy import func, select

from models.sight import CASEWORKERS, HEADLINE_READERS, roles_in
from models.vocabulary.people import Role
from models.vocabulary.reading import ReadGround
from storage import access_chain, tables
from storage.cases import EPOCH
from storage.tables import Via

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.case import Case
    from models.message import Actor
    from storage.database import Database

QUARTER = timedelta(minutes=15)
PATIENCE = 0.05
"""Seconds a reader waits for their reading to be written, where only one can write. It is written all the same."""
RECEIPT = "receipt:"
"""Before the id of a report: whoever has its receipt code, and no account."""
OPERATOR = "operator:"
"""Whoever runs commands on the machine itself, in nobody's name. No account is called so."""
SOURCE: ContextVar[str] = ContextVar("source", default="")
"""The session or program that this request came by, as a mark; the doors say it, so that nobody reads without it."""


_SAID = ("role", "at", "ground", "reference")


@dataclass(frozen=True)
class Read:
    """Somebody reads something of a case. `what`: a code such as `case` or `history`, or the id of what it is."""

    case: str
    organisation: str
    user: str
    role: Role | None
    via: Via
    at: datetime
    what: str = "case"
    ground: ReadGround = ReadGround.ROLE
    reference: str = ""
    """What the ground rests on: the event that tells why a glass was broken, or the reference of a decision."""
    source: str = field(default_factory=SOURCE.get)

    @classmethod
    def by(cls, actor: Actor, case: Case, via: Via, at: datetime, what: str = "case") -> Self:
        """A person reads, in the role that lets them, or because they broke the glass."""
        who = case.ref, case.organisation, actor.id, role_of(actor, case), via, at, what
        broken = next((one for one in reversed(case.glasses) if one.by == actor.id and one.is_open(at)), None)
        return cls(*who, ReadGround.GLASS, f"event:{broken.number}") if broken else cls(*who)

    @classmethod
    def by_operator(cls, case: Case, via: Via, at: datetime, what: str = "case") -> Self:
        """Somebody reads who runs commands on the machine itself."""
        return cls(case.ref, case.organisation, OPERATOR, None, via, at, what, ReadGround.OPERATOR)

    @classmethod
    def by_receipt(cls, report: str, case: str, organisation: str, at: datetime, what: str = "case") -> Self:
        """Whoever has the receipt code of a report reads."""
        return cls(case, organisation, f"{RECEIPT}{report}", Role.REPORTER, Via.REPORT, at, what, ReadGround.RECEIPT)

    @property
    def quarter(self) -> datetime:
        """The quarter of an hour it falls in."""
        return self.at - (self.at - EPOCH) % QUARTER


@dataclass(frozen=True)
class Reader:
    """Somebody who has read something of a case, in one role and by one door: first, last, in how many quarters."""

    user: str
    role: Role | None
    via: Via
    what: str
    first: datetime
    last: datetime
    quarters: int

    def document(self) -> dict[str, object]:
        """For programs."""
        return vars(self)


@dataclass(frozen=True)
class RoleRead:
    """People of one role have read a case: what the person concerned is told."""

    role: Role | None
    first: datetime
    last: datetime


async def note(database: Database, read: Read, *, known: bool = False) -> None:
    """Keep that somebody reads. Nobody waits for longer than `PATIENCE`, and nothing is lost on a clean stop.

    :param known: it stands there already (`noted`).
    """
    if not known:
        await database.soon(lambda session: put(session, read), PATIENCE)


async def noted(session: AsyncSession, read: Read) -> bool:
    """Whether this is known of this quarter of an hour."""
    its = tables.reads.c
    same = (getattr(its, name) == value for name, value in _key(read).items())
    return (await session.execute(select(its.at).where(*same))).first() is not None


async def put(session: AsyncSession, *several: Read) -> None:
    """Keep them; a second time in a quarter of an hour changes nothing."""
    for organisation in sorted({read.organisation for read in several}):
        ours = [
            _key(read) | {name: getattr(read, name) for name in _SAID}
            for read in several
            if read.organisation == organisation
        ]
        await access_chain.append(session, organisation, ours)


class Reading(NamedTuple):
    """Somebody read something of a case, in one role: the first time in a quarter of an hour, UTC."""

    user: str
    role: Role | None
    at: datetime


async def readings(session: AsyncSession, case: str, until: datetime) -> list[Reading]:
    """Who had read a case by a time (UTC), the first first."""
    its = tables.reads.c
    query = select(its.user, its.role, its.at).where(its.case == case, its.at <= until).order_by(its.at, its.user)
    return [Reading(*row) for row in await session.execute(query)]


async def who_has_read(session: AsyncSession, case: str) -> list[Reader]:
    """Who has read a case, the last first."""
    its = tables.reads.c
    what = (its.user, its.role, its.via, its.what)
    query = (
        select(*what, func.min(its.at), func.max(its.at), func.count(its.quarter.distinct()))
        .where(its.case == case)
        .group_by(*what)
    )
    found = [Reader(*row) for row in await session.execute(query)]
    return sorted(found, key=lambda one: (one.last, one.user, one.what), reverse=True)


async def roles_that_read(session: AsyncSession, case: str) -> list[RoleRead]:
    """In which roles a case was read, the last first, without a word of who it was."""
    its = tables.reads.c
    query = select(its.role, func.min(its.at), func.max(its.at)).where(its.case == case, its.via != Via.REPORT)
    found = [RoleRead(*row) for row in await session.execute(query.group_by(its.role))]
    return sorted(found, key=lambda one: one.last, reverse=True)


def role_of(actor: Actor, case: Case) -> Role | None:
    """In which of their roles somebody reads: the one that comes first among those that let them."""
    order = list(Role)
    lets = CASEWORKERS | HEADLINE_READERS
    held = roles_in(actor, case) or actor.roles
    return min(held, key=lambda role: (role not in lets, order.index(role)), default=None)


def _key(read: Read) -> dict[str, object]:
    return {name: getattr(read, name) for name in access_chain.KEY}
