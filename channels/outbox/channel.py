"""The local outbox: each message becomes a file a person can read."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from channels.calendar import icalendar
from channels.contract import ChannelError

if TYPE_CHECKING:
    from pathlib import Path

    from channels.contract import Message


class Outbox:
    """Files in a folder per organisation, named so that the same message is the same file."""

    kind = "outbox"
    knows_twice = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def send(self, message: Message) -> None:
        """Write the file, and an invitation beside it; nothing half-written is ever seen."""
        try:
            await asyncio.to_thread(self._write, message)
        except OSError:
            raise ChannelError("outbox_not_writable", permanent=False) from None

    async def close(self) -> None:
        """Nothing is kept open."""

    def _write(self, message: Message) -> None:
        folder = self.folder / message.organisation
        folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(message.id.encode()).hexdigest()[:12]
        name = f"{message.case}-{digest}" if message.case else digest
        if message.invitation:
            _put(folder, f"{name}.ics", icalendar(message, message.invitation)[0])
        _put(folder, f"{name}.txt", _page(message))


def _page(message: Message) -> str:
    head = {"To": message.recipient, "Urgency": message.urgency, "Subject": message.subject, "Link": message.link}
    return "\n".join([*(f"{name}: {said}" for name, said in head.items() if said), "", message.body, ""])


def _put(folder: Path, name: str, text: str) -> None:
    unfinished = folder / f".{name}"
    unfinished.write_text(text, encoding="utf-8", newline="")
    unfinished.replace(folder / name)
