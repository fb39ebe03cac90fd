"""What a mail does to our messages, once, however often it is found."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from models.inbound import Inbound, MailKind
from models.notices import Notice
from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from storage import inbox, messages, notices, tables
from storage.messages import LIFE, Sending
from storage.tables import MessageKind, MessageState

if TYPE_CHECKING:
    from tests.storage.town import Town

SENT, NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC), datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
KNOWN, CODE = "m4f0c2", "K7W3PX"
NOTICE = Notice(
    id="9001-FV-2026-00001.1.duty_officer",
    case="9001-FV-2026-00001",
    organisation="9001",
    seq=1,
    role=Role.DUTY_OFFICER,
    urgency=Urgency.NOW,
    about="reported",
    level=Level.HIGH,
)


@pytest.fixture(autouse=True)
async def _sent(town: Town) -> None:
    await sent(town, KNOWN, CODE)


async def sent(town: Town, message: str, code: str) -> None:
    """A letter of ours is on its way."""
    sending = Sending(
        id=message,
        organisation="9001",
        case=None,
        kind=MessageKind.NOTICE,
        recipient="granvik-tib",
        channel="email",
        urgency=Urgency.NOW,
        queued=SENT,
        changed=SENT,
        expires=SENT + LIFE,
        next_try=SENT,
        code=code,
    )
    async with town.database.writing() as session:
        await messages.queue(session, sending)
        await notices.put(session, [notices.row_of(NOTICE, "granvik-tib", "email", SENT, message)])
        await messages.mark(session, message, MessageState.SENT, SENT)
        await messages.told(session, [await messages.get(session, message)])


async def comes(town: Town, inbound: Inbound, mail: str = "first", now: datetime = NOW) -> MailKind:
    async with town.database.writing() as session:
        return await inbox.take(session, town.ring, mail, inbound, now)


async def standing(town: Town, message: str = KNOWN) -> tuple[MessageState, str | None, bool]:
    async with town.database.reading() as session:
        found = await messages.get(session, message)
    return found.state, found.reason, found.untold


@pytest.mark.parametrize(
    "kind,state,reason",
    [
        (MailKind.BOUNCE, MessageState.BOUNCED, "bounced"),
        (MailKind.DELIVERED, MessageState.DELIVERED, None),
        (MailKind.READ, MessageState.READ, None),
        (MailKind.CANARY, MessageState.DELIVERED, None),
    ],
)
async def test_a_report_tells_the_message_what_became_of_it(
    town: Town, kind: MailKind, state: MessageState, reason: str | None
) -> None:
    assert await comes(town, Inbound(kind=kind, messages=("unknown", KNOWN))) is kind
    assert await standing(town) == (state, reason, True)


async def test_an_answer_with_the_code_accepts(town: Town) -> None:
    assert await comes(town, Inbound(kind=MailKind.ANSWER, codes=("TACKAR", CODE))) is MailKind.ANSWER
    assert await standing(town) == (MessageState.ACCEPTED, "reply", True)


@pytest.mark.parametrize("kind", [MailKind.AUTO_REPLY, MailKind.OTHER, MailKind.UNREADABLE])
async def test_what_no_person_answered_changes_nothing(town: Town, kind: MailKind) -> None:
    assert await comes(town, Inbound(kind=kind, messages=(KNOWN,), codes=(CODE,))) is kind
    assert await standing(town) == (MessageState.SENT, None, False)


async def test_an_answer_without_a_code_of_ours_is_for_a_human_to_read(town: Town) -> None:
    inbound = Inbound(kind=MailKind.ANSWER, messages=(KNOWN,), codes=("TACKAR",))
    assert await comes(town, inbound) is MailKind.OTHER
    assert await standing(town) == (MessageState.SENT, None, False)


async def test_an_answer_that_comes_too_late_accepts_nothing(town: Town) -> None:
    inbound = Inbound(kind=MailKind.ANSWER, codes=(CODE,))
    assert await comes(town, inbound, now=SENT + LIFE) is MailKind.OTHER


async def test_an_answer_from_somebody_who_has_left_accepts_nothing(town: Town) -> None:
    async with town.database.writing() as session:
        await session.execute(update(tables.users).where(tables.users.c.code == "granvik-tib").values(active=False))
    assert await comes(town, Inbound(kind=MailKind.ANSWER, codes=(CODE,))) is MailKind.OTHER
    assert await standing(town) == (MessageState.SENT, None, False)


async def test_a_code_that_names_two_messages_names_neither(town: Town) -> None:
    await sent(town, "another", CODE)
    assert await comes(town, Inbound(kind=MailKind.ANSWER, codes=(CODE,))) is MailKind.OTHER
    assert await standing(town) == (MessageState.SENT, None, False)


async def test_a_bounce_of_something_unknown_is_remembered_and_changes_nothing(town: Town) -> None:
    assert await comes(town, Inbound(kind=MailKind.BOUNCE, messages=("unknown",))) is MailKind.BOUNCE
    assert await standing(town) == (MessageState.SENT, None, False)


async def test_a_bounce_that_comes_after_the_acceptance_changes_nothing(town: Town) -> None:
    await comes(town, Inbound(kind=MailKind.ANSWER, codes=(CODE,)))
    await comes(town, Inbound(kind=MailKind.BOUNCE, messages=(KNOWN,)), "second")
    assert (await standing(town))[0] is MessageState.ACCEPTED


async def test_the_same_mail_taken_again_changes_nothing_and_is_what_it_was(town: Town) -> None:
    inbound = Inbound(kind=MailKind.ANSWER, codes=(CODE,))
    for now in (NOW, SENT + LIFE):
        assert await comes(town, inbound, now=now) is MailKind.ANSWER
    async with town.database.reading() as session:
        (row,) = await session.execute(select(tables.inbox))
        history = await messages.changes(session, [KNOWN])
    assert tuple(row) == ("first", NOW, "answer", KNOWN)
    assert [change.state for change in history[KNOWN]].count(MessageState.ACCEPTED) == 1
