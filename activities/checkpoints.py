"""Checkpoints of the ledger: taken, stamped by a time authority if there is one, and mailed to those who review."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx2
import structlog
from temporalio import activity

from activities.queueing import Warned, queue_warning
from models.message import Frozen
from models.vocabulary.people import Role
from storage import anchors, people, stamps
from storage.signing import SigningKeys
from storage.stamps import BadStamp
from storage.tables import MessageKind

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from pathlib import Path

    from storage.anchors import Stored
    from storage.database import Database
    from storage.keys import KeyRing

log = structlog.get_logger()

PATIENCE = 20.0
"""Seconds a time authority may take."""
LETTERS = {"email", "outbox"}
"""Channels that can hold the text of a checkpoint."""


class Checkpointed(Frozen):
    """What was taken: number and size; whether it was stamped; to how many people it was mailed."""

    number: int = 0
    size: int = 0
    stamped: bool = False
    mailed: int = 0
    refused: bool = False
    """The tree does not extend the last checkpoint: nothing was signed, and those who review were told."""


class CheckpointActivities:
    """The activity of the checkpoint workflow; the command line takes checkpoints by it as well.

    :param key: the file of the installation's signing key, made when it is first needed.
    :param authority: the address of a time authority (RFC 3161); empty if there is none.
    """

    def __init__(self, database: Database, ring: KeyRing, key: Path, authority: str, channels: Collection[str]) -> None:
        self.database = database
        self.ring = ring
        self.key = key
        self.authority = authority
        self.channels = LETTERS & set(channels)

    @activity.defn(name="checkpoint")
    async def checkpoint(self, organisation: str) -> Checkpointed:
        """Take the day's checkpoint of an organisation, and tell those who review, also if it could not be taken."""
        now = activity.info().started_time  # the engine's, which is not the machine's when time is skipped
        try:
            return await self.take(organisation, now)
        except anchors.DoesNotExtend:
            log.exception("the ledger does not extend its last checkpoint", organisation=organisation)
            occasion = now.date().isoformat()
            told = await self._tell(organisation, MessageKind.CHECKPOINT_REFUSED, occasion, now)
            return Checkpointed(refused=True, mailed=told)

    async def take(self, organisation: str, now: datetime) -> Checkpointed:
        """Take a checkpoint now.

        :raises storage.anchors.DoesNotExtend: if the tree does not begin as the last one says.
        """
        keys = await asyncio.to_thread(SigningKeys.open, self.key)
        stored = await anchors.take(self.database, keys, organisation, now)
        stamped = bool(self.authority) and await self._stamp(stored)
        mailed = await self._tell(organisation, MessageKind.CHECKPOINT, str(stored.number), now)
        return Checkpointed(number=stored.number, size=stored.size, stamped=stamped, mailed=mailed)

    async def _stamp(self, stored: Stored) -> bool:
        """Have it stamped. A time authority that is away holds up nothing: the next checkpoint covers this one."""
        asked = stamps.request(stored.note)
        try:
            async with httpx2.AsyncClient(timeout=PATIENCE, follow_redirects=False) as client:
                sent = {"content-type": stamps.QUERY, "accept": stamps.REPLY}
                answer = await client.post(self.authority, content=asked.asked, headers=sent)
            answer.raise_for_status()
            token = stamps.token(answer.content, asked, stored.note)
        except (httpx2.HTTPError, httpx2.InvalidURL, BadStamp) as error:
            log.warning("a checkpoint was not stamped", number=stored.number, error=type(error).__name__)
            return False
        async with self.database.writing() as session:
            if stored.number not in await anchors.stamps(session, stored.organisation):
                await anchors.keep_stamp(session, stored, token)
        return True

    async def _tell(self, organisation: str, kind: MessageKind, occasion: str, now: datetime) -> int:
        async with self.database.reading() as session:
            told = await people.holders(session, organisation, Role.AUDITOR)
            if kind is MessageKind.CHECKPOINT_REFUSED:
                told += await people.holders(session, organisation, Role.DATA_PROTECTION_OFFICER)
        queued = 0
        async with self.database.writing() as session:
            for one in dict.fromkeys(told):
                warned = Warned(kind, organisation, one, occasion)
                queued += await queue_warning(session, self.ring, warned, self.channels, now)
        return queued
