"""What each message carries: which notice, to whom, by which channel. Codes only, never content."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, func, select, update

from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from storage import tables
from storage.database import insert_into
from storage.messages import ARRIVED, LOST, OTHERWISE, WAITING, Change, changes
from storage.tables import MessageKind, MessageState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.notices import Notice

PATIENCE = {Urgency.PAGE: timedelta(minutes=1)}
LONGER = timedelta(minutes=15)
"""How long a notice may wait for a channel before the next one up the ladder is told as well."""
DIGEST = "digest"
"""Stands for the channel in the outcome of a notice that waits for the next digest."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice to one person by one channel, and the state of the message that carries it. Times in UTC."""

    notice: str
    recipient: str
    channel: str
    case: str
    organisation: str
    seq: int
    role: Role
    urgency: Urgency
    about: str
    level: Level
    due: datetime | None
    fallback: int
    drill: bool
    routine: str
    queued: datetime
    message: str | None
    told: str | None
    state: MessageState = MessageState.QUEUED
    failure: str | None = None
    changed: datetime | None = None
    changes: tuple[Change, ...] = ()
    """All that happened to the message, where that was asked for."""


class Outcome(NamedTuple):
    """What became of a notice: `sent`, `late` or `failed`; to whom, by which channels, or why not."""

    notice: str
    kind: str
    row: Delivery
    reached: tuple[tuple[str, str], ...] = ()
    failure: str | None = None


_JOINED = {"state": "state", "failure": "reason", "changed": "changed"}
_COLUMNS = tuple(tables.notices.c[field.name] for field in fields(Delivery) if field.name not in {*_JOINED, "changes"})
_FROM_MESSAGE = tuple(tables.messages.c[name] for name in _JOINED.values())
_ORDER = tuple(tables.notices.c[name] for name in ("case", "seq", "role", "recipient", "queued", "channel"))
_DELIVERIES = (
    select(*_COLUMNS, *_FROM_MESSAGE)
    .select_from(tables.notices.outerjoin(tables.messages, tables.notices.c.message == tables.messages.c.id))
    .order_by(*_ORDER)
)


async def put(session: AsyncSession, rows: Sequence[Delivery]) -> set[tuple[str, str]]:
    """Write down who is told what; what stands there already stays. Notice and recipient of those that are new."""
    if not rows:
        return set()
    values = [{column.name: getattr(row, column.name) for column in _COLUMNS} for row in rows]
    table = tables.notices
    insert = insert_into(session, table)
    key = [column.name for column in table.primary_key]
    fresh = insert.on_conflict_do_nothing(index_elements=key).returning(table.c.notice, table.c.recipient)
    return {(notice, recipient) for notice, recipient in await session.execute(fresh, values)}


def row_of(notice: Notice, recipient: str, channel: str, at: datetime, message: str | None) -> Delivery:
    """A notice to one person by one channel, as it is written down."""
    return Delivery(
        notice=notice.id,
        recipient=recipient,
        channel=channel,
        case=notice.case,
        organisation=notice.organisation,
        seq=notice.seq,
        role=notice.role,
        urgency=notice.urgency,
        about=notice.about,
        level=notice.level,
        due=notice.due,
        fallback=notice.fallback,
        drill=notice.drill,
        routine=notice.routine,
        queued=at,
        message=message,
        told=None,
    )


async def of_case(session: AsyncSession, case: str) -> list[Delivery]:
    """All deliveries of a case, in the order of the events that caused them."""
    return await select_where(session, tables.notices.c.case == case)


async def with_changes(session: AsyncSession, found: Sequence[Delivery]) -> list[Delivery]:
    """The same deliveries with all that happened to their messages."""
    known = await changes(session, sorted({row.message for row in found if row.message}))
    return [replace(row, changes=tuple(known.get(row.message or "", ()))) for row in found]


async def carried_by(session: AsyncSession, messages: Iterable[str]) -> list[Delivery]:
    """What these messages carry."""
    return await select_where(session, tables.notices.c.message.in_(list(messages)))


async def failed(session: AsyncSession, *conditions: ColumnElement[bool]) -> list[Delivery]:
    """Deliveries that did not reach the one they were for, neither so nor by another channel."""
    message = tables.messages.c
    otherwise = message.reason.is_not_distinct_from(OTHERWISE)
    return await select_where(session, message.state.in_(LOST), ~otherwise, *conditions)


async def select_where(session: AsyncSession, *conditions: ColumnElement[bool]) -> list[Delivery]:
    """Deliveries with the state of their messages; a notice that waits for the digest is queued."""
    found = [Delivery(*row) for row in await session.execute(_DELIVERIES.where(*conditions))]
    return [row if row.message else replace(row, state=MessageState.QUEUED) for row in found]


async def outcomes(
    session: AsyncSession, notices: Iterable[str], now: datetime, *, again: bool = False
) -> list[Outcome]:
    """What is known by now of these notices and has not been told to their cases; see `reckon`.

    :param again: what has been told as well: whoever told it may have died before it was heard.
    """
    rows: dict[str, list[Delivery]] = {}
    for row in await select_where(session, tables.notices.c.notice.in_(list(notices))):
        rows.setdefault(row.notice, []).append(replace(row, told=None) if again else row)
    found = (reckon(one, now) for one in rows.values())
    return [outcome for outcome in found if outcome is not None]


def reckon(rows: Sequence[Delivery], now: datetime) -> Outcome | None:
    """The news there is of one notice; None if there is none.

    It is `sent` once somebody has it, `late` when nobody has had it for too long while a channel is still trying, and
    `failed` when nothing more will be tried.
    """
    first = rows[0]
    reached = {row.recipient: row.channel for row in rows if row.state in ARRIVED}
    reached |= {row.recipient: DIGEST for row in rows if row.message is None}
    if reached:
        return None if first.told == "sent" else Outcome(first.notice, "sent", first, tuple(sorted(reached.items())))
    if waiting := [row for row in rows if row.state in WAITING]:
        patience = PATIENCE.get(first.urgency, LONGER)
        # Whoever had it, and had it not after all, is no longer somebody who has it.
        if first.told in {"late", "failed"} or min(row.queued for row in waiting) + patience > now:
            return None
        return Outcome(first.notice, "late", first, failure="channel_out_of_reach")
    if first.told in {"failed", "late"}:
        return None
    last = max(rows, key=lambda row: (row.changed or row.queued, row.channel))
    return Outcome(first.notice, "failed", first, failure=last.failure or "channel_refused")


async def mark_told(session: AsyncSession, told: Iterable[Outcome]) -> None:
    """Their cases have heard these outcomes. That one was late is no news where another worker has told more since."""
    table = tables.notices
    for outcome in told:
        this = [table.c.notice == outcome.notice]
        if outcome.kind == "late":
            this.append(table.c.told.is_not_distinct_from(outcome.row.told))
        await session.execute(update(table).where(*this).values(told=outcome.kind))


async def waiting_too_long(session: AsyncSession, now: datetime) -> set[str]:
    """Notices whose cases know nothing worse yet, though they have waited longer than people can."""
    notices, messages = tables.notices.c, tables.messages.c
    known = notices.told.is_(None) | (notices.told == "sent")
    query = (
        select(notices.notice, notices.urgency, func.min(notices.queued))
        .join(tables.messages, messages.id == notices.message)
        .where(messages.state.in_(WAITING), messages.kind != MessageKind.INVITATION, known)
        .group_by(notices.notice, notices.urgency)
    )
    rows = [(notice, urgency, since) for notice, urgency, since in await session.execute(query)]
    return {notice for notice, urgency, since in rows if since + PATIENCE.get(urgency, LONGER) <= now}
