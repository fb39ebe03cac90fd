"""Passkeys: what an authenticator holds the other half of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from storage import tables
from storage.database import insert_into

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.accounts import Account
    from storage.keys import KeyRing

MOST = 20
"""Of one person."""
NAME = 60
"""Characters in what its owner calls it."""


@dataclass(frozen=True)
class Passkey:
    """One of somebody's passkeys."""

    id: str
    """The credential's id, base64url."""
    user: str
    organisation: str
    public_key: bytes
    sign_count: int
    synced: bool
    """It may be on several of their devices."""
    created: datetime
    used: datetime | None = None


async def put(session: AsyncSession, ring: KeyRing, passkey: Passkey, name: str) -> bool:
    """Keep a new one; False if its id is known, whoever's it is."""
    key = await ring.key(session, f"org:{passkey.organisation}")
    row = dict(passkey.__dict__) | {"name": key.encrypt(name[:NAME].encode(), _context(passkey.id))}
    table = tables.passkeys
    kept = insert_into(session, table).values(row).on_conflict_do_nothing().returning(table.c.id)
    return bool((await session.execute(kept)).all())


async def find(session: AsyncSession, identity: str) -> Passkey | None:
    """The one with this id, if its owner is active."""
    people, table = tables.users.c, tables.passkeys.c
    columns = [table[name] for name in Passkey.__dataclass_fields__]
    query = select(*columns).join(tables.users, people.code == table.user).where(table.id == identity, people.active)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else Passkey(*row)


async def use(session: AsyncSession, passkey: Passkey, sign_count: int, now: datetime) -> bool:
    """Note that it was used; False if somebody used it at the same moment, with the same count."""
    table = tables.passkeys.c
    changed = update(tables.passkeys).where(table.id == passkey.id, table.sign_count == passkey.sign_count)
    changed = changed.values(sign_count=sign_count, used=now).returning(table.id)
    return bool((await session.execute(changed)).all())


async def of(session: AsyncSession, ring: KeyRing, account: Account) -> list[tuple[Passkey, str]]:
    """Somebody's passkeys and what they call them, in the order they were made."""
    table = tables.passkeys
    query = select(table).where(table.c.user == account.user).order_by(table.c.created, table.c.id)
    rows = (await session.execute(query)).mappings().all()
    if not rows:
        return []
    key = await ring.key(session, f"org:{account.organisation}")
    found = []
    for row in rows:
        values = dict(row)
        name = key.decrypt(values.pop("name"), _context(row["id"])).decode()
        found.append((Passkey(**values), name))
    return found


async def has(session: AsyncSession, user: str) -> bool:
    """Whether somebody has any."""
    table = tables.passkeys.c
    return await session.scalar(select(table.id).where(table.user == user).limit(1)) is not None


async def remove(session: AsyncSession, user: str, identity: str) -> bool:
    """Forget one, which must be theirs."""
    table = tables.passkeys.c
    gone = delete(tables.passkeys).where(table.id == identity, table.user == user).returning(table.id)
    return bool((await session.execute(gone)).all())


def _context(identity: str) -> str:
    return f"passkey/{identity}"
