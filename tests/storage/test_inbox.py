"""What a mail does to our messages, once, however often it is found."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from models.inbound import Inbound, MailKind
from models.vocabulary.case import Urgency
from storage import inbox, messages, tables
from storage.messages import LIFE, Sending
from storage.tables import MessageKind, MessageState

if TYPE_CHECKING:
    from storage.database import Database

SENT, NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC), datetime(2026, 11, 21, 7, 30, tzinfo=UTC)
KNOWN, CODE = "m4f0c2", "K7W3PX"


@pytest.fixture(autouse=True)
async def _sent(database: Database) -> None:
    await sent(database, KNOWN, CODE)


async def sent(database: Database, message: str, code: str) -> None:
    """A letter of ours is on its way."""
    sending = Sending(
        id=message,
        organisation="9001",
        case="9001-FV-2026-00001",
        kind=MessageKind.NOTICE,
        recipient="granvik-tib",
        channel="email",
        urgency=Urgency.NOW,
        state=MessageState.QUEUED,
        reason=None,
        queued=SENT,
        changed=SENT,
        expires=SENT + LIFE,
        attempts=0,
        next_try=SENT,
        reference=None,
        code=code,
        untold=False,
    )
    async with database.writing() as session:
        await messages.queue(session, sending)
        await messages.mark(session, message, MessageState.SENT, SENT)
        await messages.told(session, [await messages.get(session, message)])


async def comes(database: Database, inbound: Inbound, mail: str = "first", now: datetime = NOW) -> MailKind:
    async with database.writing() as session:
        return await inbox.take(session, mail, inbound, now)


async def standing(database: Database, message: str = KNOWN) -> tuple[MessageState, str | None, bool]:
    async with database.reading() as session:
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
    database: Database, kind: MailKind, state: MessageState, reason: str | None
) -> None:
    assert await comes(database, Inbound(kind=kind, messages=("unknown", KNOWN))) is kind
    assert await standing(database) == (state, reason, True)


async def test_an_answer_with_the_code_accepts(database: Database) -> None:
    assert await comes(database, Inbound(kind=MailKind.ANSWER, codes=("TACKAR", CODE))) is MailKind.ANSWER
    assert await standing(database) == (MessageState.ACCEPTED, "reply", True)


@pytest.mark.parametrize("kind", [MailKind.AUTO_REPLY, MailKind.OTHER, MailKind.UNREADABLE])
async def test_what_no_person_answered_changes_nothing(database: Database, kind: MailKind) -> None:
    assert await comes(database, Inbound(kind=kind, messages=(KNOWN,), codes=(CODE,))) is kind
    assert await standing(database) == (MessageState.SENT, None, False)


async def test_an_answer_without_a_code_of_ours_is_for_a_human_to_read(database: Database) -> None:
    inbound = Inbound(kind=MailKind.ANSWER, messages=(KNOWN,), codes=("TACKAR",))
    assert await comes(database, inbound) is MailKind.OTHER
    assert await standing(database) == (MessageState.SENT, None, False)


async def test_an_answer_that_comes_too_late_accepts_nothing(database: Database) -> None:
    inbound = Inbound(kind=MailKind.ANSWER, codes=(CODE,))
    assert await comes(database, inbound, now=SENT + LIFE) is MailKind.OTHER


async def test_a_code_that_names_two_messages_names_neither(database: Database) -> None:
    await sent(database, "another", CODE)
    assert await comes(database, Inbound(kind=MailKind.ANSWER, codes=(CODE,))) is MailKind.OTHER
    assert await standing(database) == (MessageState.SENT, None, False)


async def test_a_bounce_of_something_unknown_is_remembered_and_changes_nothing(database: Database) -> None:
    assert await comes(database, Inbound(kind=MailKind.BOUNCE, messages=("unknown",))) is MailKind.BOUNCE
    assert await standing(database) == (MessageState.SENT, None, False)


async def test_a_bounce_that_comes_after_the_acceptance_changes_nothing(database: Database) -> None:
    await comes(database, Inbound(kind=MailKind.ANSWER, codes=(CODE,)))
    await comes(database, Inbound(kind=MailKind.BOUNCE, messages=(KNOWN,)), "second")
    assert (await standing(database))[0] is MessageState.ACCEPTED


async def test_the_same_mail_taken_again_changes_nothing_and_is_what_it_was(database: Database) -> None:
    inbound = Inbound(kind=MailKind.ANSWER, codes=(CODE,))
    for now in (NOW, SENT + LIFE):
        assert await comes(database, inbound, now=now) is MailKind.ANSWER
    async with database.reading() as session:
        (row,) = await session.execute(select(tables.inbox))
        history = await messages.changes(session, [KNOWN])
    assert tuple(row) == ("first", NOW, "answer", KNOWN)
    assert [change.state for change in history[KNOWN]].count(MessageState.ACCEPTED) == 1


async def test_it_is_known_when_a_canary_last_came_back(database: Database) -> None:
    async with database.reading() as session:
        assert await inbox.last(session, MailKind.CANARY) is None
    for hours in (0, 2, 1):
        await comes(database, Inbound(kind=MailKind.CANARY), f"canary {hours}", NOW + timedelta(hours=hours))
    await comes(database, Inbound(kind=MailKind.OTHER), now=NOW + timedelta(hours=5))
    async with database.reading() as session:
        assert await inbox.last(session, MailKind.CANARY) == NOW + timedelta(hours=2)
