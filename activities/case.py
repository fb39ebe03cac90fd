"""What a case does in the world: it is recorded, people are told, a routine is fetched."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from temporalio import activity

from channels.contract import ChannelError, Message
from i18n import notice_text, words
from models.case import Case, RoutineRef
from models.events import Event
from models.message import Frozen
from models.notices import Notice
from models.routine import Routine
from models.stages.clock import NoticeOutcome
from storage import ledger, routines
from storage import notices as outbox
from storage.recipients import Recipient
from storage.recipients import find as recipients_of
from storage.record import record
from storage.tables import NoticeState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from channels.contract import Channel
    from storage.database import Database
    from storage.keys import KeyRing


class Recording(Frozen):
    """A batch of events in order, and the case after the last of them."""

    case: Case
    events: tuple[Event, ...]


class Recorded(Frozen):
    """What became of a batch: nothing to say, or the ledger was ahead and these events stand there instead."""

    standing: tuple[Event, ...] = ()


@dataclass
class Post:
    """One message to one person. `failure` is the code of why the channel will never take it."""

    notice: Notice
    message: Message
    delivery: outbox.Delivery
    failure: str | None = None


class CaseActivities:
    """The activities of the case workflow, with what they share: database, keys, channel. Built in `worker.py`."""

    def __init__(self, database: Database, ring: KeyRing, channel: Channel) -> None:
        self.database = database
        self.ring = ring
        self.channel = channel

    @activity.defn(name="record")
    async def record(self, recording: Recording) -> Recorded:
        """Write ledger and read model in one transaction; a repeated batch changes nothing.

        A worker that died after recording leaves events that the engine never heard of: they stand, and are given back.
        """
        case, first = recording.case, recording.events[0].seq
        try:
            async with self.database.writing() as session:
                routine = await routines.by_digest(session, case.routine.digest)
                await record(session, self.ring, case, recording.events, routine)
        except ledger.LedgerConflict:
            async with self.database.reading() as session:
                key = await self.ring.key(session, case.ref)
                standing = await ledger.read(session, key, case.ref, from_seq=first)
            if not standing:
                raise
            return Recorded(standing=tuple(standing))
        return Recorded()

    @activity.defn(name="routine")
    async def routine(self, ref: RoutineRef) -> Routine | None:
        """Fetch an adopted routine; None if there is none with this digest."""
        async with self.database.reading() as session:
            try:
                return await routines.by_digest(session, ref.digest)
            except routines.UnknownRoutine:
                return None

    @activity.defn(name="deliver")
    async def deliver(self, told: tuple[Notice, ...]) -> tuple[NoticeOutcome, ...]:
        """Tell everybody who holds the roles now; raises while the channel may still take one of them."""
        async with self.database.writing() as session:
            posts = [post for notice in told for post in await self._posts(session, notice)]
        waiting = [post for post in posts if post.delivery.state is not NoticeState.SENT]
        answers = await asyncio.gather(*map(self._send, waiting), return_exceptions=True)
        async with self.database.writing() as session:
            for post, answer in zip(waiting, answers, strict=True):
                if answer is None:
                    state = NoticeState.FAILED if post.failure else NoticeState.SENT
                    await outbox.mark(session, post.delivery, state, _now(), post.failure)
        for answer in answers:
            if answer is not None:
                raise answer
        return tuple(self._outcome(notice, [post for post in posts if post.notice is notice]) for notice in told)

    async def _posts(self, session: AsyncSession, notice: Notice) -> list[Post]:
        """The messages of one notice, each in the outbox."""
        kind = self.channel.kind
        names = (await routines.by_digest(session, notice.routine)).texts if notice.routine else {}
        return [
            Post(notice, _message(notice, one, kind, names), await outbox.put(session, notice, one.code, kind, _now()))
            for one in await recipients_of(session, notice)
        ]

    async def _send(self, post: Post) -> None:
        """Send one message. That the channel will never take it is an answer; any other error is raised."""
        try:
            await self.channel.send(post.message)
        except ChannelError as error:
            if not error.permanent:
                raise
            post.failure = "channel_refused"

    def _outcome(self, notice: Notice, posts: list[Post]) -> NoticeOutcome:
        reached = tuple(post.message.recipient for post in posts if post.failure is None)
        failures = [post.failure for post in posts if post.failure]
        return NoticeOutcome(
            id=f"notice:{notice.id}",
            notice=notice.id,
            role=notice.role,
            recipients=reached,
            channel=self.channel.kind,
            failure=None if reached else (*failures, "nobody_holds_role")[0],
            fallback=notice.fallback,
        )


def _message(notice: Notice, recipient: Recipient, channel: str, names: Mapping[str, Mapping[str, str]]) -> Message:
    text = notice_text(notice, words(recipient.language).local(names))
    return Message(
        key=f"{notice.id}.{recipient.code}.{channel}",
        organisation=notice.organisation,
        case=notice.case,
        recipient=recipient.code,
        urgency=notice.urgency,
        subject=text.subject,
        body=text.body,
    )


def _now() -> datetime:
    """The engine's time, which is not the machine's when time is skipped."""
    return activity.info().started_time
