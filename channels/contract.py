"""What every channel promises."""

from __future__ import annotations

from typing import Protocol

from pydantic import Field

from models.message import Code, Frozen, Instant


class Invitation(Frozen):
    """A time to keep in somebody's calendar; the message's subject is its title. Times in UTC."""

    uid: str
    """The same for each new version of the same invitation."""
    sequence: int = 0
    starts: Instant
    ends: Instant
    cancelled: bool = False


class Message(Frozen):
    """One message to one person. Content-free: case number, urgency, what is wanted, until when (architecture §8)."""

    id: str
    """Idempotency key, opaque: sent twice, it is one message wherever the channel allows knowing."""
    organisation: str
    case: str = ""
    """Empty for a message that is about no single case."""
    recipient: Code
    address: str = Field(repr=False)
    """Where the channel finds the recipient: an e-mail address, a telephone number, a URL. Never logged."""
    language: str = "sv"
    urgency: str
    subject: str
    body: str
    """Plain text, readable aloud."""
    short: str = ""
    """The whole in one line, for a telephone's screen."""
    html: str = ""
    link: str = Field(default="", repr=False)
    code: str = Field(default="", repr=False)
    """What to answer with, to accept."""
    invitation: Invitation | None = None


class ChannelError(Exception):
    """The message was not taken. `permanent`: trying again will not help, somebody else must be told.

    The reason is for logs and operators: never an address, never what a server said in its own words.
    """

    def __init__(self, reason: str, *, permanent: bool) -> None:
        self.permanent = permanent
        super().__init__(reason)


class Channel(Protocol):
    """A way to tell somebody. One object serves many messages at once."""

    kind: str
    knows_twice: bool
    """Whether the other side takes a message sent twice for one, by its `id`."""

    async def send(self, message: Message) -> str | None:
        """Hand the message over; returns once the other side has it.

        :return: the other side's own mark for it, by which receipts will come; None if there is none.
        :raises ChannelError: if it was not taken, within the channel's own time limit.
        """

    async def close(self) -> None:
        """Let go of connections."""
