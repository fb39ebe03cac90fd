"""A password, then a second factor. Passkeys are both at once, see `desk.sign_in.passkey`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import structlog

from desk.sign_in import codes, passwords, setup
from desk.sign_in.denied import Denied
from desk.sign_in.entry import Entered, enter
from desk.sign_in.throttle import CODE, PASSWORD
from storage import accounts, challenges, passkeys
from storage.tables import Method

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.desk import Desk
    from desk.sign_in.throttle import Client, Throttle
    from storage.accounts import Account
    from storage.keys import KeyRing

log = structlog.get_logger()

SECOND = "second"
"""The purpose of what is remembered between the two factors."""
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Then(StrEnum):
    """What comes after the password."""

    CODE = "code"
    SETUP = "setup"
    """There is no second factor yet: nobody gets in without."""


@dataclass(frozen=True)
class Halfway:
    """The password was right: what the browser is to hold meanwhile, and what is wanted now."""

    cookie: str
    then: Then


async def password(
    desk: Desk, throttle: Throttle, client: Client, user: str, given: str, next: str, now: datetime
) -> Halfway:  # fmt: skip
    """The first factor.

    :raises Denied: `wrong`, whatever it was; `too_many`.
    """
    account = await _proved(desk, throttle, client, user, given)
    async with desk.database.writing() as session:
        if account.totp is not None or await passkeys.has(session, account.user):
            body = {"user": account.user, "next": next}
            return Halfway(await challenges.put(session, SECOND, body, now), Then.CODE)
        return Halfway(await setup.begin(session, account.user, now, next=next, password=None), Then.SETUP)


async def second(desk: Desk, throttle: Throttle, client: Client, cookie: str, given: str, now: datetime) -> Entered:
    """The second factor: a one-time code, or a recovery code.

    :raises Denied: `over` if it took too long; `wrong_code`; `too_many`, and the password must be given again.
    """
    async with desk.database.reading() as session:
        body = await challenges.read(session, SECOND, cookie, now)
        account = await accounts.find(session, body["user"]) if body else None
        known = bool(account and client.device and await accounts.knows_device(session, account.user, client.device))
    if body is None or account is None:
        raise Denied("over")
    # Whoever comes here knows the password: a guesser is slowed by the account, its owner never by somebody else.
    throttle.admit(CODE, account.user, client, known=known)
    async with desk.database.writing() as session:
        method = await _second_factor(session, desk.ring, account, given, now)
        if method is None:
            log.warning("sign-in refused", reason="wrong_code")
            raise Denied("wrong_code")
        if await challenges.take(session, SECOND, cookie, now) is None:
            raise Denied("over")
        entered = await enter(session, account.user, method, client, now, next=str(body["next"]))
    throttle.succeeded(CODE, account.user, client, known=known)
    return entered


async def again(
    desk: Desk, throttle: Throttle, client: Client, user: str, given: tuple[str, str], now: datetime
) -> None:
    """Password and code once more, for what is delicate.

    :raises Denied: as the two factors do.
    """
    account = await _proved(desk, throttle, client, user, given[0])
    throttle.admit(CODE, user, client, known=True)
    async with desk.database.writing() as session:
        if await _second_factor(session, desk.ring, account, given[1], now) is None:
            raise Denied("wrong_code")
    throttle.succeeded(CODE, user, client, known=True)


async def _proved(desk: Desk, throttle: Throttle, client: Client, user: str, given: str) -> Account:
    user = user.strip().lower()
    async with desk.database.reading() as session:
        account = await accounts.find(session, user) if _CODE.fullmatch(user) else None
        known = bool(account and client.device and await accounts.knows_device(session, user, client.device))
    throttle.admit(PASSWORD, user, client, known=known)
    right = await passwords.matches(given, account.password if account else None)
    if account is None or not right:
        log.warning("sign-in refused", reason="wrong")
        raise Denied("wrong")
    throttle.succeeded(PASSWORD, user, client, known=known)
    return account


async def _second_factor(
    session: AsyncSession, ring: KeyRing, account: Account, given: str, now: datetime
) -> Method | None:
    if await codes.take(session, ring, account, given, now):
        return Method.PASSWORD
    if await accounts.use_recovery_code(session, ring, account, given):
        return Method.RECOVERY
    return None
