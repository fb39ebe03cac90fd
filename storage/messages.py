"""Messages: what is being told to whom by which channel, and what became of it. Codes only, never content."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, bindparam, func, insert, select, update

from models.vocabulary.case import Urgency
from storage import tables
from storage.database import insert_into, portions
from storage.tables import MessageKind, MessageState

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

LIFE = timedelta(days=3)
"""How long a message is tried, and how long it can be accepted: mail servers give each other as long."""
WAITING = (MessageState.QUEUED, MessageState.SENDING)
ARRIVED = (MessageState.SENT, MessageState.DELIVERED, MessageState.READ, MessageState.ACCEPTED)
LOST = (MessageState.FAILED, MessageState.BOUNCED, MessageState.EXPIRED)
OTHERWISE = "reached_otherwise"
"""Why a message expires that is not needed any more: the person has the same by another channel."""

_BEFORE: dict[MessageState, tuple[MessageState, ...]] = {
    MessageState.QUEUED: WAITING,
    MessageState.SENDING: WAITING,
    MessageState.SENT: WAITING,
    MessageState.DELIVERED: (*WAITING, MessageState.SENT),
    MessageState.READ: (*WAITING, MessageState.SENT, MessageState.DELIVERED),
    # Whoever accepts has it, whatever a receipt said before.
    MessageState.ACCEPTED: tuple(state for state in MessageState if state is not MessageState.ACCEPTED),
    MessageState.BOUNCED: (*WAITING, MessageState.SENT, MessageState.DELIVERED),
    MessageState.FAILED: WAITING,
    MessageState.EXPIRED: WAITING,
}
"""From which states each state is reached: news that comes late or twice changes nothing."""


class UnknownMessage(LookupError):
    """There is no such message."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One message as it stands. Times in UTC. `case` is None if it is about no single case."""

    id: str
    organisation: str
    case: str | None
    kind: MessageKind
    recipient: str
    channel: str
    urgency: Urgency
    queued: datetime
    changed: datetime
    expires: datetime
    next_try: datetime | None
    state: MessageState = MessageState.QUEUED
    reason: str | None = None
    attempts: int = 0
    reference: str | None = None
    code: str = ""
    untold: bool = False

    def anew(self, identity: str, channel: str, code: str, at: datetime) -> Sending:
        """The same once more, as if nothing had become of it."""
        return Sending(
            id=identity,
            organisation=self.organisation,
            case=self.case,
            kind=self.kind,
            recipient=self.recipient,
            channel=channel,
            urgency=self.urgency,
            queued=at,
            changed=at,
            expires=at + LIFE,
            next_try=at,
            code=code,
        )


@dataclass(frozen=True, slots=True)
class Change:
    """One step in the life of a message."""

    at: datetime
    state: MessageState
    reason: str | None


_TABLE, _CHANGES, _CARRIED = tables.messages, tables.message_changes, tables.notices
_COLUMNS = tuple(_TABLE.c[field.name] for field in fields(Sending))
_SENDINGS = select(*_COLUMNS).order_by(_TABLE.c.queued, _TABLE.c.id)
# What each message goes through is put together once: five hundred alarms at one moment are thousands of these.
_LAST = select(func.coalesce(func.max(_CHANGES.c.number), 0)).where(_CHANGES.c.message == bindparam("of"))
_REMEMBER = insert(_CHANGES).values(message=bindparam("of"), number=_LAST.scalar_subquery() + 1)
_CLAIM = (
    update(_TABLE)
    .where(_TABLE.c.id == bindparam("of"), _TABLE.c.state.in_(WAITING), _TABLE.c.next_try <= bindparam("now"))
    .values(state=MessageState.SENDING, changed=bindparam("now"), attempts=_TABLE.c.attempts + 1)
    .returning(_TABLE.c.attempts)
)
_MARK = {
    state: update(_TABLE).where(_TABLE.c.id == bindparam("of"), _TABLE.c.state.in_(before)).returning(_TABLE.c.id)
    for state, before in _BEFORE.items()
}
_MINE = select(_CARRIED.c.notice, _CARRIED.c.recipient).where(_CARRIED.c.message == bindparam("of")).subquery()
_SAME = (_CARRIED.c.notice == _MINE.c.notice) & (_CARRIED.c.recipient == _MINE.c.recipient)
_OTHERS = (
    select(_CARRIED.c.message)
    .distinct()
    .join(_TABLE, _TABLE.c.id == _CARRIED.c.message)
    .where(_SAME, _CARRIED.c.message != bindparam("of"), _TABLE.c.state.in_(bindparam("states", expanding=True)))
    .order_by(_CARRIED.c.message)
)


async def queue(session: AsyncSession, sending: Sending) -> bool:
    """Put a message in the queue; False if it is there already, whatever became of it."""
    return bool(await queue_all(session, [sending]))


async def queue_all(session: AsyncSession, sendings: Sequence[Sending]) -> list[Sending]:
    """Put messages in the queue; those that were not there already."""
    if not sendings:
        return []
    put = insert_into(session, _TABLE).on_conflict_do_nothing(index_elements=["id"]).returning(_TABLE.c.id)
    rows = [{column.name: getattr(one, column.name) for column in _COLUMNS} for one in sendings]
    new = set((await session.execute(put, rows)).scalars())
    fresh = [one for one in sendings if one.id in new]
    if fresh:
        first = [{"of": one.id, "at": one.queued, "state": one.state, "reason": one.reason} for one in fresh]
        await session.execute(_REMEMBER, first)
    return fresh


async def get(session: AsyncSession, message: str) -> Sending:
    """One message; raises `UnknownMessage`."""
    return await _one(session, tables.messages.c.id == message)


async def by_code(session: AsyncSession, code: str, now: datetime) -> Sending:
    """The message that is answered with this code and not yet too old for it; raises `UnknownMessage`."""
    table = tables.messages.c
    return await _one(session, (table.code == code) & (table.expires > now) & (table.code != ""))


async def by_reference(session: AsyncSession, channel: str, reference: str) -> Sending:
    """The message that the other side of a channel knows by its own mark; raises `UnknownMessage`."""
    table = tables.messages.c
    return await _one(session, (table.channel == channel) & (table.reference == reference))


async def select_where(session: AsyncSession, *conditions: ColumnElement[bool], limit: int = 10_000) -> list[Sending]:
    """Messages in the order they were queued."""
    return [Sending(*row) for row in await session.execute(_SENDINGS.where(*conditions).limit(limit))]


async def changes(session: AsyncSession, ids: Sequence[str]) -> dict[str, list[Change]]:
    """All that happened to these messages, in order."""
    table = tables.message_changes.c
    query = select(table.message, table.at, table.state, table.reason).order_by(table.message, table.number)
    found: dict[str, list[Change]] = {message: [] for message in ids}
    for some in portions(ids):
        for message, *change in await session.execute(query.where(table.message.in_(some))):
            found[message].append(Change(*change))
    return found


async def mark(
    session: AsyncSession,
    message: str,
    state: MessageState,
    at: datetime,
    reason: str | None = None,
    *,
    reference: str | None = None,
    next_try: datetime | None = None,
) -> bool:
    """Say what became of a message, and that its case is to hear of it; False if that is no news.

    :param reason: a code.
    :param reference: the other side's mark for it.
    :param next_try: when it is tried again; None if nothing more is to be done.
    """
    values: dict[str, object] = {"state": state, "reason": reason, "changed": at, "next_try": next_try, "of": message}
    if reference is not None:
        values["reference"] = reference
    if state not in WAITING:
        values["untold"] = True
    if (await session.execute(_MARK[state], values)).one_or_none() is None:
        return False
    await _remember(session, message, state, at, reason)
    return True


async def claim(session: AsyncSession, message: str, now: datetime, until: datetime) -> bool:
    """Take a message in hand to send it, until then; False if somebody else has it or it is done."""
    taken = (await session.execute(_CLAIM, {"of": message, "now": now, "next_try": until})).scalar_one_or_none()
    if taken == 1:
        await _remember(session, message, MessageState.SENDING, now, None)
    return taken is not None


async def again(session: AsyncSession, message: str, at: datetime, code: Callable[[str], Awaitable[str]]) -> str:
    """Send a message once more: one that waits is tried now, of any other a new copy is queued.

    :param code: makes the reply code of a message.
    :return: the id of the message that is now queued.
    :raises UnknownMessage: if there is no such message.
    """
    one = await get(session, message)
    table = tables.messages
    if one.state in WAITING:  # whoever has it in hand is trying now
        its = (table.c.id == message, table.c.state == MessageState.QUEUED)
        await session.execute(update(table).where(*its).values(next_try=at))
        return message
    root = message.partition("-")[0]
    copies = select(func.count()).where(table.c.id.startswith(f"{root}-"))
    identity = f"{root}-{(await session.execute(copies)).scalar_one() + 2}"
    await queue(session, one.anew(identity, one.channel, await code(identity), at))
    carried = tables.notices
    await session.execute(update(carried).where(carried.c.message == message).values(message=identity))
    return identity


async def supersede(session: AsyncSession, message: str, at: datetime) -> None:
    """The person has it: what carries the same notices to them by another channel and still waits is not needed."""
    for other in (await session.execute(_OTHERS, {"of": message, "states": WAITING})).scalars().all():
        await mark(session, other, MessageState.EXPIRED, at, OTHERWISE)


async def is_superseded(session: AsyncSession, message: str) -> bool:
    """Whether the person has the same notices by another channel."""
    return (await session.execute(_OTHERS, {"of": message, "states": ARRIVED})).first() is not None


async def told(session: AsyncSession, heard: Sequence[Sending]) -> None:
    """The cases of these messages have heard what they had become; what has changed since is still to be told."""
    table = tables.messages
    for one in heard:
        this = (table.c.id == one.id, table.c.state == one.state)
        await session.execute(update(table).where(*this).values(untold=False))


async def _one(session: AsyncSession, condition: ColumnElement[bool]) -> Sending:
    rows = (await session.execute(select(*_COLUMNS).where(condition).limit(2))).all()
    if len(rows) != 1:  # two with one code: neither may be taken for the other
        raise UnknownMessage
    return Sending(*rows[0])


async def _remember(session: AsyncSession, message: str, state: MessageState, at: datetime, reason: str | None) -> None:
    await session.execute(_REMEMBER, {"of": message, "at": at, "state": state, "reason": reason})
