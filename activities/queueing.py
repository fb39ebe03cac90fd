"""From notices to messages: who is it for now, by which channel, and what travels together."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from models.vocabulary.case import Urgency
from storage import messages, people, recipients, routines, tokens
from storage import notices as deliveries
from storage.messages import LIFE, Sending
from storage.tables import MessageKind, MessageState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.notices import Notice
    from storage.keys import KeyRing
    from storage.notices import Delivery

IN_HAND = timedelta(minutes=1)
"""How long whoever queued or claimed a message has it in hand; then anybody may send it."""
NO_CHANNEL = "none"
"""Stands for the channel of somebody who cannot be told by any."""


@dataclass(frozen=True)
class Queued:
    """What became of some notices: messages now in our hands, and why some notices are for nobody."""

    messages: tuple[Sending, ...]
    empty: dict[str, str]


async def queue_notices(
    session: AsyncSession, ring: KeyRing, told: Sequence[Notice], channels: Collection[str], at: datetime
) -> Queued:
    """Find who is to be told now and queue one message for each person; a second time changes nothing."""
    empty: dict[str, str] = {}
    to_tell: dict[str, list[Notice]] = {}
    for notice in told:
        calendar = (await routines.by_digest(session, notice.routine)).calendar if notice.routine else None
        found = await recipients.find(session, notice, at, calendar)
        if not found.recipients:
            empty[notice.id] = found.empty
        for one in found.recipients:
            to_tell.setdefault(one.code, []).append(notice)
    return Queued(await _queue(session, ring, to_tell, channels, at), empty)


@dataclass(frozen=True)
class Warned:
    """Somebody is warned of what is about no single case. `occasion`: for one of them nobody is warned twice."""

    kind: MessageKind
    organisation: str
    person: str
    occasion: str


async def queue_warning(
    session: AsyncSession, ring: KeyRing, warned: Warned, channels: Collection[str], at: datetime
) -> bool:
    """Queue a warning by the person's first channel; False if they have none, or it was queued already."""
    person = warned.person
    try:
        contact = await people.contact(session, ring, person)
    except people.ContactUnreadable:
        return False
    for way in contact.ways(Urgency.NOW, channels, person)[:1]:
        channel = str(way.kind)
        warning = Sending(
            id=identity([warned.kind.value, warned.organisation, warned.occasion], person, channel),
            organisation=warned.organisation,
            case=None,
            kind=warned.kind,
            recipient=person,
            channel=channel,
            urgency=Urgency.NOW,
            queued=at,
            changed=at,
            expires=at + LIFE,
            next_try=at,
        )
        return await messages.queue(session, warning)
    return False


async def queue_next_way(
    session: AsyncSession, ring: KeyRing, sending: Sending, channels: Collection[str], at: datetime
) -> Sending | None:
    """Queue the same notices by the person's next channel; None if there is no other, or it is queued already."""
    carried = await deliveries.carried_by(session, [sending.id])
    if sending.kind is not MessageKind.NOTICE or not carried:
        return None
    try:
        contact = await people.contact(session, ring, sending.recipient)
    except people.ContactUnreadable:
        return None
    ways = [str(way.kind) for way in contact.ways(sending.urgency, channels, sending.recipient)]
    after = ways[ways.index(sending.channel) + 1 :] if sending.channel in ways else ways
    if not after:
        return None
    channel = after[0]
    message = identity((row.notice for row in carried), sending.recipient, channel)
    code = await tokens.reply_code(session, ring, sending.organisation, message)
    following = sending.anew(message, channel, code, at)
    if not await messages.queue(session, following):
        return None
    await deliveries.put(
        session,
        [replace(row, channel=following.channel, message=following.id, queued=at) for row in carried],
    )
    return following


async def _queue(
    session: AsyncSession,
    ring: KeyRing,
    to_tell: Mapping[str, Sequence[Notice]],
    channels: Collection[str],
    at: datetime,
) -> tuple[Sending, ...]:
    contacts = await people.contacts(session, ring, to_tell)
    rows: list[Delivery] = []
    planned: list[Sending] = []
    for person, concerning in to_tell.items():
        for bundle in _bundles(concerning):
            contact = contacts[person]
            ways = contact.ways(_pressing(bundle), _fitting(bundle, channels), person) if contact else ()
            channel = str(ways[0].kind) if ways else NO_CHANNEL
            message = None
            if bundle[0].urgency is not Urgency.DIGEST:
                message = identity((notice.id for notice in bundle), person, channel)
                lost = None if ways else "no_address" if contact else "contact_unreadable"
                planned.append(_sending(message, bundle, person, channel, at, lost))
            rows += [deliveries.row_of(notice, person, channel, at, message) for notice in bundle]
    put = await deliveries.put(session, rows)
    # The rest was queued before, in other company perhaps: an activity that failed tells each notice by itself.
    new = {row.message for row in rows if (row.notice, row.recipient) in put}
    fresh = [one for one in planned if one.id in new]
    if not fresh:
        return ()
    codes = await tokens.reply_codes(session, ring, fresh[0].organisation, [one.id for one in fresh])
    queued = await messages.queue_all(session, [replace(one, code=codes[one.id]) for one in fresh])
    return tuple(one for one in queued if one.state is MessageState.QUEUED)


def _sending(
    message: str, bundle: Sequence[Notice], person: str, channel: str, at: datetime, lost: str | None
) -> Sending:
    first = bundle[0]
    return Sending(
        id=message,
        organisation=first.organisation,
        case=first.case,
        kind=MessageKind.INVITATION if first.invite else MessageKind.NOTICE,
        recipient=person,
        channel=channel,
        urgency=_pressing(bundle),
        queued=at,
        changed=at,
        expires=at + LIFE,
        next_try=None if lost else at,
        state=MessageState.FAILED if lost else MessageState.QUEUED,
        reason=lost,
    )


def _pressing(bundle: Sequence[Notice]) -> Urgency:
    return min((notice.urgency for notice in bundle), key=lambda urgency: urgency.rank)


def _bundles(concerning: Sequence[Notice]) -> list[list[Notice]]:
    """What is told at once travels together; what waits for the digest, and each invitation, by itself."""
    together = [notice for notice in concerning if notice.urgency is not Urgency.DIGEST and not notice.invite]
    later = [notice for notice in concerning if notice.urgency is Urgency.DIGEST]
    invitations = [[notice] for notice in concerning if notice.invite]
    return [bundle for bundle in (together, later, *invitations) if bundle]


def _fitting(bundle: Sequence[Notice], channels: Collection[str]) -> Collection[str]:
    """Only a letter can hold an invitation."""
    return {"email", "outbox"} & set(channels) if bundle[0].invite else channels


def identity(parts: Iterable[str], *more: str) -> str:
    """The same notices to the same person by the same channel are the same message, whoever queues it: opaque."""
    return hashlib.sha256("|".join([*parts, *more]).encode()).hexdigest()[:24]
