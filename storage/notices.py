"""The outbox: who is being told what, by which channel, and what became of it. Codes only, never content."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, select, update

from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from storage import tables
from storage.database import insert_into
from storage.tables import NoticeState

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from models.notices import Notice


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice to one person by one channel. Times in UTC."""

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
    queued: datetime
    changed: datetime
    state: NoticeState
    failure: str | None


_COLUMNS = tuple(tables.notices.c[field.name] for field in fields(Delivery))


async def put(session: AsyncSession, notice: Notice, recipient: str, channel: str, at: datetime) -> Delivery:
    """Queue a delivery, or leave it as it is if it is there already.

    :return: the delivery as it stands; what is sent need not be sent again.
    """
    table = tables.notices
    identity = {"notice": notice.id, "recipient": recipient, "channel": channel}
    statement = insert_into(session, table).values(
        **identity,
        case=notice.case,
        organisation=notice.organisation,
        seq=notice.seq,
        role=notice.role,
        urgency=notice.urgency,
        about=notice.about,
        level=notice.level,
        due=notice.due,
        queued=at,
        changed=at,
        state=NoticeState.QUEUED,
    )
    await session.execute(statement.on_conflict_do_nothing(index_elements=list(identity)))
    return Delivery(*(await session.execute(select(*_COLUMNS).filter_by(**identity))).one())


async def mark(
    session: AsyncSession, delivery: Delivery, state: NoticeState, at: datetime, failure: str | None = None
) -> None:
    """Say what became of a delivery; what is sent stays sent. `failure` is a code."""
    table = tables.notices.c
    this = (
        table.notice == delivery.notice,
        table.recipient == delivery.recipient,
        table.channel == delivery.channel,
        table.state != NoticeState.SENT,
    )
    await session.execute(update(tables.notices).where(*this).values(state=state, changed=at, failure=failure))


async def of_case(session: AsyncSession, case: str) -> list[Delivery]:
    """All deliveries of a case, in the order of the events that caused them."""
    return await _deliveries(session, select(*_COLUMNS).where(tables.notices.c.case == case))


async def failed(session: AsyncSession, organisation: str | None = None) -> list[Delivery]:
    """Deliveries that reached nobody, of one organisation or all."""
    query = select(*_COLUMNS).where(tables.notices.c.state == NoticeState.FAILED)
    if organisation is not None:
        query = query.where(tables.notices.c.organisation == organisation)
    return await _deliveries(session, query)


async def _deliveries(session: AsyncSession, query: Select[Any]) -> list[Delivery]:
    table = tables.notices.c
    order = (table.case, table.seq, table.role, table.recipient, table.channel)
    return [Delivery(*row) for row in await session.execute(query.order_by(*order))]
