"""Organisations as anybody may know them: code, name and kind. Who is in them stands in `storage/people.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from storage import tables
from storage.reports import UnknownOrganisation

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.tables import OrganisationKind

_TABLE = tables.organisations.c
_KNOWN = select(_TABLE.code, _TABLE.name, _TABLE.kind)


@dataclass(frozen=True, slots=True)
class Known:
    """An organisation."""

    code: str
    name: str
    kind: OrganisationKind


async def every(session: AsyncSession) -> list[Known]:
    """All of them, by name."""
    found = [Known(*row) for row in await session.execute(_KNOWN)]
    return sorted(found, key=lambda one: (one.name.casefold(), one.code))


async def one(session: AsyncSession, code: str) -> Known:
    """The organisation with a code; raises `UnknownOrganisation`."""
    # Whatever an address may hold: PostgreSQL takes no NUL.
    row = (await session.execute(_KNOWN.where(_TABLE.code == code))).one_or_none() if code.isalnum() else None
    if row is None:
        raise UnknownOrganisation(code)
    return Known(*row)
