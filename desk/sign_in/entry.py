"""The last step of every way in: somebody is signed in, in one browser, by a value nobody has seen before."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from desk.sign_in.denied import Denied
from storage import accounts, people, sessions
from storage.sessions import BYTES, NoSession

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.sign_in.throttle import Client
    from models.message import Actor
    from storage.sessions import Session
    from storage.tables import Method

log = structlog.get_logger()


@dataclass(frozen=True)
class Entered:
    """Somebody is signed in: what their browser is to hold."""

    session: Session
    person: Actor
    cookie: str
    device: str
    """It knows them from now on."""
    next: str = ""
    """Where they wanted to go."""


async def enter(
    database: AsyncSession,
    user: str,
    method: Method,
    client: Client,
    now: datetime,
    *,
    next: str = "",
    hint: bytes | None = None,
) -> Entered:
    """Sign somebody in who has proved who they are.

    :raises Denied: if nobody active has the code.
    """
    try:
        await sessions.leave(database, client.session)
        cookie, opened = await sessions.open(database, user, method, now, browser=client.browser, hint=hint)
    except NoSession:
        raise Denied("unknown") from None
    device = client.device or secrets.token_urlsafe(BYTES)
    await accounts.know_device(database, user, opened.organisation, device, now)
    log.info("signed in", method=method.value)
    return Entered(opened, await people.actor(database, user), cookie, device, next)
