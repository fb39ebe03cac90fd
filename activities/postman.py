"""The postman: sends what is queued, in order, each channel by itself, until it is taken or too late."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import structlog

from activities.outcomes import lost, outcome_of
from activities.queueing import IN_HAND, queue_next_way, queue_notices
from activities.writing import Unsendable, write
from channels.contract import ChannelError
from models.vocabulary.case import Urgency
from storage import messages, notices
from storage.database import OutOfReach
from storage.messages import WAITING
from storage.tables import MessageState
from storage.tables import messages as table
from storage.together import Together

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from channels.contract import Channel
    from models.notices import Notice
    from models.stages.clock import NoticeOutcome
    from storage.database import Database
    from storage.keys import KeyRing
    from storage.messages import Sending

log = structlog.get_logger()
T = TypeVar("T")

LEAVE = 8.0
"""Seconds to finish what is in hand when the process is to end: less than whoever ends it waits."""
WITHIN = 2.0
"""Seconds that a case's activity waits for its messages; what takes longer is told to the case later."""
SOME = 1000
"""Messages looked at in one round, of each channel and urgency."""
AT_ONCE = 8
"""Messages handed to one channel at the same time: so many alarms, and as many others once no alarm is left."""
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = {Urgency.PAGE: timedelta(minutes=1)}
LONGER = timedelta(minutes=5)
"""Between two attempts the pause doubles, up to these."""
RINGS = timedelta(minutes=10)
"""So long an alarm is tried by every way it was begun on, though it has left by another: a mail wakes nobody."""
SWITCH = {Urgency.PAGE: timedelta(seconds=30)}
SWITCH_LATER = timedelta(minutes=10)
"""After so long without success the person's next channel is tried as well."""
LOOK_AGAIN = timedelta(minutes=1)
"""Until it is looked whether there is a next channel by now."""


class Line(NamedTuple):
    """Messages that are sent one after the other: to one person by one channel. Alarms do not queue behind the rest."""

    recipient: str
    channel: str
    page: bool


class Postman:
    """One per process; any number of processes share the queue."""

    def __init__(
        self, database: Database, ring: KeyRing, channels: Mapping[str, Channel], public_url: str, house: str
    ) -> None:
        self.database = database
        self.ring = ring
        self.channels = channels
        self.public_url = public_url
        self.house = house
        self.together = Together(database)
        self._slots: defaultdict[tuple[str, bool], asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        self._lines: defaultdict[Line, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._alarms: defaultdict[str, set[asyncio.Task[None]]] = defaultdict(set)
        self._put_off: dict[Line, datetime] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._elsewhere: dict[str, datetime] = {}

    async def deliver(self, told: Sequence[Notice], at: datetime) -> tuple[NoticeOutcome, ...]:
        """Queue these notices and try to hand them over at once.

        :return: the outcomes known within `WITHIN` seconds; the rest is told to the case when it is known.
        """
        queue = partial(queue_notices, ring=self.ring, told=told, channels=self.channels.keys(), at=at)
        queued = await self.together.write(queue)
        now = _from(at)
        if tasks := [self._start(one, now, first=True) for one in queued.messages]:
            await asyncio.wait(tasks, timeout=WITHIN)
        # A time in a calendar is a help, not a duty: nobody else is told if it does not get there.
        due = [notice for notice in told if not notice.invite]
        nobody = [lost(notice, queued.empty[notice.id]) for notice in due if notice.id in queued.empty]
        found = await self.together.write(partial(self._settle, ids=[notice.id for notice in due], now=now()))
        return (*nobody, *map(outcome_of, found))

    async def round(self, at: datetime) -> int:
        """Send everything that is due, and wait until it is sent or put off; how many messages that was."""
        tasks = await self.begin(at)
        if tasks:
            await asyncio.wait(tasks)
        return len(tasks)

    async def begin(self, at: datetime) -> list[asyncio.Task[None]]:
        """Begin to send everything that is due: a channel that hangs keeps no other waiting."""
        now = _from(at)
        waiting = await self._waiting()
        self._elsewhere = {one.id: self._elsewhere[one.id] for one in waiting if one.id in self._elsewhere}
        held: set[Line] = set()
        tasks: list[asyncio.Task[None]] = []
        for one in waiting:
            if one.expires <= at:
                await _safely(self.together.write(partial(_expire, sending=one, at=at)))
                continue
            if one.id not in self._under_way and one.next_try and one.next_try <= at and _line(one) not in held:
                tasks.append(self._start(one, now))
                continue
            held.add(_line(one))
            switch = self._elsewhere.get(one.id, one.queued + SWITCH.get(one.urgency, SWITCH_LATER))
            if switch <= at:
                self._elsewhere[one.id] = at + LOOK_AGAIN
                await self.try_elsewhere(one, at)
        return tasks

    async def _waiting(self) -> list[Sending]:
        """The oldest of what waits, of each channel alarms first: a dead channel hides nothing of the others."""
        found: list[Sending] = []
        of = table.c.channel
        async with self.database.reading() as session:
            for channel in (*(of == kind for kind in self.channels), of.not_in(list(self.channels))):
                for urgency in (table.c.urgency == Urgency.PAGE, table.c.urgency != Urgency.PAGE):
                    found += await messages.select_where(
                        session, table.c.state.in_(WAITING), channel, urgency, limit=SOME
                    )
        return found

    async def try_elsewhere(self, sending: Sending, at: datetime) -> None:
        """Try the person's next channel as well: this one took the message and gave it back, or has been silent."""
        queue = partial(queue_next_way, ring=self.ring, sending=sending, channels=self.channels.keys(), at=at)
        if following := await _safely(self.together.write(queue)):
            self._start(following, _from(at))

    async def rest(self, seconds: float | None = None) -> None:
        """Wait until nothing is in hand, or so long."""
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=seconds)

    async def close(self) -> None:
        """Finish what is in hand, then let go of the channels."""
        await self.rest(LEAVE)
        for channel in self.channels.values():
            await channel.close()

    def _start(self, sending: Sending, now: Callable[[], datetime], *, first: bool = False) -> asyncio.Task[None]:
        task = asyncio.create_task(self._send_until_taken(sending, now, first=first))
        self._under_way[sending.id] = task
        task.add_done_callback(lambda _: self._under_way.pop(sending.id, None))
        if _line(sending).page:
            self._alarms[sending.channel].add(task)
            task.add_done_callback(self._alarms[sending.channel].discard)
        return task

    async def _send_until_taken(self, sending: Sending, now: Callable[[], datetime], *, first: bool) -> None:
        """By the person's channels in turn, until one takes it or each has refused it or put it off."""
        following: Sending | None = sending
        while following is not None:
            following = await _safely(self._send(following, now, first=first))

    async def _send(self, sending: Sending, now: Callable[[], datetime], *, first: bool) -> Sending | None:
        """Make one attempt; the message by the next channel, if that is to be tried at once."""
        line = _line(sending)
        async with self._lines[line], self._slots[line.channel, line.page]:
            while not line.page and (alarms := self._alarms[line.channel]):
                await asyncio.wait(alarms)
            behind = self._put_off.get(line, now()) > now() and not (first and line.page)
            if behind or not await self.together.write(partial(_claim, sending=sending, now=now())):
                return None
            answer, reference = await self._attempt(sending)
            if answer is None:
                self._put_off.pop(line, None)
            elif not answer.permanent:
                self._put_off[line] = now() + pause(sending)
            done = partial(self._done, sending=sending, answer=answer, reference=reference, now=now())
            return await self.together.write(done)

    async def _attempt(self, sending: Sending) -> tuple[ChannelError | None, str | None]:
        channel = self.channels.get(sending.channel)
        if channel is None:
            return ChannelError("channel_gone", permanent=True), None
        try:
            async with self.database.reading() as session:
                message = await write(session, self.ring, sending, self.public_url, self.house)
            async with asyncio.timeout(IN_HAND.total_seconds() / 2):
                return None, await channel.send(message)
        except Unsendable as gone:
            return ChannelError(str(gone), permanent=True), None
        except TimeoutError:
            return ChannelError("channel_silent", permanent=False), None
        except ChannelError as error:
            return error, None
        except OutOfReach:
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours in one message: it is seen, and goes other ways
            log.warning("a message could not be written or sent", message=sending.id, error=type(error).__name__)
            return ChannelError("channel_fault", permanent=False), None

    async def _done(
        self,
        session: AsyncSession,
        sending: Sending,
        answer: ChannelError | None,
        reference: str | None,
        now: datetime,
    ) -> Sending | None:
        """Write down what the channel answered."""
        if answer is None:
            await messages.mark(session, sending.id, MessageState.SENT, now, reference=reference)
            if sending.urgency is not Urgency.PAGE:
                await messages.supersede(session, sending.id, now)
            return None
        reason = str(answer)
        if sending.queued + RINGS < now and await messages.is_superseded(session, sending.id):
            await messages.mark(session, sending.id, MessageState.EXPIRED, now, messages.OTHERWISE)
            return None
        if answer.permanent:
            await messages.mark(session, sending.id, MessageState.FAILED, now, reason)
        else:
            again = now + pause(sending)
            await messages.mark(session, sending.id, MessageState.QUEUED, now, reason, next_try=again)
        if answer.permanent or sending.urgency is Urgency.PAGE:
            return await queue_next_way(session, self.ring, sending, self.channels.keys(), now)
        return None

    async def _settle(self, session: AsyncSession, ids: Sequence[str], now: datetime) -> list[notices.Outcome]:
        # All that is known: the activity before may have marked it as told, and died before it said so.
        found = await notices.outcomes(session, ids, now, again=True)
        await notices.mark_told(session, found)
        return found


async def _safely(step: Awaitable[T]) -> T | None:
    """Whatever is wrong with one message keeps no other waiting: it stays queued, and the next round comes."""
    try:
        return await step
    except Exception as error:  # noqa: BLE001 - see above
        log.warning("a message could not be handled, will try again", error=type(error).__name__)
        return None


def pause(sending: Sending) -> timedelta:
    """How long to wait after this attempt."""
    longest = LONGEST_PAUSE.get(sending.urgency, LONGER)
    return min(FIRST_PAUSE * (1 << min(sending.attempts, 10)), longest)


async def _claim(session: AsyncSession, sending: Sending, now: datetime) -> bool:
    return await messages.claim(session, sending.id, now, now + IN_HAND)


async def _expire(session: AsyncSession, sending: Sending, at: datetime) -> bool:
    return await messages.mark(session, sending.id, MessageState.EXPIRED, at, "out_of_time")


def _line(sending: Sending) -> Line:
    return Line(sending.recipient, sending.channel, sending.urgency is Urgency.PAGE)


def _from(at: datetime) -> Callable[[], datetime]:
    """A clock that begins at `at`: the engine's time is not the machine's when time is skipped."""
    begun = asyncio.get_running_loop().time()
    return lambda: at.astimezone(UTC) + timedelta(seconds=asyncio.get_running_loop().time() - begun)
