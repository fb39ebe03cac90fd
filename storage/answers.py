"""What a link or a reply code stands for, and taking it: the same for pages, text messages and e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import or_, select

from models.vocabulary.case import Urgency
from storage import cases, messages, people, recipients, routines, tables
from storage import notices as deliveries
from storage.keys import KeyDestroyed
from storage.tables import MessageKind, MessageState

if TYPE_CHECKING:
    from collections.abc import Iterable
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
    carried = tuple(await deliveries.carried_by(session, [sending.id]) or await _carried_anew(session, sending))
    if case and not await recipients.may_hear(session, case, person.id, {row.role for row in carried}):
        raise NotTheirs
    users = tables.users.c
    told = tables.notices.c.notice.in_([row.notice for row in carried])
    alike = await deliveries.select_where(session, told)
    mine = [sending.id, *(row.message for row in alike if row.message and row.recipient == person.id)]
    since = min((row.queued for row in alike), default=sending.queued)
    return Standing(
        sending=sending,
        language=(await session.execute(select(users.language).where(users.code == person.id))).scalar_one(),
        carried=carried,
        case=case,
        routine=await routines.by_digest(session, case.routine.digest) if case else None,
        accepted=await _accepted(session, sending, mine),
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


async def _accepted(session: AsyncSession, sending: Sending, mine: Iterable[str]) -> datetime | None:
    """When one of these messages was accepted first, or one that was sent in its stead."""
    table = tables.messages.c
    alike = or_(*(table.id.startswith(_first(message), autoescape=True) for message in mine))
    its = (table.case == sending.case, table.state == MessageState.ACCEPTED)
    accepted = await messages.select_where(session, alike, *its)
    return min((one.changed for one in accepted), default=None)


async def _carried_anew(session: AsyncSession, sending: Sending) -> list[Delivery]:
    """What a message told, if it has been sent once more since: link and code of the first one hold all the same."""
    table, copies = tables.notices.c, f"{_first(sending.id)}-"
    its = (table.case == sending.case, table.message.startswith(copies, autoescape=True))
    return await deliveries.select_where(session, *its)


def _first(message: str) -> str:
    """The message that this one is a copy of (`storage.messages.again`), or itself."""
    return message.partition("-")[0]


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
