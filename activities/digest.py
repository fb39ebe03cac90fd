"""The digest: what is not urgent, one message to each person on the morning of a working day."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import update
from temporalio import activity

from activities.queueing import NO_CHANNEL, identity
from models.message import Frozen
from models.vocabulary.case import Urgency
from storage import messages, notices, recipients, routines, tables
from storage.messages import LIFE, Sending
from storage.tables import MessageKind, MessageState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.database import Database
    from storage.keys import KeyRing
    from storage.notices import Delivery


class Digested(Frozen):
    """How many messages were queued, and how many notices they carry; what was kept back was not for them any more."""

    messages: int = 0
    notices: int = 0
    kept_back: int = 0


class Bundle(NamedTuple):
    """What travels in one message."""

    organisation: str
    recipient: str
    channel: str
    drill: bool
    failure: str | None
    """Why it is not sent at all, as a code: its case hears of that, and tells somebody else."""


class DigestActivities:
    """The activity of the digest workflow."""

    def __init__(self, database: Database, ring: KeyRing) -> None:
        self.database = database
        self.ring = ring

    @activity.defn(name="digest")
    async def digest(self, organisation: str) -> Digested:
        """Queue what waits for the digest; nothing on a day the office does not open.

        A second time on the same day changes nothing: what came in between waits for the next digest. Whoever has left
        since is found out by the postman, like with any message.
        """
        now = activity.info().started_time  # the engine's, which is not the machine's when time is skipped
        async with self.database.reading() as session:
            try:
                calendar = (await routines.current(session, organisation, now.date())).calendar
            except routines.UnknownRoutine:
                return Digested()
            today = calendar.local_date(now)
            if not calendar.is_working_day(today):
                return Digested()
            bundles = await self._bundles(session, organisation)
        async with self.database.writing() as session:
            queued = [bundle for bundle, rows in bundles.items() if await _queue(session, bundle, rows, today, now)]
        sent = [bundle for bundle in queued if bundle.failure is None]
        return Digested(
            messages=len(sent),
            notices=sum(len(bundles[bundle]) for bundle in sent),
            kept_back=sum(len(bundles[bundle]) for bundle in queued if bundle.failure is not None),
        )

    async def _bundles(self, session: AsyncSession, organisation: str) -> dict[Bundle, list[Delivery]]:
        table = tables.notices.c
        waiting = (table.organisation == organisation, table.urgency == Urgency.DIGEST, table.message.is_(None))
        bundles: defaultdict[Bundle, list[Delivery]] = defaultdict(list)
        for row in await notices.select_where(session, *waiting):
            failure = "no_address" if row.channel == NO_CHANNEL else None
            if not await recipients.still_theirs(session, self.ring, [row]):  # hours or days have gone since the notice
                failure = "no_longer_for_them"
            bundles[Bundle(organisation, row.recipient, row.channel, row.drill, failure)].append(row)
        return bundles


async def _queue(session: AsyncSession, bundle: Bundle, rows: Sequence[Delivery], today: date, now: datetime) -> bool:
    """One message for all of them; False if there was one today."""
    sending = Sending(
        id=identity(["digest", *map(str, bundle)], today.isoformat()),
        organisation=bundle.organisation,
        case=None,
        kind=MessageKind.DIGEST,
        recipient=bundle.recipient,
        channel=bundle.channel,
        urgency=Urgency.DIGEST,
        state=MessageState.FAILED if bundle.failure else MessageState.QUEUED,
        reason=bundle.failure,
        queued=now,
        changed=now,
        expires=now + LIFE,
        next_try=None if bundle.failure else now,
        untold=bundle.failure is not None,
    )
    if not await messages.queue(session, sending):
        return False
    table = tables.notices.c
    theirs = (table.recipient == bundle.recipient, table.channel == bundle.channel, table.message.is_(None))
    carried = table.notice.in_([row.notice for row in rows])
    await session.execute(update(tables.notices).where(carried, *theirs).values(message=sending.id))
    return True
