"""What the watchdog reads: how far each ledger has come, what became of notices, how the queue of messages stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from models.watch import Fate
from storage import messages, tables
from storage.messages import ARRIVED, WAITING
from storage.tables import MessageKind, MessageState

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.messages import Sending


@dataclass(frozen=True, slots=True)
class Tally:
    """How many messages stand so, by channel."""

    channel: str
    state: MessageState
    number: int


async def heads(session: AsyncSession) -> dict[str, int]:
    """The number of the last event of each case."""
    rows = await session.execute(select(tables.heads.c.case, tables.heads.c.seq))
    return {row.case: row.seq for row in rows}


async def fates(session: AsyncSession, since: datetime) -> tuple[dict[str, Fate], dict[str, int]]:
    """What became of the notices queued since then; and by case the latest event that somebody was told of."""
    notices, states = tables.notices.c, tables.messages.c
    query = (
        select(notices.notice, notices.case, notices.seq, states.state, func.max(states.changed))
        .select_from(tables.notices.outerjoin(tables.messages, notices.message == states.id))
        .where(notices.queued >= since)
        .group_by(notices.notice, notices.case, notices.seq, states.state)
    )
    found: dict[str, Fate] = {}
    reached: dict[str, int] = {}
    for notice, case, seq, state, changed in await session.execute(query):
        fate = found.setdefault(notice, Fate())
        fate.digest |= state is None
        fate.waiting |= state in WAITING
        fate.reached |= state in ARRIVED
        fate.changed = max(filter(None, (fate.changed, changed)), default=None)
        if state in ARRIVED:
            reached[case] = max(seq, reached.get(case, 0))
    return found, reached


async def waiting(session: AsyncSession) -> list[Sending]:
    """Messages that nobody has yet, oldest first."""
    return await messages.select_where(session, tables.messages.c.state.in_(WAITING))


async def tallies(session: AsyncSession, since: datetime) -> list[Tally]:
    """How many messages to people stand how, by channel, of those that changed since then or still wait."""
    table = tables.messages.c
    query = (
        select(table.channel, table.state, func.count())
        .where((table.changed >= since) | table.state.in_(WAITING), table.kind != MessageKind.CANARY)
        .group_by(table.channel, table.state)
    )
    return [Tally(*row) for row in await session.execute(query)]


async def canaries(session: AsyncSession) -> list[Sending]:
    """The canaries that are remembered, oldest first."""
    return await messages.select_where(session, tables.messages.c.kind == MessageKind.CANARY)


async def forget_canaries(session: AsyncSession, before: datetime) -> None:
    """Let go of canaries queued before then; nobody will ask what became of them."""
    table, changes = tables.messages.c, tables.message_changes
    old = select(table.id).where(table.kind == MessageKind.CANARY, table.queued < before)
    await session.execute(delete(changes).where(changes.c.message.in_(old)))
    await session.execute(delete(tables.messages).where(table.kind == MessageKind.CANARY, table.queued < before))
