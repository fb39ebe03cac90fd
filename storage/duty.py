"""Duty pools and absences: who is on duty, for which organisations, and who is away."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError
from sqlalchemy import bindparam, delete, insert, select

from models.contact import WebAddress
from models.message import Actor, Code, Frozen, Instant, OrganisationCode
from models.refusal import BadInput, Problem, Refusal
from models.rota import Override, Rota
from models.vocabulary.people import Role
from storage import tables
from storage.database import insert_into, upsert

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.keys import KeyRing

BY_HAND, CALENDAR = "hand", "calendar"
"""Where an absence is from."""
_SERVED = tables.pool_organisations.c
_ROTA = (
    select(tables.pools.c.body)
    .join(tables.pool_organisations, _SERVED.pool == tables.pools.c.code)
    .where(_SERVED.organisation == bindparam("organisation"), _SERVED.role == bindparam("role"))
)


class UnknownPool(LookupError):
    """There is no such duty pool."""


class Pool(Rota):
    """A rota that serves one role in one organisation, or in several that co-operate; their cases stay apart."""

    code: Code
    role: Role
    organisations: tuple[OrganisationCode, ...] = ()
    """Without any it is out of use."""
    feed: WebAddress | None = None
    """A calendar (iCalendar) whose events say who is on duty."""


class Absence(Frozen):
    """When somebody is away."""

    starts: Instant
    ends: Instant

    @model_validator(mode="after")
    def _takes_time(self) -> Self:
        if self.starts >= self.ends:
            raise PydanticCustomError("ends_before_start", "it ends before it starts")
        return self


async def put(session: AsyncSession, ring: KeyRing, pool: Pool) -> None:
    """Put a pool in place. What it does not say of calendar, overrides and feed stays as it was.

    :raises BadInput: naming people or organisations that are not known here.
    :raises Refusal: `pool_taken`, if an organisation has another pool for this role; `override_conflict`.
    """
    try:
        before = await get(session, ring, pool.code, lock=True)
    except UnknownPool:
        pass
    else:
        unsaid = {"calendar", "overrides", "feed"} - pool.model_fields_set
        pool = pool.changed(**{field: getattr(before, field) for field in unsaid})
    await _check(session, pool)
    feed = None
    if pool.feed and pool.organisations:
        key = await ring.key(session, _scope(pool.organisations))
        feed = key.encrypt(pool.feed.encode(), _context(pool.code))
    body = pool.model_dump_json(exclude={"feed", "organisations"})
    await session.execute(upsert(session, tables.pools), {"code": pool.code, "body": body, "feed": feed})
    served = tables.pool_organisations
    await session.execute(delete(served).where(served.c.pool == pool.code))
    rows = [{"organisation": one, "role": pool.role, "pool": pool.code} for one in sorted(set(pool.organisations))]
    if rows:
        await session.execute(insert(served), rows)


async def override(session: AsyncSession, ring: KeyRing, pool: str, agreed: Override) -> None:
    """Note that somebody is on duty at a time, whatever turns and calendar say.

    :raises UnknownPool: if there is none.
    :raises BadInput: if the person is not known here.
    :raises Refusal: `override_conflict`, naming both, if somebody else has been put on duty at that time.
    """
    before = await get(session, ring, pool, lock=True)
    await put(session, ring, before.changed(overrides=(*before.overrides, agreed)))


async def get(session: AsyncSession, ring: KeyRing, code: str, *, lock: bool = False) -> Pool:
    """A pool; `lock` keeps others from changing it until the transaction ends. Raises `UnknownPool`."""
    query = select(tables.pools).where(tables.pools.c.code == code)
    row = (await session.execute(query.with_for_update() if lock else query)).one_or_none()
    if row is None:
        raise UnknownPool(code)
    table = tables.pool_organisations.c
    served = select(table.organisation).where(table.pool == code).order_by(table.organisation)
    organisations = tuple((await session.execute(served)).scalars())
    feed = None
    if row.feed is not None and organisations:
        key = await ring.key(session, _scope(organisations))
        feed = key.decrypt(row.feed, _context(code)).decode()
    return _read(row.body).model_copy(update={"organisations": organisations, "feed": feed})


async def pools(session: AsyncSession, ring: KeyRing, organisation: str | None = None) -> list[Pool]:
    """All pools in order of code, or those that serve an organisation."""
    query = select(tables.pools.c.code).order_by(tables.pools.c.code)
    if organisation is not None:
        served = tables.pool_organisations.c
        query = query.where(tables.pools.c.code.in_(select(served.pool).where(served.organisation == organisation)))
    return [await get(session, ring, code) for code in (await session.execute(query)).scalars().all()]


async def rota(session: AsyncSession, organisation: str, role: Role) -> Rota | None:
    """By which rota a role is on duty for an organisation; None if it has no pool. One question to the database."""
    body = (await session.execute(_ROTA, {"organisation": organisation, "role": role})).scalar_one_or_none()
    return None if body is None else _read(body)


async def roles_in(session: AsyncSession, organisation: str, person: str, now: datetime) -> frozenset[Role]:
    """In which roles somebody takes part in the duty of an organisation about this time (`Rota.taking_part`)."""
    served, table = tables.pool_organisations.c, tables.pools.c
    query = select(table.body).join(tables.pool_organisations, served.pool == table.code)
    bodies = (await session.execute(query.where(served.organisation == organisation))).scalars()
    return frozenset(pool.role for pool in map(_read, bodies) if person in pool.taking_part(now))


async def acting(session: AsyncSession, person: Actor, organisation: str, now: datetime) -> Actor:
    """Somebody in the case of an organisation: there they are what a pool makes them, or else what they are at home."""
    if organisation == person.organisation:
        return person
    roles = await roles_in(session, organisation, person.id, now)
    return Actor(id=person.id, organisation=organisation, roles=roles) if roles else person


async def everywhere(session: AsyncSession, person: Actor, now: datetime) -> tuple[Actor, ...]:
    """Somebody in each organisation they act in, home first; elsewhere they are what the pools there make them."""
    served, table = tables.pool_organisations.c, tables.pools.c
    query = select(served.organisation, table.body).join(tables.pool_organisations, served.pool == table.code)
    roles: dict[str, set[Role]] = {}
    for organisation, body in await session.execute(query.where(served.organisation != person.organisation)):
        if person.id in (pool := _read(body)).taking_part(now):
            roles.setdefault(organisation, set()).add(pool.role)
    elsewhere = (
        Actor(id=person.id, organisation=organisation, roles=frozenset(held))
        for organisation, held in sorted(roles.items())
    )
    return person, *elsewhere


async def put_absences(
    session: AsyncSession, organisation: str, user: str, away: Iterable[Absence], source: str
) -> None:
    """Put somebody's absences from one source in place of those that were known from it."""
    table = tables.absences
    await session.execute(delete(table).where(table.c.user == user, table.c.source == source))
    for one in away:
        await add_absence(session, organisation, user, one, source)


async def add_absence(
    session: AsyncSession, organisation: str, user: str, away: Absence, source: str = BY_HAND
) -> None:
    """Note that somebody is away; a second time changes nothing."""
    row = {"organisation": organisation, "user": user, "source": source, **dict(away)}
    await session.execute(insert_into(session, tables.absences).values(row).on_conflict_do_nothing())


async def absences(
    session: AsyncSession, users: Iterable[str], *, until_after: datetime | None = None, source: str | None = None
) -> dict[str, list[Absence]]:
    """Who is away when, in order; of those that end later, or are from one source, if so asked."""
    table = tables.absences.c
    query = select(table.user, table.starts, table.ends).where(table.user.in_(list(users)))
    if until_after is not None:
        query = query.where(table.ends > until_after)
    if source is not None:
        query = query.where(table.source == source)
    found: dict[str, list[Absence]] = {}
    for user, starts, ends in await session.execute(query.order_by(table.user, table.starts, table.ends).distinct()):
        found.setdefault(user, []).append(Absence(starts=starts, ends=ends))
    return found


async def _check(session: AsyncSession, pool: Pool) -> None:
    known = set(
        (await session.execute(select(tables.users.c.code).where(tables.users.c.code.in_(pool.people)))).scalars()
    )
    if strangers := [one for one in pool.people if one not in known]:
        reason = f"nobody has the code {', '.join(strangers)}"
        raise BadInput(Problem(field=f"pools.{pool.code}.people", code="unknown_user", reason=reason))
    served, codes = tables.pool_organisations.c, tables.organisations.c.code
    here = set((await session.execute(select(codes).where(codes.in_(pool.organisations)))).scalars())
    if set(pool.organisations) - here:
        field = f"pools.{pool.code}.organisations"
        raise BadInput(Problem(field=field, code="unknown_organisation", reason="not known here"))
    theirs = (served.organisation.in_(pool.organisations), served.role == pool.role, served.pool != pool.code)
    taken = (await session.execute(select(served.organisation, served.pool).where(*theirs))).first()
    if taken:
        raise Refusal("pool_taken", "organisations", organisation=taken.organisation, pool=taken.pool)


@lru_cache(maxsize=100)
def _read(body: str) -> Pool:
    return Pool.model_validate_json(body)


def _scope(organisations: Iterable[str]) -> str:
    return f"org:{min(organisations)}"


def _context(code: str) -> str:
    return f"pool/{code}"
