"""What a mail that came to us says: codes only, never its text, never whom it is from."""

from __future__ import annotations

from enum import StrEnum

from models.message import Frozen


class MailKind(StrEnum):
    """What a mail is, as far as it concerns us."""

    BOUNCE = "bounce"
    DELIVERED = "delivered"
    READ = "read"
    AUTO_REPLY = "auto_reply"
    ANSWER = "answer"
    CANARY = "canary"
    OTHER = "other"
    UNREADABLE = "unreadable"


class Inbound(Frozen):
    """One mail. What it points at is looked up by whoever keeps the messages: a mail may claim anything."""

    kind: MailKind
    messages: tuple[str, ...] = ()
    """Ids of ours it may be about, likeliest first."""
    codes: tuple[str, ...] = ()
    """What may be a reply code in the person's own words, likeliest first; for an answer only."""
