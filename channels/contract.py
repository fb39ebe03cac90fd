"""What every channel promises."""

from __future__ import annotations

from typing import Protocol

from models.message import Code, Frozen


class Message(Frozen):
    """One message to one person. Content-free: case number, urgency, what is wanted, until when (architecture §8)."""

    key: str
    """Idempotency key: the notice, the recipient and the channel. Sent twice, it is one message."""
    organisation: str
    case: str
    recipient: Code
    urgency: str
    subject: str
    body: str


class ChannelError(Exception):
    """The message was not taken. `permanent`: trying again will not help, somebody else must be told."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        self.permanent = permanent
        super().__init__(reason)


class Channel(Protocol):
    """A way to tell somebody."""

    kind: str

    async def send(self, message: Message) -> None:
        """Hand the message over; returns once the other side has it.

        :raises ChannelError: if it was not taken.
        """
