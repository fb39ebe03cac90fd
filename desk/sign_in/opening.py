"""One-time links that whoever has the machine asks for: the first administrator's, and for whoever is locked out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.vocabulary.people import Role
from storage import accounts, openings, people
from storage.tables import OpeningKind

if TYPE_CHECKING:
    from datetime import datetime

    from desk.desk import Desk
    from storage.openings import Opening


@dataclass(frozen=True)
class Link:
    """A link, shown now and never again."""

    path: str
    opening: Opening


async def link(desk: Desk, user: str, now: datetime, kind: OpeningKind = OpeningKind.INVITATION) -> Link:
    """A link for somebody; earlier ones of theirs open nothing any more. Raises `UnknownUser`."""
    async with desk.database.writing() as session:
        token, opening = await openings.make(session, user, kind, now)
    return Link(f"/oppna/{token}", opening)


async def first(desk: Desk, now: datetime) -> Link | None:
    """A link for the first administrator; None if somebody can sign in already, or nobody holds that role."""
    async with desk.database.reading() as session:
        if await accounts.any_usable(session):
            return None
        for organisation in await people.organisations(session):
            if found := await people.holders(session, organisation, Role.SYSTEM_ADMINISTRATOR):
                break
        else:
            return None
    return await link(desk, found[0], now, OpeningKind.FIRST)
