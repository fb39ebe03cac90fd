"""Who could not be called when it matters: found by day, before it is night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

from models.contact import ChannelKind
from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from storage import duty, people

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.contact import Contact
    from models.routine import Routine
    from models.workcalendar import WorkCalendar
    from storage.duty import Absence, Pool
    from storage.keys import KeyRing

HORIZON = timedelta(days=60)
"""How far ahead a rota is looked through."""
BY_RELATION = frozenset({Role.AFFECTED, Role.REPORTER, Role.HANDLER})
"""Roles that people have towards a case, not in the organisation."""

LackCode = Literal["nobody_holds", "same_deputy", "rota_gap", "duty_absent", "duty_left", "no_way"]


@dataclass(frozen=True)
class Lack:
    """Somebody is missing. `detail`: which person or pool, and from when (Swedish time); codes only."""

    organisation: str
    code: LackCode
    role: Role
    detail: str = ""


async def lacks(
    session: AsyncSession,
    ring: KeyRing,
    organisation: str,
    routine: Routine,
    now: datetime,
    available: Collection[str],
    *,
    horizon: timedelta = HORIZON,
) -> list[Lack]:
    """All that is missing in an organisation, by its routine, its rotas and its people.

    :param available: the kinds of channel this installation offers.
    :param horizon: how far ahead the rotas are looked through.
    """
    pools = await duty.pools(session, ring, organisation)
    here = [one for one in (await people.directory(session, ring, organisation)).people if one.active]
    holders = {role: [one.code for one in here if role in one.roles] for role in Role}
    waking: dict[str, tuple[Role, Contact]] = {}
    for role in _woken(routine):
        waking |= {one.code: (role, one) for one in here if role in one.roles}
    gone: set[str] = set()
    for code, role in {code: pool.role for pool in pools for code in pool.people}.items():
        try:
            waking[code] = (role, (await people.active(session, ring, code))[1])
        except people.UnknownUser:
            gone.add(code)
    away = await duty.absences(session, {code for pool in pools for code in pool.people}, until_after=now)
    found = [
        *_of_roles(organisation, routine, holders, {pool.role for pool in pools}),
        *(
            lack
            for pool in pools
            for lack in _of_rota(organisation, pool, away, gone, now, now + horizon, routine.calendar)
        ),
        *_of_contacts(organisation, waking, available),
    ]
    return sorted(set(found), key=lambda one: (one.code, one.role, one.detail))


def _of_roles(
    organisation: str, routine: Routine, holders: Mapping[Role, Sequence[str]], pooled: Collection[Role]
) -> Iterator[Lack]:
    """A routine counts on roles: each is held by somebody, and its deputy by somebody else."""
    for role in routine.roles - BY_RELATION:
        if not holders[role] and role not in pooled:
            yield Lack(organisation, "nobody_holds", role)
    for role, deputy in routine.notices.deputies.items():
        if role not in pooled and len(holders[role]) == 1 and set(holders[role]) == set(holders[deputy]):
            yield Lack(organisation, "same_deputy", role, f"{deputy}: {holders[role][0]}")


def _of_rota(
    organisation: str,
    pool: Pool,
    away: Mapping[str, Sequence[Absence]],
    gone: Collection[str],
    now: datetime,
    until: datetime,
    office: WorkCalendar,
) -> Iterator[Lack]:
    """The first hole of a rota, and for each person the first time on duty that they are away or have left."""
    first: dict[tuple[LackCode, str], datetime] = {}
    for shift in pool.shifts(now, until, office):
        if shift.person is None:
            first.setdefault(("rota_gap", pool.code), shift.starts)
        elif shift.person in gone:
            first.setdefault(("duty_left", shift.person), shift.starts)
        else:
            overlaps = [
                one for one in away.get(shift.person, ()) if one.starts < shift.ends and one.ends > shift.starts
            ]
            for one in overlaps:
                first.setdefault(("duty_absent", shift.person), max(one.starts, shift.starts))
    for (code, whose), at in first.items():
        yield Lack(organisation, code, pool.role, f"{whose} {at.astimezone(pool.zone):%Y-%m-%d %H:%M}")


def _of_contacts(
    organisation: str, waking: Mapping[str, tuple[Role, Contact]], available: Collection[str]
) -> Iterator[Lack]:
    """Whoever an alarm goes to can be woken: where there is something better than a folder, that is not enough."""
    better = {ChannelKind.SMS, ChannelKind.EMAIL, ChannelKind.WEBHOOK} & set(available)
    waking_ones = set(available) - {ChannelKind.OUTBOX} if better else available
    for code, (role, contact) in waking.items():
        if not contact.ways(Urgency.PAGE, waking_ones, code):
            yield Lack(organisation, "no_way", role, code)


def _woken(routine: Routine) -> set[Role]:
    """The roles that an acute case wakes: at once, or up any ladder. The presidium only hears how many."""
    at_once = {role for role, rule in routine.notices.level[Level.ACUTE].items() if rule.urgency is Urgency.PAGE}
    ladders = (rung for name in routine.obligations for rung in routine.ladder(name))
    return (at_once | {role for rung in ladders for role in rung}) - BY_RELATION - {Role.PRESIDIUM}
