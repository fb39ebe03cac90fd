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
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from models.contact import Way
    from models.notices import Notice
    from storage.keys import KeyRing

IN_HAND = timedelta(minutes=1)
"""How long whoever queued or claimed a message has it in hand; then anybody may send it."""
NO_CHANNEL = "none"
"""Stands for the channel of somebody who cannot be told by any."""
_ORDER = list(Urgency)


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
    queued: list[Sending] = []
    for person, concerning in to_tell.items():
        contact = await people.contact(session, ring, person)
        for bundle in _bundles(concerning):
            urgency = min((notice.urgency for notice in bundle), key=_ORDER.index)
            ways = contact.ways(urgency, _fitting(bundle, channels), person)
            queued += await _queue(session, ring, bundle, person, ways[:1], at)
    return Queued(tuple(queued), empty)


async def queue_duty_gap(
    session: AsyncSession, ring: KeyRing, organisation: str, person: str, channels: Collection[str], at: datetime
) -> bool:
    """Queue the warning that somebody could not be called when it matters; False if it was queued this day already."""
    contact = await people.contact(session, ring, person)
    for way in contact.ways(Urgency.NOW, channels, person)[:1]:
        kind, channel = MessageKind.DUTY_GAP, str(way.kind)
        identity = _identity([kind.value, organisation, at.date().isoformat()], person, channel)
        warning = Sending(
            id=identity,
            organisation=organisation,
            case=None,
            kind=kind,
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
    contact = await people.contact(session, ring, sending.recipient)
    ways = [str(way.kind) for way in contact.ways(sending.urgency, channels, sending.recipient)]
    after = ways[ways.index(sending.channel) + 1 :] if sending.channel in ways else ways
    if not after:
        return None
    channel = after[0]
    identity = _identity((row.notice for row in carried), sending.recipient, channel)
    code = await tokens.reply_code(session, ring, sending.organisation, identity)
    following = sending.anew(identity, channel, code, at)
    if not await messages.queue(session, following):
        return None
    await deliveries.put(
        session,
        [replace(row, channel=following.channel, message=following.id, queued=at, told=row.told) for row in carried],
    )
    return following


async def _queue(
    session: AsyncSession, ring: KeyRing, bundle: Sequence[Notice], person: str, ways: Sequence[Way], at: datetime
) -> list[Sending]:
    first = bundle[0]
    channel = str(ways[0].kind) if ways else NO_CHANNEL
    if first.urgency is Urgency.DIGEST:
        await deliveries.put(session, [deliveries.row_of(notice, person, channel, at, None) for notice in bundle])
        return []
    identity = _identity((notice.id for notice in bundle), person, channel)
    if not await deliveries.put(session, [deliveries.row_of(one, person, channel, at, identity) for one in bundle]):
        return []  # queued before, in other company perhaps: an activity that failed tells each notice by itself
    sending = Sending(
        id=identity,
        organisation=first.organisation,
        case=first.case,
        kind=MessageKind.INVITATION if first.invite else MessageKind.NOTICE,
        recipient=person,
        channel=channel,
        urgency=min((notice.urgency for notice in bundle), key=_ORDER.index),
        queued=at,
        changed=at,
        expires=at + LIFE,
        next_try=at if ways else None,
        state=MessageState.QUEUED if ways else MessageState.FAILED,
        reason=None if ways else "no_address",
        code=await tokens.reply_code(session, ring, first.organisation, identity),
    )
    return [sending] if await messages.queue(session, sending) and ways else []


def _bundles(concerning: Sequence[Notice]) -> list[list[Notice]]:
    """What is told at once travels together; what waits for the digest, and each invitation, by itself."""
    together = [notice for notice in concerning if notice.urgency is not Urgency.DIGEST and not notice.invite]
    later = [notice for notice in concerning if notice.urgency is Urgency.DIGEST]
    invitations = [[notice] for notice in concerning if notice.invite]
    return [bundle for bundle in (together, later, *invitations) if bundle]


def _fitting(bundle: Sequence[Notice], channels: Collection[str]) -> Collection[str]:
    """Only a letter can hold an invitation."""
    return {"email", "outbox"} & set(channels) if bundle[0].invite else channels


def _identity(notices: Iterable[str], person: str, channel: str) -> str:
    """The same notices to the same person by the same channel are the same message, whoever queues it."""
    return hashlib.sha256("|".join([*notices, person, channel]).encode()).hexdigest()[:24]
