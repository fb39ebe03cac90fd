"""From a message that is queued to what is said and to whom, at the moment of sending."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from channels.contract import Invitation, Message
from i18n import words
from i18n.letters import letter
from models.invitations import times
from models.vocabulary.case import Urgency
from storage import anchors, notices, people, recipients, routines, tokens
from storage.answers import ASKED
from storage.tables import MessageKind

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from i18n.letters import Letter
    from models.workcalendar import WorkCalendar
    from storage.keys import KeyRing
    from storage.messages import Sending
    from storage.notices import Delivery


class Unsendable(Exception):
    """Whom it was for is no longer to be told; the text is the reason as a code."""


async def write(session: AsyncSession, ring: KeyRing, sending: Sending, public_url: str, house: str) -> Message:
    """The message as the channel takes it.

    :param public_url: where the pages are; links begin with it.
    :param house: our own address, for messages to ourselves.
    :raises Unsendable: if the person has left, may not hear of it any more, or has no address for the channel now.
    """
    language, address = await _whom(session, ring, sending, house)
    carried = await _carried(session, ring, sending)
    routine = await routines.by_digest(session, carried[0].routine) if carried and carried[0].routine else None
    own = words(language).local(routine.texts if routine else {})
    # Whoever is only told how many is told by no field of the message which.
    counted = bool(carried) and all(row.urgency is Urgency.COUNT for row in carried)
    link = "" if counted else await _link(session, ring, sending, public_url)
    drill = any(row.drill for row in carried)
    code = sending.code if sending.kind is MessageKind.NOTICE and sending.urgency in ASKED else ""
    kept = await _enclosed(session, sending)
    said = letter(sending.kind.value, carried, own, drill=drill, link=link, code=code, enclosed=kept)
    return _message(sending, said).model_copy(
        update={
            "case": "" if counted else sending.case or "",
            "address": address,
            "language": language,
            "link": link,
            "code": code,
            "invitation": _invitation(sending, carried[0], routine.calendar)
            if routine and sending.kind is MessageKind.INVITATION
            else None,
        }
    )


async def _enclosed(session: AsyncSession, sending: Sending) -> str:
    """The newest checkpoint, whatever the message was queued for: it stands for all before it."""
    if sending.kind is not MessageKind.CHECKPOINT:
        return ""
    newest = await anchors.latest(session, sending.organisation)
    return newest.note if newest else ""


async def _link(session: AsyncSession, ring: KeyRing, sending: Sending, public_url: str) -> str:
    if sending.kind is not MessageKind.NOTICE:
        return public_url
    return f"{public_url}/l/{await tokens.token(session, ring, sending)}"


async def _carried(session: AsyncSession, ring: KeyRing, sending: Sending) -> list[Delivery]:
    told = await notices.carried_by(session, [sending.id])
    theirs = await recipients.still_theirs(session, ring, told)
    if told and not theirs:
        raise Unsendable("no_longer_for_them")
    return theirs


async def _whom(session: AsyncSession, ring: KeyRing, sending: Sending, house: str) -> tuple[str, str]:
    if sending.kind is MessageKind.CANARY:
        return "sv", house if sending.channel == "email" else sending.recipient
    try:
        language, contact = await people.active(session, ring, sending.recipient)
    except people.ContactUnreadable:
        raise Unsendable("contact_unreadable") from None
    except people.UnknownUser:
        raise Unsendable("no_longer_active") from None
    for way in contact.ways(sending.urgency, {sending.channel}, sending.recipient):
        return language, way.address
    raise Unsendable("no_address")


def _message(sending: Sending, said: Letter) -> Message:
    return Message(
        id=sending.id,
        organisation=sending.organisation,
        recipient=sending.recipient,
        address="",
        urgency=sending.urgency.value,
        subject=said.subject,
        body=said.body,
        short=said.short,
        html=said.html,
    )


def _invitation(sending: Sending, row: Delivery, calendar: WorkCalendar) -> Invitation:
    key = row.notice.partition(".invite.")[2]
    starts, ends = times(row.due or row.queued, row.queued, calendar)
    uid = hashlib.sha256(f"{row.case}|{key}|{sending.recipient}".encode()).hexdigest()[:24]
    return Invitation(uid=uid, sequence=row.seq, starts=starts, ends=ends, cancelled=row.due is None)
