"""Who has read which case: reads are kept like deeds (architecture §7).

One row for each person, case, door, thing and quarter of an hour, with the first time in it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Self

from sqlalchemy import func, select

from models.sight import CASEWORKERS, HEADLINE_READERS, roles_in
from models.vocabulary.people import Role
from storage import tables
from storage.cases import EPOCH
from storage.database import insert_into
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

    @classmethod
    def by(cls, actor: Actor, case: Case, via: Via, at: datetime, what: str = "case") -> Self:
        """A person reads, in the role that lets them."""
        return cls(case.ref, case.organisation, actor.id, role_of(actor, case), via, at, what)

    @classmethod
    def by_receipt(cls, report: str, case: str, organisation: str, at: datetime, what: str = "case") -> Self:
        """Whoever has the receipt code of a report reads."""
        return cls(case, organisation, f"{RECEIPT}{report}", Role.REPORTER, Via.REPORT, at, what)

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

    @property
    def by_receipt(self) -> bool:
        """By the receipt code of a report, without an account."""
        return self.user.startswith(RECEIPT)

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
        await database.soon(partial(put, read=read), PATIENCE)


async def noted(session: AsyncSession, read: Read) -> bool:
    """Whether this is known of this quarter of an hour."""
    its = tables.reads.c
    same = (getattr(its, name) == value for name, value in _key(read).items())
    return (await session.execute(select(its.at).where(*same))).first() is not None


async def put(session: AsyncSession, read: Read) -> None:
    """Keep it; a second time in a quarter of an hour changes nothing."""
    row = _key(read) | {"organisation": read.organisation, "role": read.role, "at": read.at}
    await session.execute(insert_into(session, tables.reads).values(row).on_conflict_do_nothing())


async def who_has_read(session: AsyncSession, case: str) -> list[Reader]:
    """Who has read a case, the last first."""
    its = tables.reads.c
    what = (its.user, its.role, its.via, its.what)
    query = select(*what, func.min(its.at), func.max(its.at), func.count()).where(its.case == case).group_by(*what)
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
    named = {field.name: getattr(read, field.name) for field in fields(read)}
    return {name: named[name] for name in ("case", "user", "via", "what")} | {"quarter": read.quarter}
