"""Who would be called now, rung by rung, and when nobody would be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from models.notices import Notice
from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from storage import duty, people, recipients, routines

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.routine import Routine
    from storage.keys import KeyRing

ALARM = "alarm"
"""The obligation whose ladder an acute alarm climbs."""


@dataclass(frozen=True)
class Called:
    """One person who would be called: why, and by which channels in order."""

    person: str
    because: str
    channels: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One role on a rung; 0 is at once. Without people it is skipped at once, and `empty` says why.

    `rota`: what decides, if the role has a duty pool (`models.rota.Because`), and `until` when (UTC).
    """

    rung: int
    role: Role
    people: tuple[Called, ...]
    empty: str
    rota: str = ""
    until: datetime | None = None


@dataclass(frozen=True)
class PoolGap:
    """A time when nobody of a pool is on duty, in UTC."""

    pool: str
    role: Role
    starts: datetime
    ends: datetime


async def who(
    session: AsyncSession,
    ring: KeyRing,
    available: Collection[str],
    organisation: str,
    at: datetime,
    role: Role | None = None,
) -> list[Step]:
    """Who would be called for an acute alarm, rung by rung; or for one role alone.

    :param available: the kinds of channel this installation offers.
    :raises UnknownRoutine: if the organisation has adopted none by then.
    """
    routine = await routines.current(session, organisation, at.date())
    rungs = [(0, role)] if role else dict.fromkeys(_alarm(routine, at))
    asked = [(rung, _alarm_to(one, organisation)) for rung, one in rungs]
    return [await _step(session, ring, available, one, rung, at, routine) for rung, one in asked]


async def gaps(session: AsyncSession, ring: KeyRing, organisation: str, now: datetime, days: int) -> list[PoolGap]:
    """When nobody is on duty, in all pools that serve an organisation."""
    office = (await routines.current(session, organisation, now.date())).calendar
    pools = await duty.pools(session, ring, organisation)
    return [PoolGap(one.code, one.role, *gap) for one in pools for gap in one.gaps(now, now + timedelta(days), office)]


def _alarm(routine: Routine, at: datetime) -> Iterator[tuple[int, Role]]:
    """Rungs and roles of an acute alarm at an hour; what hangs on the case itself is left out."""
    out_of_hours = routine.calendar.next_opening(at) != at
    for role, rule in routine.notices.level[Level.ACUTE].items():
        if rule.urgency is Urgency.PAGE and rule.condition in {None, "acute", "out_of_hours" if out_of_hours else None}:
            yield 0, routine.first_handler if role is Role.HANDLER else role
    for number, rung in enumerate(routine.ladder(ALARM), start=1):
        for role in rung:
            yield number, routine.first_handler if role is Role.HANDLER else role


def _alarm_to(role: Role, organisation: str) -> Notice:
    return Notice(
        id=ALARM,
        case=ALARM,
        organisation=organisation,
        seq=0,
        role=role,
        urgency=Urgency.PAGE,
        about=ALARM,
        level=Level.ACUTE,
    )


async def _step(
    session: AsyncSession,
    ring: KeyRing,
    available: Collection[str],
    asked: Notice,
    rung: int,
    at: datetime,
    routine: Routine,
) -> Step:
    found = await recipients.find(session, asked, at, routine.calendar)
    called = []
    for one in found.recipients:
        ways = (await people.contact(session, ring, one.code)).ways(Urgency.PAGE, available, one.code)
        called.append(Called(one.code, one.because, tuple(way.kind.value for way in ways)))
    step = Step(rung, asked.role, tuple(called), found.empty)
    rota = await duty.rota(session, asked.organisation, asked.role)
    if rota is None:
        return step
    _, because, until = rota.on_duty(at, routine.calendar)
    return replace(step, rota=because, until=until)
