"""Cases that somebody has kept, whatever their time is: who, since when, on which ground and reference."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from storage import tables

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.vocabulary.records import HoldGround


@dataclass(frozen=True, slots=True)
class Hold:
    """A case is kept by somebody. Times in UTC."""

    id: str
    organisation: str
    case: str
    ground: HoldGround
    reference: str
    by: str
    since: datetime
    released_by: str | None
    released: datetime | None
    release_reference: str | None

    @property
    def stands(self) -> bool:
        """It has not been released."""
        return self.released is None


_TABLE = tables.holds
_ALL = tuple(_TABLE.c[field.name] for field in fields(Hold))


async def put(session: AsyncSession, case: str, ground: HoldGround, reference: str, by: str, now: datetime) -> str:
    """Have a case kept from now on; the id of the hold. Waits for whoever is destroying its key at this moment."""
    key = tables.case_keys.c
    await session.execute(select(key.scope).where(key.scope == case).with_for_update())
    identity = secrets.token_hex(8)
    row = {"id": identity, "organisation": case.partition("-")[0], "case": case, "ground": ground}
    await session.execute(insert(_TABLE), row | {"reference": reference, "by": by, "since": now})
    return identity


async def release(session: AsyncSession, identity: str, reference: str, by: str, now: datetime) -> bool:
    """Keep it no longer for this reason; False if there is no such hold, or it was released before."""
    ends = update(_TABLE).where(_TABLE.c.id == identity, _TABLE.c.released.is_(None))
    ended = ends.values(released=now, released_by=by, release_reference=reference).returning(_TABLE.c.id)
    return bool((await session.execute(ended)).all())


async def get(session: AsyncSession, identity: str) -> Hold | None:
    """One hold."""
    row = (await session.execute(select(*_ALL).where(_TABLE.c.id == identity))).one_or_none()
    return Hold(*row) if row else None


async def listed(session: AsyncSession, organisation: str) -> list[Hold]:
    """All holds of an organisation, those that stand first, then the newest first."""
    query = select(*_ALL).where(_TABLE.c.organisation == organisation).order_by(_TABLE.c.since.desc(), _TABLE.c.id)
    found = [Hold(*row) for row in await session.execute(query)]
    return sorted(found, key=lambda one: not one.stands)


async def held(session: AsyncSession, cases: Sequence[str]) -> set[str]:
    """Which of these cases somebody has kept."""
    query = select(_TABLE.c.case).where(_TABLE.c.case.in_(cases), _TABLE.c.released.is_(None))
    return set((await session.execute(query)).scalars())
