"""What a mail that came to us is: a bounce, a receipt, an auto-reply or a person's answer."""

from __future__ import annotations

import re
from email import message_from_bytes
from typing import TYPE_CHECKING

from channels.email.automatic import is_automatic, is_bounce
from channels.email.parts import fields, header, outer, readable
from channels.email.quotation import own_codes
from models.inbound import Inbound, MailKind

if TYPE_CHECKING:
    from email.message import Message

LARGEST = 2**20
"""Bytes that are looked at; what follows is attachments."""
MOST_MESSAGES = 20
"""Of those that a mail may name, so many are looked up."""

_REPORTS = frozenset((MailKind.BOUNCE, MailKind.DELIVERED, MailKind.READ))
_ID = re.compile(r"(?:^|[<;\s])([0-9A-Za-z._-]{1,128})(?=$|[@>\s])")
_NAMED_BY = (
    "x-varna-message", "x-varna-canary", "original-envelope-id", "original-message-id", "message-id", "in-reply-to",
    "references",
)  # fmt: skip
"""Where the id of our message may stand, best first."""


def read(raw: bytes) -> Inbound:
    """Read one mail, whatever it is. Never raises: what cannot be read is `unreadable`."""
    try:
        # The older policy takes headers as they are; the newer one parses each, and raises for some.
        mail = message_from_bytes(raw[:LARGEST])
        kind = _kind(mail)
        codes = own_codes(readable(mail)) if kind is MailKind.OTHER else ()
        return Inbound(kind=MailKind.ANSWER if codes else kind, messages=_messages(mail, kind), codes=codes)
    except Exception:  # noqa: BLE001 - strangers choose the bytes, and the parser has no error of its own
        return Inbound(kind=MailKind.UNREADABLE)


def _kind(mail: Message) -> MailKind:
    """What it is, short of whether a person answers."""
    if not mail.keys():
        return MailKind.UNREADABLE
    if header(mail, "X-Varna-Canary") is not None:
        return MailKind.CANARY
    parts = {part.get_content_type().replace("/global-", "/") for part in outer(mail)}
    if "message/delivery-status" in parts:
        return _delivery(mail)
    if "message/disposition-notification" in parts:
        return MailKind.READ if "displayed" in _said(mail, "disposition") else MailKind.AUTO_REPLY
    if is_bounce(mail):
        return MailKind.BOUNCE
    sent_on = header(mail, "X-Varna-Message") is not None  # our own letter: its code is nobody's answer
    return MailKind.AUTO_REPLY if sent_on or is_automatic(mail) else MailKind.OTHER


def _delivery(mail: Message) -> MailKind:
    """What became of it (RFC 3464), by the worst that is said. A delay is no news yet."""
    actions = set(_said(mail, "action").split())
    if "failed" in actions or (not actions and re.search(r"\b5\.\d+\.\d+", _said(mail, "status"))):
        return MailKind.BOUNCE
    return MailKind.DELIVERED if actions & {"delivered", "relayed", "expanded"} else MailKind.AUTO_REPLY


def _said(mail: Message, field: str) -> str:
    return "\n".join(value.lower() for name, value in fields(mail) if name == field)


def _messages(mail: Message, kind: MailKind) -> tuple[str, ...]:
    """Ids that may be ours. A report names the original anywhere, anybody else in the headers."""
    named = list(fields(mail)) if kind in _REPORTS else [(name.lower(), str(value)) for name, value in mail.raw_items()]
    ids = [found for place in _NAMED_BY for name, value in named if name == place for found in _ID.findall(value)]
    return tuple(dict.fromkeys(ids))[:MOST_MESSAGES]
