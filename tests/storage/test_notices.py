"""What each message carries, and what its case is told of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from models.notices import Notice
from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from storage import messages, notices, tables
from storage.messages import LIFE, Sending
from storage.notices import Delivery, reckon
from storage.tables import MessageKind, MessageState
from tests.storage.town import NOON, Town

LATER = NOON + timedelta(minutes=1)
LONG_AGO = NOON - timedelta(minutes=16)
CASE = "9001-FV-2026-00001"


def notice(seq: int = 1, case: str = CASE) -> Notice:
    return Notice(
        id=f"{case}.{seq}.security_chief",
        case=case,
        organisation="9001",
        seq=seq,
        role=Role.SECURITY_CHIEF,
        urgency=Urgency.NOW,
        about="reported",
        level=Level.HIGH,
    )


def row(recipient: str = "granvik-tib", channel: str = "outbox", seq: int = 1, message: str | None = "m1") -> Delivery:
    return notices.row_of(notice(seq), recipient, channel, NOON, message)


def sending(identity: str = "m1", recipient: str = "granvik-tib", channel: str = "outbox") -> Sending:
    return Sending(
        id=identity,
        organisation="9001",
        case=CASE,
        kind=MessageKind.NOTICE,
        recipient=recipient,
        channel=channel,
        urgency=Urgency.NOW,
        queued=NOON,
        changed=NOON,
        expires=NOON + LIFE,
        next_try=NOON,
        code="ABC234",
    )


async def test_what_is_written_down_once_stays_as_it_was(town: Town) -> None:
    async with town.database.writing() as session:
        assert await notices.put(session, [row()]) == {(notice().id, "granvik-tib")}
        assert await notices.put(session, [row(message="m2")]) == set()
        await messages.queue(session, sending())
        (listed,) = await notices.of_case(session, CASE)
    assert (listed.message, listed.state) == ("m1", MessageState.QUEUED)


async def test_a_delivery_shows_what_became_of_its_message_and_when(town: Town) -> None:
    async with town.database.writing() as session:
        await notices.put(session, [row()])
        await messages.queue(session, sending())
        assert await messages.claim(session, "m1", NOON, LATER)
        await messages.mark(session, "m1", MessageState.SENT, LATER)
        (listed,) = await notices.with_changes(session, await notices.of_case(session, CASE))
    assert (listed.state, listed.changed) == (MessageState.SENT, LATER)
    assert [change.state for change in listed.changes] == ["queued", "sending", "sent"]


async def test_what_did_not_arrive_is_listed_with_its_reason(town: Town) -> None:
    async with town.database.writing() as session:
        await notices.put(session, [row(), row("a", seq=2, message="m2")])
        await messages.queue(session, sending())
        await messages.queue(session, sending("m2", "a"))
        await messages.mark(session, "m1", MessageState.FAILED, LATER, "smtp_550")
        assert [(one.recipient, one.failure) for one in await notices.failed(session)] == [("granvik-tib", "smtp_550")]
        assert await notices.failed(session, tables.notices.c.case == "9001-FV-2026-00002") == []


async def test_whoever_has_it_by_one_channel_does_not_get_it_by_the_next(town: Town) -> None:
    async with town.database.writing() as session:
        await notices.put(session, [row(channel="sms"), row(channel="email", message="m2")])
        await messages.queue(session, sending(channel="sms"))
        await messages.queue(session, sending("m2", channel="email"))
        await messages.mark(session, "m2", MessageState.SENT, LATER)
        await messages.supersede(session, "m2", LATER)
        first = await messages.get(session, "m1")
        assert await notices.failed(session) == []
    assert (first.state, first.reason) == (MessageState.EXPIRED, "reached_otherwise")


async def test_a_message_sent_again_is_a_copy_with_a_history_of_its_own(town: Town) -> None:
    async def code(message: str) -> str:
        return message[-1] * 6

    async with town.database.writing() as session:
        await notices.put(session, [row()])
        await messages.queue(session, sending())
        assert await messages.again(session, "m1", LATER, code) == "m1"
        await messages.mark(session, "m1", MessageState.FAILED, LATER, "smtp_550")
        assert await messages.again(session, "m1", LATER, code) == "m1-2"
        await messages.mark(session, "m1-2", MessageState.FAILED, LATER, "smtp_550")
        assert await messages.again(session, "m1-2", LATER, code) == "m1-3"
        (listed,) = await notices.of_case(session, CASE)
        with pytest.raises(messages.UnknownMessage):
            await messages.again(session, "m9", LATER, code)
    assert (listed.message, listed.state) == ("m1-3", MessageState.QUEUED)


def stood(state: MessageState, told: str | None = None, recipient: str = "a", since: datetime = NOON) -> Delivery:
    return replace(row(recipient), state=state, told=told, queued=since, changed=since)


@pytest.mark.parametrize(
    "rows, kind",
    [
        ([stood(MessageState.SENT)], "sent"),
        ([stood(MessageState.SENT, told="sent")], None),
        ([stood(MessageState.SENT, told="late")], "sent"),
        ([stood(MessageState.QUEUED)], None),
        ([stood(MessageState.QUEUED, since=LONG_AGO)], "late"),
        ([stood(MessageState.QUEUED, "late", since=LONG_AGO)], None),
        ([stood(MessageState.FAILED)], "failed"),
        ([stood(MessageState.FAILED), stood(MessageState.SENT, recipient="b")], "sent"),
        ([stood(MessageState.FAILED), stood(MessageState.SENDING, recipient="b")], None),
        ([stood(MessageState.BOUNCED, told="sent")], "failed"),
        ([stood(MessageState.EXPIRED, told="late")], None),
        ([stood(MessageState.BOUNCED, "sent"), stood(MessageState.QUEUED, "sent", "b")], None),
        ([stood(MessageState.BOUNCED, "sent"), stood(MessageState.QUEUED, "sent", "b", LONG_AGO)], "late"),
        ([stood(MessageState.FAILED, told="failed")], None),
    ],
)
def test_a_case_is_told_once_of_what_became_of_a_notice(rows: list[Delivery], kind: str | None) -> None:
    outcome = reckon(rows, NOON)
    assert (outcome.kind if outcome else None) == kind


async def test_what_waits_too_long_is_found_before_anything_happens_to_it(town: Town) -> None:
    async with town.database.writing() as session:
        await notices.put(session, [row()])
        await messages.queue(session, sending())
        assert await notices.waiting_too_long(session, LATER) == set()
        found = await notices.waiting_too_long(session, NOON + timedelta(minutes=15))
        (late,) = await notices.outcomes(session, found, NOON + timedelta(minutes=15))
        await notices.mark_told(session, [late])
        assert await notices.waiting_too_long(session, NOON + timedelta(hours=1)) == set()
    assert (late.kind, late.failure) == ("late", "channel_out_of_reach")


async def test_that_it_was_late_does_not_outlast_that_it_arrived(town: Town) -> None:
    async with town.database.writing() as session:
        await notices.put(session, [row()])
        await messages.queue(session, sending())
        (late,) = await notices.outcomes(session, [notice().id], NOON + timedelta(hours=1))
        await messages.mark(session, "m1", MessageState.SENT, LATER)
        (sent,) = await notices.outcomes(session, [notice().id], LATER)
        await notices.mark_told(session, [sent])
        await notices.mark_told(session, [late])  # by another worker, which looked before and told after
        await messages.mark(session, "m1", MessageState.BOUNCED, LATER)
        (lost,) = await notices.outcomes(session, [notice().id], LATER)
    assert (late.kind, sent.kind, lost.kind) == ("late", "sent", "failed")
