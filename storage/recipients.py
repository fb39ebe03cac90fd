"""Who holds a role at the moment of sending, and may be told of this case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from models.vocabulary.people import Role
from storage import tables

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from models.notices import Notice


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to tell, and in which language."""

    code: str
    language: str


async def find(session: AsyncSession, notice: Notice) -> list[Recipient]:
    """The active people a notice goes to, in order of code.

    Never anybody blocked in the case (jäv); with protected identity nobody but the named and the head of security.
    """
    users, roles = tables.users.c, tables.roles.c
    query = select(users.code, users.language).where(users.organisation == notice.organisation, users.active)
    if notice.handler is not None:
        query = query.where(users.code == notice.handler)
    else:
        query = query.join(tables.roles, roles.user == users.code).where(roles.role == notice.role)
    if notice.never:
        query = query.where(users.code.not_in(notice.never))
    if notice.never_roles:
        blocked = select(tables.roles.c.user).where(tables.roles.c.role.in_(notice.never_roles))
        query = query.where(users.code.not_in(blocked))
    if notice.only and notice.role is not Role.SECURITY_CHIEF:
        query = query.where(users.code.in_(notice.only))
    rows = await session.execute(query.order_by(users.code).distinct())
    return [Recipient(code, language) for code, language in rows]
