"""Local accounts: password, one-time codes, recovery codes, and the browsers they were used in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, or_, select, update

from models.acceptance import CODE_ALPHABET
from storage import tables
from storage.database import insert_into, upsert
from storage.people import UnknownUser
from storage.sessions import hashed

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.keys import DataKey, KeyRing

RECOVERY_CODES = 10
RECOVERY_LENGTH = 10
"""Characters in a recovery code: about 49 bits, and tried a few times an hour at most."""


DEVICE_LIFE = timedelta(days=366)


@dataclass(frozen=True)
class Account:
    """What somebody can prove who they are with, besides passkeys."""

    user: str
    organisation: str
    password: str | None
    """argon2id; None until they have chosen one."""
    totp: bytes | None
    """The secret of one-time codes, sealed."""
    handle: str
    """What an authenticator knows them by."""


async def find(session: AsyncSession, user: str) -> Account | None:
    """The account of somebody active; None if there is none."""
    people, table = tables.users.c, tables.accounts.c
    query = (
        select(table.user, table.organisation, table.password, table.totp, table.handle)
        .join(tables.users, people.code == table.user)
        .where(table.user == user, people.active)
    )
    row = (await session.execute(query)).one_or_none()
    return row and Account(*row)


async def by_handle(session: AsyncSession, handle: str) -> Account | None:
    """Whom an authenticator means."""
    user = await session.scalar(select(tables.accounts.c.user).where(tables.accounts.c.handle == handle))
    return await find(session, user) if user else None


async def ensure(session: AsyncSession, user: str) -> Account:
    """The account of somebody active, made if there is none; raises `UnknownUser`."""
    people = tables.users.c
    organisation = await session.scalar(select(people.organisation).where(people.code == user, people.active))
    if organisation is None:
        raise UnknownUser(user)
    row = {"user": user, "organisation": organisation, "handle": secrets.token_urlsafe(32)}
    await session.execute(insert_into(session, tables.accounts).on_conflict_do_nothing(), row)
    found = await find(session, user)
    if found is None:
        raise UnknownUser(user)
    return found


async def any_usable(session: AsyncSession) -> bool:
    """Whether anybody here can sign in by themselves."""
    password = tables.accounts.c.password.is_not(None)
    asked = (
        select(tables.accounts.c.user).where(password),
        select(tables.passkeys.c.user),
        select(tables.identities.c.user),
    )
    return any([await session.scalar(query.limit(1)) is not None for query in asked])


async def put_password(session: AsyncSession, user: str, password_hash: str, now: datetime) -> None:
    """Keep the hash of a new password."""
    row = {"password": password_hash, "password_set": now}
    await session.execute(update(tables.accounts).where(tables.accounts.c.user == user).values(row))


async def put_totp(session: AsyncSession, ring: KeyRing, account: Account, secret: str) -> None:
    """Keep the secret that one-time codes are made of, in place of an earlier one."""
    sealed = (await _key(session, ring, account)).encrypt(secret.encode(), _totp(account))
    row = {"totp": sealed, "totp_step": None}
    await session.execute(update(tables.accounts).where(tables.accounts.c.user == account.user).values(row))


async def totp(session: AsyncSession, ring: KeyRing, account: Account) -> str | None:
    """The secret of somebody's one-time codes; raises `Unreadable`."""
    if account.totp is None:
        return None
    return (await _key(session, ring, account)).decrypt(account.totp, _totp(account)).decode()


async def use_step(session: AsyncSession, user: str, step: int) -> bool:
    """Take a one-time code for its step of time; False if that or a later one was taken before."""
    table = tables.accounts.c
    fresh = or_(table.totp_step.is_(None), table.totp_step < step)
    used = update(tables.accounts).where(table.user == user, fresh).values(totp_step=step).returning(table.user)
    return bool((await session.execute(used)).all())


async def new_recovery_codes(session: AsyncSession, ring: KeyRing, account: Account) -> list[str]:
    """Codes that each replace a one-time code once, in place of all earlier ones. Shown now, never again."""
    key, table = await _key(session, ring, account), tables.recovery_codes
    codes = ["".join(map(secrets.choice, [CODE_ALPHABET] * RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    await session.execute(delete(table).where(table.c.user == account.user))
    rows = [_owned(account) | {"hash": _recovery(key, account, code)} for code in codes]
    await session.execute(insert(table), rows)
    return codes


async def use_recovery_code(session: AsyncSession, ring: KeyRing, account: Account, code: str) -> bool:
    """Take a recovery code, once; however it is written."""
    table = tables.recovery_codes
    wanted = _recovery(await _key(session, ring, account), account, code)
    used = delete(table).where(table.c.user == account.user, table.c.hash == wanted).returning(table.c.hash)
    return bool((await session.execute(used)).all())


async def recovery_codes_left(session: AsyncSession, user: str) -> int:
    """How many have not been used."""
    table = tables.recovery_codes.c
    return await session.scalar(select(func.count()).where(table.user == user)) or 0


async def clear(session: AsyncSession, user: str) -> None:
    """Take everything away that somebody could sign in with; the account itself stays."""
    for table in (tables.passkeys, tables.recovery_codes, tables.devices):
        await session.execute(delete(table).where(table.c.user == user))
    nothing = {"password": None, "password_set": None, "totp": None, "totp_step": None}
    await session.execute(update(tables.accounts).where(tables.accounts.c.user == user).values(nothing))


async def know_device(session: AsyncSession, user: str, organisation: str, device: str, now: datetime) -> None:
    """Note that somebody has signed in in this browser. What was not used for long is forgotten, there and here."""
    long_ago = tables.devices.c.seen < now - DEVICE_LIFE
    await session.execute(delete(tables.devices).where(tables.devices.c.user == user, long_ago))
    row = {"hash": hashed(device), "user": user, "organisation": organisation, "seen": now}
    await session.execute(upsert(session, tables.devices), row)


async def knows_device(session: AsyncSession, user: str, device: str) -> bool:
    """Whether they have signed in in this browser before."""
    table = tables.devices.c
    query = select(table.user).where(table.hash == hashed(device), table.user == user)
    return await session.scalar(query) is not None


async def put_language(session: AsyncSession, user: str, language: str) -> None:
    """In which language somebody wants to be told."""
    await session.execute(update(tables.users).where(tables.users.c.code == user).values(language=language))


def _owned(account: Account) -> dict[str, object]:
    return {"user": account.user, "organisation": account.organisation}


async def _key(session: AsyncSession, ring: KeyRing, account: Account) -> DataKey:
    return await ring.key(session, f"org:{account.organisation}")


def _totp(account: Account) -> str:
    return f"totp/{account.user}"


def _recovery(key: DataKey, account: Account, code: str) -> str:
    plain = "".join(sign for sign in code.upper() if sign in CODE_ALPHABET)[: 2 * RECOVERY_LENGTH]
    return key.derive(f"recovery:{account.user}:{plain}").hex()
