"""Who is told: whoever has the role at the moment of sending, is there, and may hear of this case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, exists, select

from models.sight import reviewers, unnamed
from models.vocabulary.people import Role
from storage import cases, duty, tables
from storage.keys import KeyDestroyed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.case import Case
    from models.notices import Notice
    from models.workcalendar import WorkCalendar
    from storage.keys import KeyRing
    from storage.notices import Delivery


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to tell, in which language, and why: `holds_role`, `on_duty`, `handler` or `stands_in`."""

    code: str
    language: str
    because: str


@dataclass(frozen=True, slots=True)
class Found:
    """Whom a notice goes to; if to nobody, `empty` says why.

    `nobody_holds_role`, `nobody_on_duty`, `all_absent`, or `all_blocked`: nobody of them may hear of this case.
    """

    recipients: tuple[Recipient, ...]
    empty: str = ""


class _Candidate(NamedTuple):
    code: str
    language: str
    absent: bool
    blocked: bool


async def find(session: AsyncSession, notice: Notice, at: datetime, calendar: WorkCalendar | None = None) -> Found:
    """Whom a notice goes to now, in order of code; two questions to the database at most.

    A role with a duty pool: the one on duty, or who stands in. A handler who cannot be told: the deputies.
    Never anybody blocked in the case (jäv); with protected identity nobody but the named and the head of security.

    :param calendar: when the organisation's office is open, for pools that turn by it.
    """
    table = tables.users.c
    if notice.handler is not None:
        its = (table.organisation == notice.organisation) & (table.code == notice.handler)
        asked = await _candidates(session, notice, at, its)
        if any(_usable(one) for one in asked):
            return _found(asked, "handler")
        deputies = await _candidates(session, notice, at, _holding(Role.DEPUTY, notice.organisation))
        return _found([*asked, *deputies], "stands_in")
    rota = await duty.rota(session, notice.organisation, notice.role)
    if rota is None:
        return _found(await _candidates(session, notice, at, _holding(notice.role, notice.organisation)), "holds_role")
    order = rota.order(at, calendar)
    if not order:
        return Found((), "nobody_on_duty")
    asked = sorted(await _candidates(session, notice, at, table.code.in_(order)), key=lambda one: order.index(one.code))
    first = next((one for one in asked if _usable(one)), None)
    if first is None:
        return _found(asked, "on_duty")
    return _found([first], "on_duty" if first.code == order[0] else "stands_in")


async def still_theirs(session: AsyncSession, ring: KeyRing, told: Sequence[Delivery]) -> list[Delivery]:
    """What of this its recipients may still be told: jäv or a protected identity may have become known since."""
    found: list[Delivery] = []
    for ref in dict.fromkeys(row.case for row in told):
        try:
            case = await cases.load(session, ring, ref)
        except (cases.UnknownCase, KeyDestroyed):
            continue
        its = [row for row in told if row.case == ref]
        found += [row for row in its if await may_hear(session, case, row.recipient, {row.role})]
    return found


async def may_hear(session: AsyncSession, case: Case, person: str, roles: Collection[Role]) -> bool:
    """Whether somebody may be told of a case, as it stands, in one of these roles."""
    if person in case.blocked_people:
        return False
    if case.blocked_roles:
        held = tables.roles.c
        its = (held.user == person, held.organisation == case.organisation, held.role.in_(case.blocked_roles))
        if (await session.execute(select(held.role).where(*its).limit(1))).first():
            return False
    return not case.protected or person in case.named or not (unnamed(case) | reviewers(case)).isdisjoint(roles)


async def _candidates(
    session: AsyncSession, notice: Notice, at: datetime, which: ColumnElement[bool]
) -> list[_Candidate]:
    users, roles, away = tables.users.c, tables.roles.c, tables.absences.c
    absent = exists().where(away.user == users.code, away.starts <= at, away.ends > at)
    blocked: ColumnElement[bool] = users.code.in_(notice.never)
    if notice.never_roles:
        # Only here: the same role in a neighbouring municipality, whose duty officer this may be, knows nobody here.
        held = (roles.organisation == notice.organisation, roles.role.in_(notice.never_roles))
        blocked |= users.code.in_(select(roles.user).where(*held))
    if notice.only and notice.role is not Role.SECURITY_CHIEF:
        blocked |= users.code.not_in(notice.only)
    query = select(users.code, users.language, absent, blocked)
    rows = await session.execute(query.where(users.active, which).order_by(users.code))
    return [_Candidate(*row) for row in rows]


def _holding(role: Role, organisation: str) -> ColumnElement[bool]:
    users, roles = tables.users.c, tables.roles.c
    return exists().where(roles.user == users.code, roles.organisation == organisation, roles.role == role)


def _usable(one: _Candidate) -> bool:
    return not one.absent and not one.blocked


def _found(asked: Sequence[_Candidate], because: str) -> Found:
    told = tuple(Recipient(one.code, one.language, because) for one in asked if _usable(one))
    if told:
        return Found(told)
    if not asked:
        return Found((), "nobody_holds_role")
    return Found((), "all_blocked" if all(one.blocked for one in asked) else "all_absent")
