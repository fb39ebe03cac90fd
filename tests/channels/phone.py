"""A fake phone exchange: it remembers who rang, and some lines are dead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.contract import ChannelError

if TYPE_CHECKING:
    from channels.contract import Message


class Phone:
    """`dead` lines refuse for ever, `busy` ones as many times as said."""

    kind = "phone"

    def __init__(self, *, dead: frozenset[str] = frozenset(), busy: dict[str, int] | None = None) -> None:
        self.dead = dead
        self.busy = dict(busy or {})
        self.rang: list[str] = []
        """Who was reached, in order."""

    async def send(self, message: Message) -> None:
        """Ring somebody."""
        if message.recipient in self.dead:
            raise ChannelError("no such number", permanent=True)
        if self.busy.get(message.recipient, 0) > 0:
            self.busy[message.recipient] -= 1
            raise ChannelError("line busy", permanent=False)
        self.rang.append(message.recipient)
