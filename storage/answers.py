"""What a link or a reply code stands for, and taking it: the same for pages, text messages and e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from models.vocabulary.case import Urgency
from storage import cases, messages, people, recipients, routines, tables
from storage import notices as deliveries
from storage.keys import KeyDestroyed
from storage.tables import MessageKind, MessageState

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.case import Case
    from models.routine import Routine
    from models.vocabulary.people import Role
    from storage.keys import KeyRing
    from storage.messages import Sending
    from storage.notices import Delivery

ASKED = frozenset({Urgency.PAGE, Urgency.NOW})
"""Who is told this urgently is asked to take it; the others are only told."""


class NotTheirs(Exception):
    """Whom the message was for is no longer to hear of its case. Why is nobody's business."""


class Taken(NamedTuple):
    """Somebody else took it: in which role, and when (UTC)."""

    role: Role
    at: datetime


@dataclass(frozen=True)
class Standing:
    """How a message stands for whom it was sent to. Times in UTC."""

    sending: Sending
    language: str
    carried: tuple[Delivery, ...]
    """What it tells; empty for what is about no case."""
    case: Case | None
    routine: Routine | None
    """The one its case follows."""
    accepted: datetime | None
    """When the person took it, by this message or by another that says the same."""
    others: tuple[Taken, ...]

    @property
    def asked(self) -> bool:
        """Whether it asks to be taken."""
        return self.sending.kind is MessageKind.NOTICE and self.sending.urgency in ASKED and bool(self.carried)

    @property
    def drill(self) -> bool:
        """Whether it is an exercise."""
        return any(row.drill for row in self.carried)


async def standing(session: AsyncSession, ring: KeyRing, sending: Sending) -> Standing:
    """How a message stands now.

    :raises NotTheirs: if the person has left, may not hear of the case now (jäv, protected identity), or it is gone.
    """
    try:
        person = await people.actor(session, sending.recipient)
        case = await cases.load(session, ring, sending.case) if sending.case else None
    except (people.UnknownUser, cases.UnknownCase, KeyDestroyed):
        raise NotTheirs from None
    carried = tuple(await deliveries.carried_by(session, [sending.id]))
    if case and not await recipients.may_hear(session, case, person.id, {row.role for row in carried}):
        raise NotTheirs
    users = tables.users.c
    told = tables.notices.c.notice.in_([row.notice for row in carried])
    alike = await deliveries.select_where(session, told)
    mine = [row.changed for row in alike if row.recipient == person.id and row.state is MessageState.ACCEPTED]
    since = min((row.queued for row in alike), default=sending.queued)
    return Standing(
        sending=sending,
        language=(await session.execute(select(users.language).where(users.code == person.id))).scalar_one(),
        carried=carried,
        case=case,
        routine=await routines.by_digest(session, case.routine.digest) if case else None,
        accepted=min((at for at in mine if at), default=None),
        others=await _others(session, sending, carried, since),
    )


async def take(session: AsyncSession, ring: KeyRing, sending: Sending, at: datetime, how: str) -> Standing:
    """Accept a message in the name of whom it was for; the standing before, from which to see whether that was news.

    Taken once, it stays as it was taken; what asks for nothing is not taken. The case hears of it from the messenger.

    :param how: a code, such as `link` or `reply`.
    :raises NotTheirs: as `standing`; nothing is accepted then.
    """
    before = await standing(session, ring, sending)
    if (
        before.asked
        and before.accepted is None
        and await messages.mark(session, sending.id, MessageState.ACCEPTED, at, how)
    ):
        await messages.supersede(session, sending.id, at)
    return before


async def _others(
    session: AsyncSession, sending: Sending, carried: tuple[Delivery, ...], since: datetime
) -> tuple[Taken, ...]:
    """Who else took the same matter since it was told: any alarm of the case, or the same moment or obligation."""
    about = {row.about for row in carried}
    table = tables.messages.c
    elsewhere = (table.case == sending.case, table.recipient != sending.recipient, table.changed >= since)
    accepted = await messages.select_where(session, *elsewhere, table.state == MessageState.ACCEPTED)
    found: dict[str, Taken] = {}
    for row in await deliveries.carried_by(session, [one.id for one in accepted]):
        if row.changed and (row.about in about or Urgency.PAGE is row.urgency is sending.urgency):
            found.setdefault(row.recipient, Taken(row.role, row.changed))
    return tuple(sorted(found.values(), key=lambda one: one.at))
