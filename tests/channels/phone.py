"""A fake phone exchange: it remembers who rang, and some lines are dead, busy, or never answered."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from channels.contract import ChannelError

if TYPE_CHECKING:
    from channels.contract import Message


class Phone:
    """`dead` lines refuse for ever, `busy` ones as many times as said, `silent` ones never answer."""

    knows_twice = False

    def __init__(
        self,
        kind: str = "outbox",
        *,
        dead: frozenset[str] = frozenset(),
        busy: dict[str, int] | None = None,
        silent: frozenset[str] = frozenset(),
    ) -> None:
        self.kind = kind
        self.dead = dead
        self.busy = dict(busy or {})
        self.silent = silent
        self.down = False
        """Nobody can be rung at all, for now."""
        self.rang: list[str] = []
        """Who was reached, in order."""
        self.said: list[Message] = []
        """What they were told, in the same order."""

    async def send(self, message: Message) -> None:
        """Ring somebody."""
        if message.recipient in self.dead:
            raise ChannelError("no_such_number", permanent=True)
        if message.recipient in self.silent:
            await asyncio.Event().wait()
        if self.down or self.busy.get(message.recipient, 0) > 0:
            self.busy[message.recipient] = self.busy.get(message.recipient, 1) - 1
            raise ChannelError("line_busy", permanent=False)
        self.rang.append(message.recipient)
        self.said.append(message)

    async def close(self) -> None:
        """Hang up."""
