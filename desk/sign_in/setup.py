"""Setting an account up: a password, a second factor, recovery codes. Nothing counts before all of it is there."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from desk.sign_in import codes, passkey, passwords
from desk.sign_in.denied import Denied
from desk.sign_in.entry import Entered, enter
from storage import accounts, challenges, openings, sessions
from storage.sessions import hashed
from storage.tables import Method

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.desk import Desk
    from desk.sign_in.passkey import Party
    from desk.sign_in.throttle import Client

SETUP, CODES = "setup", "codes"
"""Purposes of what is remembered: how far somebody has come; the recovery codes they are to write down."""
LIFE = timedelta(hours=1)


async def begin(
    session: AsyncSession, user: str, now: datetime, *, next: str, password: str | None, within: str = ""
) -> str:
    """Begin; what the browser is to hold until it is done.

    :param password: None if the one they have stays; empty if they are to choose one.
    :param within: the hash of the session it is begun in, if somebody is signed in: it ends with that.
    """
    body = {"user": user, "next": next, "password": password, "totp": codes.new_secret(), "challenge": ""}
    body |= {"within": within, "was": await _mark(session, user)}
    return await challenges.put(session, SETUP, body, now, LIFE)


async def follow(desk: Desk, token: str, now: datetime) -> str:
    """Use a one-time link up, and begin; raises `Denied` (`opening_over`)."""
    async with desk.database.writing() as session:
        opening = await openings.use(session, token, now)
        if opening is None:
            raise Denied("opening_over")
        return await begin(session, opening.user, now, next="", password="")


async def progress(desk: Desk, cookie: str, now: datetime) -> dict[str, Any]:
    """How far they have come; raises `Denied` (`over`)."""
    async with desk.database.reading() as session:
        body = await challenges.read(session, SETUP, cookie, now)
    if body is None:
        raise Denied("over")
    return body


async def choose_password(desk: Desk, cookie: str, password: str, now: datetime) -> None:
    """Choose a password. It counts once there is a second factor.

    :raises Denied: `over`.
    :raises BadInput: if it is guessed too easily.
    """
    body = await progress(desk, cookie, now)
    if body["password"] is None:
        raise Denied("over")
    passwords.check(password, body["user"])
    body["password"] = await passwords.hash_of(password)
    async with desk.database.writing() as session:
        await challenges.change(session, SETUP, cookie, body)


async def finish_by_code(desk: Desk, client: Client, cookie: str, given: str, now: datetime) -> tuple[Entered, str]:
    """The app shows the right code: the account is set up, and they are signed in.

    :returns: and what the browser is to hold until the recovery codes are written down; empty if they have some.
    :raises Denied: `over`, `wrong_code`.
    """
    body = await progress(desk, cookie, now)
    step = codes.step_of(body["totp"], given, now)
    if step is None:
        raise Denied("wrong_code")
    async with desk.database.writing() as session:
        await _establish(session, cookie, body, now)
        account = await accounts.ensure(session, body["user"])
        await accounts.put_totp(session, desk.ring, account, body["totp"])
        await accounts.use_step(session, account.user, step)
        return await _done(session, desk, client, body, Method.PASSWORD, now)


async def ask_passkey(desk: Desk, cookie: str, party: Party, now: datetime) -> str:
    """What the browser needs to make a passkey, as JSON; raises `Denied` (`over`)."""
    body = await progress(desk, cookie, now)
    async with desk.database.writing() as session:
        account = await accounts.ensure(session, body["user"])
        options, body["challenge"] = await passkey.to_make(session, desk.ring, account, party)
        await challenges.change(session, SETUP, cookie, body)
    return options


async def finish_by_passkey(
    desk: Desk, client: Client, cookie: str, party: Party, given: tuple[str, str], now: datetime
) -> tuple[Entered, str]:
    """A passkey was made: the account is set up, and they are signed in.

    :param given: what the browser answered, and what they call it.
    :raises Denied: `over`, `wrong_passkey`.
    """
    body = await progress(desk, cookie, now)
    async with desk.database.writing() as session:
        await _establish(session, cookie, body, now)
        account = await accounts.ensure(session, body["user"])
        await passkey.keep(session, desk.ring, account, party, body["challenge"], given, now)
        return await _done(session, desk, client, body, Method.PASSKEY, now)


async def written_down(desk: Desk, cookie: str, now: datetime) -> str:
    """They have their recovery codes; where they wanted to go. Nobody sees the codes again."""
    async with desk.database.writing() as session:
        body = await challenges.take(session, CODES, cookie, now)
    return str(body["next"]) if body else ""


async def recovery_codes(desk: Desk, cookie: str, now: datetime) -> list[str]:
    """The codes to write down; empty once they were, or it took too long."""
    async with desk.database.reading() as session:
        body = await challenges.read(session, CODES, cookie, now)
    return list(body["codes"]) if body else []


async def new_recovery_codes(session: AsyncSession, desk: Desk, user: str, next: str, now: datetime) -> str:
    """New codes in place of the old; what the browser is to hold while they are written down."""
    account = await accounts.ensure(session, user)
    fresh = await accounts.new_recovery_codes(session, desk.ring, account)
    return await challenges.put(session, CODES, {"codes": fresh, "next": next}, now, LIFE)


async def _establish(session: AsyncSession, cookie: str, body: dict[str, Any], now: datetime) -> None:
    """A chosen password takes the place of all that was; done once."""
    if body["password"] == "" or await challenges.take(session, SETUP, cookie, now) is None:
        raise Denied("over")
    # What was begun before somebody reset the account, changed its password or signed out everywhere ends with it.
    signed_out = body["within"] and not await sessions.is_open(session, body["within"])
    if signed_out or body["was"] != await _mark(session, body["user"]):
        raise Denied("over")
    if body["password"] is not None:
        await accounts.clear(session, body["user"])
        await accounts.put_password(session, body["user"], body["password"], now)
        await sessions.end_all(session, body["user"])


async def _done(
    session: AsyncSession, desk: Desk, client: Client, body: dict[str, Any], method: Method, now: datetime
) -> tuple[Entered, str]:
    cookie = ""
    if not await accounts.recovery_codes_left(session, body["user"]):
        cookie = await new_recovery_codes(session, desk, body["user"], body["next"], now)
    return await enter(session, body["user"], method, client, now, next=body["next"]), cookie


async def _mark(session: AsyncSession, user: str) -> str:
    """What an account is opened by now, as a mark that changes with it."""
    account = await accounts.find(session, user)
    return hashed(f"{account.password}/{account.totp!r}") if account else ""
