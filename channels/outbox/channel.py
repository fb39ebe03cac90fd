"""The local outbox: each message becomes a file a person can read."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from channels.contract import ChannelError

if TYPE_CHECKING:
    from pathlib import Path

    from channels.contract import Message


class Outbox:
    """Files in a folder per organisation, named so that the same message is the same file."""

    kind = "outbox"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, message: Message) -> None:
        """Write the file; nothing half-written is ever seen."""
        try:
            await asyncio.to_thread(self._write, message)
        except OSError as error:
            raise ChannelError(f"outbox not writable: {error.strerror}", permanent=False) from error

    def _write(self, message: Message) -> None:
        folder = self.folder / message.organisation
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{message.case}-{message.id[:24]}"
        unfinished = folder / f".{name}"
        unfinished.write_text(
            f"To: {message.recipient}\nUrgency: {message.urgency}\nSubject: {message.subject}\n\n{message.body}\n",
            encoding="utf-8",
        )
        unfinished.replace(folder / f"{name}.txt")
