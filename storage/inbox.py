"""What came to our mailbox: that it came and what kind it was, never what stood in it or whom it was from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from models.inbound import MailKind
from storage import answers, messages, tables
from storage.database import insert_into
from storage.messages import UnknownMessage
from storage.tables import MessageState

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.inbound import Inbound
    from storage.keys import KeyRing

_NEWS: dict[MailKind, tuple[MessageState, str | None]] = {
    MailKind.BOUNCE: (MessageState.BOUNCED, "bounced"),
    MailKind.DELIVERED: (MessageState.DELIVERED, None),
    MailKind.READ: (MessageState.READ, None),
    MailKind.CANARY: (MessageState.DELIVERED, None),
}
"""What a machine says of our message. An auto-reply says nothing: least of all that somebody accepts."""


async def take(session: AsyncSession, ring: KeyRing, mail: str, inbound: Inbound, now: datetime) -> MailKind:
    """Do what a mail says, and remember that it came; the same mail taken again changes nothing.

    :param mail: what identifies it: the same each time this very mail is found.
    :return: what it is, now that our messages are known: an answer whose codes are none of ours is `other`.
    """
    table = tables.inbox
    if known := (await session.execute(select(table.c.kind).where(table.c.mail == mail))).scalar_one_or_none():
        return MailKind(known)
    message = await _meant(session, inbound, now)
    kind = inbound.kind
    if kind is MailKind.ANSWER and not (message and await _accepted(session, ring, message, now)):
        kind = MailKind.OTHER
    row = {"mail": mail, "received": now, "kind": kind.value, "message": message}
    # Whoever takes the same mail at the same time says the same of it.
    await session.execute(insert_into(session, table).values(row).on_conflict_do_nothing(index_elements=["mail"]))
    if message is not None and kind in _NEWS:
        state, reason = _NEWS[kind]
        await messages.mark(session, message, state, now, reason)
    return kind


async def _accepted(session: AsyncSession, ring: KeyRing, message: str, now: datetime) -> bool:
    """Accept in the name of whom it was for; False if it is no longer theirs."""
    try:
        await answers.take(session, ring, await messages.get(session, message), now, "reply")
    except answers.NotTheirs:
        return False
    return True


async def _meant(session: AsyncSession, inbound: Inbound, now: datetime) -> str | None:
    """The message of ours that a mail is about: an answer names it by its code, anything else by its id."""
    if inbound.kind is not MailKind.ANSWER:
        known = await messages.select_where(session, tables.messages.c.id.in_(inbound.messages))
        ids = {sending.id for sending in known}
        return next((message for message in inbound.messages if message in ids), None)
    for code in inbound.codes:
        try:
            return (await messages.by_code(session, code, now)).id
        except UnknownMessage:
            continue
    return None
