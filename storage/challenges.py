"""What we must remember while somebody signs in: bound to one browser, good for minutes, and sealed by its cookie."""

from __future__ import annotations

import hmac
import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select, update

from storage import tables
from storage.keys import DataKey
from storage.sessions import BYTES, hashed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

LIFE = timedelta(minutes=10)


async def put(
    session: AsyncSession, purpose: str, body: Mapping[str, object], now: datetime, life: timedelta = LIFE
) -> str:
    """Remember something; what the browser is to hold meanwhile. What is over is swept away."""
    await session.execute(delete(tables.challenges).where(tables.challenges.c.expires <= now))
    cookie = secrets.token_urlsafe(BYTES)
    row = {"hash": hashed(cookie), "purpose": purpose, "expires": now + life, "body": _sealed(cookie, purpose, body)}
    await session.execute(insert(tables.challenges), row)
    return cookie


async def read(session: AsyncSession, purpose: str, cookie: str, now: datetime) -> dict[str, Any] | None:
    """What was remembered, and still is; None if it is over, or was for something else."""
    table = tables.challenges.c
    query = select(table.body).where(table.hash == hashed(cookie), table.purpose == purpose, table.expires > now)
    body = await session.scalar(query)
    return None if body is None else _opened(cookie, purpose, body)


async def take(session: AsyncSession, purpose: str, cookie: str, now: datetime) -> dict[str, Any] | None:
    """What was remembered, for the last time: of two who ask at once, one gets it."""
    table = tables.challenges.c
    gone = (
        delete(tables.challenges)
        .where(table.hash == hashed(cookie), table.purpose == purpose, table.expires > now)
        .returning(table.body)
    )
    rows = (await session.execute(gone)).scalars().all()
    return _opened(cookie, purpose, rows[0]) if rows else None


async def change(session: AsyncSession, purpose: str, cookie: str, body: Mapping[str, object]) -> None:
    """Remember something else instead, for as long."""
    table = tables.challenges.c
    changed = update(tables.challenges).where(table.hash == hashed(cookie), table.purpose == purpose)
    await session.execute(changed.values(body=_sealed(cookie, purpose, body)))


def _sealed(cookie: str, purpose: str, body: Mapping[str, object]) -> bytes:
    return _key(cookie).encrypt(json.dumps(body).encode(), purpose)


def _opened(cookie: str, purpose: str, sealed: bytes) -> dict[str, Any]:
    opened: dict[str, Any] = json.loads(_key(cookie).decrypt(sealed, purpose))
    return opened


def _key(cookie: str) -> DataKey:
    return DataKey(hmac.digest(cookie.encode(), b"challenge", "sha256"))
