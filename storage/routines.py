"""Adopted routines. A case finds its own by digest, whatever was adopted since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select

from models.routine import Routine
from storage import tables
from storage.database import insert_into

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

REMEMBERED = 200
"""Routines kept in memory; one is about 100 kB."""
NEVER = date.max
"""The first valid day of a routine that is only drilled by."""
_known: dict[str, Routine] = {}  # by digest: the same digest is the same routine, in any database


class UnknownRoutine(LookupError):
    """No such routine was adopted."""


async def adopt(session: AsyncSession, routine: Routine) -> None:
    """Keep a routine as adopted by its organisation; the same one again changes nothing."""
    await _keep(session, routine, routine.valid_from)


async def keep(session: AsyncSession, routine: Routine) -> None:
    """Keep a routine that a drill follows. It is found by its digest, and is never in force."""
    await _keep(session, routine, NEVER)


async def _keep(session: AsyncSession, routine: Routine, valid_from: date) -> None:
    statement = insert_into(session, tables.routines).values(
        organisation=routine.organisation,
        digest=routine.ref.digest,
        version=routine.version,
        valid_from=valid_from,
        body=routine.model_dump_json(),
    )
    await session.execute(statement.on_conflict_do_nothing(index_elements=["organisation", "digest"]))


async def by_digest(session: AsyncSession, digest: str) -> Routine:
    """The routine with this digest; raises `UnknownRoutine`."""
    if digest in _known:
        return _known[digest]
    query = select(tables.routines.c.body).where(tables.routines.c.digest == digest).limit(1)
    body = (await session.execute(query)).scalar_one_or_none()
    if body is None:
        raise UnknownRoutine(f"no routine with digest {digest}")
    if len(_known) >= REMEMBERED:
        _known.pop(next(iter(_known)))
    return _known.setdefault(digest, Routine.model_validate_json(body))


async def current(session: AsyncSession, organisation: str, day: date) -> Routine:
    """The routine in force on a day: the latest valid one, of several the last adopted; raises `UnknownRoutine`."""
    table = tables.routines.c
    query = (
        select(table.digest)
        .where(table.organisation == organisation, table.valid_from <= day)
        .order_by(table.valid_from.desc(), table.adoption.desc())
        .limit(1)
    )
    digest = (await session.execute(query)).scalar_one_or_none()
    if digest is None:
        raise UnknownRoutine(f"organisation {organisation} has no routine for {day}")
    return await by_digest(session, digest)


@dataclass(frozen=True)
class Adoption:
    """One adopted version of a routine."""

    version: str
    digest: str
    valid_from: date


async def adopted(session: AsyncSession, organisation: str) -> list[Adoption]:
    """All versions an organisation has adopted, the latest first; what is only drilled by is none."""
    table = tables.routines.c
    query = (
        select(table.version, table.digest, table.valid_from)
        .where(table.organisation == organisation, table.valid_from < NEVER)
        .order_by(table.valid_from.desc(), table.adoption.desc())
    )
    return [Adoption(*row) for row in await session.execute(query)]
