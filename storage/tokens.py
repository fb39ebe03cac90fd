"""Links that accept: signed, expiring, and good for one message only."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from models.acceptance import CODE_ALPHABET, CODE_LENGTH
from storage import messages, tables

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.keys import DataKey, KeyRing
    from storage.messages import Sending

_FORM = re.compile(r"[0-9A-Za-z_-]{1,128}\.[0-9A-Za-z_-]{24}")


class BadToken(ValueError):
    """Not a link of ours, or changed on its way."""


class Expired(ValueError):
    """A link of ours whose time is over."""


async def token(session: AsyncSession, ring: KeyRing, sending: Sending) -> str:
    """The part of a link that accepts this message: opaque, no personal data, valid until the message expires."""
    return _signed(await _key(session, ring, sending.organisation), sending)


async def opened(session: AsyncSession, ring: KeyRing, text: str, now: datetime) -> Sending:
    """The message a link is for. Opening accepts nothing.

    :raises BadToken: if it was not made here.
    :raises Expired: if it is too late.
    """
    if not _FORM.fullmatch(text):  # not everything that can stand in an address can be asked of a database
        raise BadToken
    try:
        sending = await messages.get(session, text.partition(".")[0])
    except messages.UnknownMessage:
        raise BadToken from None
    if not hmac.compare_digest(
        _signed(await _key(session, ring, sending.organisation), sending).encode(), text.encode()
    ):
        raise BadToken
    if sending.expires <= now:
        raise Expired
    return sending


async def reply_code(session: AsyncSession, ring: KeyRing, organisation: str, message: str) -> str:
    """What to answer with instead of following the link; no other message uses it that could still be answered."""
    return (await reply_codes(session, ring, organisation, [message]))[message]


async def reply_codes(
    session: AsyncSession, ring: KeyRing, organisation: str, messages: Collection[str]
) -> dict[str, str]:
    """A reply code for each of several messages that are queued at once."""
    key, table = await _key(session, ring, organisation), tables.messages.c
    codes: dict[str, str] = {}
    attempt = 0
    while open_still := [message for message in messages if message not in codes]:
        tried = {message: _code(key, message, attempt) for message in open_still}
        others = select(table.code).where(table.code.in_(tried.values()), table.id.not_in(messages))
        used = {*codes.values(), *(await session.execute(others)).scalars()}
        for message, code in tried.items():
            if code not in used:
                codes[message] = code
                used.add(code)
        attempt += 1
    return codes


def _code(key: DataKey, message: str, attempt: int) -> str:
    digest = key.derive(f"reply:{message}:{attempt}")
    return "".join(CODE_ALPHABET[byte % len(CODE_ALPHABET)] for byte in digest[:CODE_LENGTH])


def _signed(key: DataKey, sending: Sending) -> str:
    until = int(sending.expires.astimezone(UTC).timestamp())
    seal = key.derive(f"accept:{sending.id}:{sending.recipient}:{until}")[:18]
    return f"{sending.id}.{urlsafe_b64encode(seal).decode()}"


async def _key(session: AsyncSession, ring: KeyRing, organisation: str) -> DataKey:
    return await ring.key(session, f"org:{organisation}")
