"""From what an identity provider says to somebody of ours, and the roles they hold."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import structlog

from desk.sign_in.denied import Denied
from desk.sign_in.entry import Entered, enter
from desk.sign_in.provider import Asked
from storage import challenges, identities, people
from storage.tables import Method

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.desk import Desk
    from desk.sign_in.door import Door, Reading
    from desk.sign_in.provider import Provider
    from desk.sign_in.throttle import Client
    from storage.sessions import Session

log = structlog.get_logger()

OIDC, GOODBYE = "oidc", "goodbye"
"""Purposes of what is remembered: while somebody is at the provider; until they sign out there too."""
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


async def leave(desk: Desk, provider: Provider, next: str, now: datetime) -> tuple[str, str]:
    """Where to send somebody, and what their browser is to hold until they come back; raises `Denied`."""
    url, asked = await provider.ask()
    async with desk.database.writing() as session:
        return url, await challenges.put(session, OIDC, asdict(asked) | {"next": next}, now)


async def come_back(
    desk: Desk, door: Door, client: Client, cookie: str, said: Mapping[str, str], now: datetime
) -> Entered:
    """Somebody comes back from the provider, and is signed in.

    :raises Denied: `over`, `provider_refused`, `provider_trouble`; `provider_unknown` if they are nobody here.
    """
    async with desk.database.writing() as session:
        body = await challenges.take(session, OIDC, cookie, now)
    if body is None:
        raise Denied("over")
    following, reading = str(body.pop("next")), door.reading
    if door.provider is None:
        raise Denied("over")
    claims, token = await door.provider.answer(Asked(**body), said, now)
    async with desk.database.writing() as session:
        user = await _whom(session, desk, door.provider.its.issuer, reading, claims, now)
        actor = await people.actor(session, user)
        if reading.roles_claim:
            given = set(values_of(claims, reading.roles_claim))
            its = [one for one in reading.grants if one.organisation == actor.organisation]
            held = {one.role for one in its if one.value in given}
            if await identities.put_roles(session, user, held, {one.role for one in its}):
                log.info("roles changed by the identity provider")
        key = await desk.ring.key(session, f"org:{actor.organisation}")
        hint = key.encrypt(token.encode(), f"hint/{user}")
        return await enter(session, user, Method.OIDC, client, now, next=following, hint=hint)


async def keep_hint(desk: Desk, session: Session, now: datetime) -> str:
    """What the provider wants to be reminded of at sign-out: what a browser is to hold until it goes there."""
    async with desk.database.writing() as database:
        key = await desk.ring.key(database, f"org:{session.organisation}")
        hint = key.decrypt(session.hint, f"hint/{session.user}").decode() if session.hint else ""
        return await challenges.put(database, GOODBYE, {"hint": hint}, now)


async def kept_hint(desk: Desk, cookie: str, now: datetime) -> str:
    """That, once; empty if there is nothing."""
    async with desk.database.writing() as database:
        body = await challenges.take(database, GOODBYE, cookie, now)
    return str(body["hint"]) if body else ""


def values_of(claims: Mapping[str, Any], name: str) -> list[str]:
    """The values of a claim: of this very name, or `realm_access.roles` for one within another."""
    found: Any = claims.get(name)
    if found is None:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, dict) else None
    several = found if isinstance(found, list) else [found]
    return [one for one in several if isinstance(one, str)]


async def _whom(
    session: AsyncSession, desk: Desk, issuer: str, reading: Reading, claims: Mapping[str, Any], now: datetime
) -> str:
    user = await identities.find(session, desk.ring, issuer, claims["sub"])
    if user is None:
        said = next(iter(values_of(claims, reading.user_claim)), "").strip().lower()
        user = said if _CODE.fullmatch(said) else "-"
    try:
        await identities.bind(session, desk.ring, user, issuer, claims["sub"], now)
    except (people.UnknownUser, identities.TakenAlready) as error:
        log.warning("sign-in refused", reason=type(error).__name__)
        raise Denied("provider_unknown") from None
    return user
