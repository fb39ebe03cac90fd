"""The canary: a message to nobody, sent like any other. While it comes back, messages leave this house."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from models.vocabulary.case import Urgency
from models.watch import Finding
from storage import messages, watch
from storage.messages import ARRIVED, WAITING, Sending
from storage.tables import MessageKind, MessageState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from operate.house import House

EVERY = timedelta(minutes=10)
LIMIT = timedelta(minutes=5)
"""How long one may be away."""
LIFE = timedelta(hours=1)
"""How long it is tried; then the next one is let go."""
REMEMBERED = timedelta(days=1)
RECIPIENT = "canary"
ORGANISATION = "0000"
"""No municipality's code: the installation itself."""


class Canary:
    """Lets canaries go and sees them come back. What it knows stands in the table of messages: it may be restarted."""

    def __init__(self, house: House) -> None:
        self.last_back: datetime | None = None
        """When the last one that is back was let go."""
        self._house = house
        settings = house.settings
        self.channel = "email" if settings.smtp_host else "outbox"
        self._reads_mail = bool(settings.imap_host)
        self._outbox: Path = settings.home / "outbox" / ORGANISATION

    async def findings(self, now: datetime) -> list[Finding]:
        """See who came back, and let the next one go if it is time; raises `OutOfReach`."""
        async with self._house.database.reading() as session:
            known = await watch.canaries(session)
        back = [one for one in known if await self._is_back(one)]
        self.last_back = back[-1].queued if back else None
        if arrived := [one for one in back if one.channel != "email" and one.state is not MessageState.DELIVERED]:
            await self._take_in(arrived, now)
        if not known or (known[-1].queued + EVERY <= now and known[-1].state not in WAITING):
            await self._let_go(now)
        away = [one for one in known if self.last_back is None or one.queued > self.last_back]
        lost = bool(away) and away[0].queued + LIMIT < now
        return [Finding(code="canary_lost", detail=self.channel)] if lost else []

    async def _is_back(self, one: Sending) -> bool:
        if one.state not in ARRIVED or one.state is MessageState.DELIVERED:
            return one.state is MessageState.DELIVERED  # the mailbox says so, or we have said it
        if one.channel == "email":
            # Without a mailbox of ours nobody sees further than the mail server.
            return not self._reads_mail
        return bool(await asyncio.to_thread(self._files))

    async def _take_in(self, arrived: Sequence[Sending], now: datetime) -> None:
        async with self._house.database.writing() as session:
            for one in arrived:
                await messages.mark(session, one.id, MessageState.DELIVERED, now)
        for file in await asyncio.to_thread(self._files):
            await asyncio.to_thread(file.unlink, missing_ok=True)

    async def _let_go(self, now: datetime) -> None:
        canary = Sending(
            id=f"canary.{secrets.token_hex(8)}",
            organisation=ORGANISATION,
            case=None,
            kind=MessageKind.CANARY,
            recipient=RECIPIENT,
            channel=self.channel,
            urgency=Urgency.NOW,
            queued=now,
            changed=now,
            expires=now + LIFE,
            next_try=now,
        )
        async with self._house.database.writing() as session:
            await watch.forget_canaries(session, now - REMEMBERED)
            await messages.queue(session, canary)

    def _files(self) -> list[Path]:
        return list(self._outbox.glob("*.txt"))
