"""Messages as they wait in a town's queue."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from models.vocabulary.case import Urgency
from operate.house import House
from settings import Settings
from storage import messages
from storage.messages import Sending
from storage.tables import MessageKind, MessageState
from tests.operate.conftest import NOBODY
from tests.storage.town import Town

CASE = "9001-FV-2026-00001"


def house(town: Town, home: Path, **options: Any) -> House:
    """The town's database as a house that has no engine."""
    return House.around(Settings(home=home, temporal_address=NOBODY, **options), town.database, town.ring)


def sending(identity: str, at: datetime, **rest: Any) -> Sending:
    """A message queued then."""
    given: dict[str, Any] = {
        "id": identity,
        "organisation": "9001",
        "case": CASE,
        "kind": MessageKind.NOTICE,
        "recipient": "granvik-sakerhetschef",
        "channel": "outbox",
        "urgency": Urgency.NOW,
        "queued": at,
        "changed": at,
        "expires": at + timedelta(days=3),
        "next_try": at,
    }
    return Sending(**given | rest)


async def queue(town: Town, *waiting: Sending) -> None:
    """Put them in the queue."""
    async with town.database.writing() as session:
        for one in waiting:
            await messages.queue(session, one)


async def mark(town: Town, message: str, state: MessageState, at: datetime) -> None:
    """Something became of one."""
    async with town.database.writing() as session:
        assert await messages.mark(session, message, state, at)
