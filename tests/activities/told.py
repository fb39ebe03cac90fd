"""Notices of a town's case, and a postman with a channel of its own."""

from __future__ import annotations

from collections.abc import Iterable

from activities.postman import Postman
from channels.contract import Channel
from models.case import Case
from models.notices import Notice
from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from storage import messages
from storage.messages import Sending
from tests.storage.town import Town

CHIEF, DUTY = "granvik-sakerhetschef", "granvik-tib"


def notice(case: Case, role: Role = Role.SECURITY_CHIEF, seq: int = 1, urgency: Urgency = Urgency.PAGE) -> Notice:
    return Notice(
        id=f"{case.ref}.{seq}.{role}",
        case=case.ref,
        organisation=case.organisation,
        seq=seq,
        role=role,
        urgency=urgency,
        about="reported",
        level=Level.ACUTE,
        routine=case.routine.digest,
    )


def postman(town: Town, *channels: Channel) -> Postman:
    ways = {channel.kind: channel for channel in channels}
    return Postman(town.database, town.ring, ways, "https://varna.example", "varna@granvik.example")


async def all_of(town: Town) -> list[Sending]:
    """Every message there is, in order."""
    async with town.database.reading() as session:
        return await messages.select_where(session)


def recipients(sent: Iterable[Sending]) -> list[str]:
    return [one.recipient for one in sent]
