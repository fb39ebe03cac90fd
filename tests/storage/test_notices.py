from datetime import timedelta

from models.notices import Notice
from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from storage import notices
from storage.tables import NoticeState
from tests.storage.town import NOON, Town

LATER = NOON + timedelta(minutes=1)


def notice(seq: int = 1, case: str = "9001-FV-2026-00001") -> Notice:
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


async def test_a_delivery_is_queued_once_and_then_stays_as_it_became(town: Town) -> None:
    async with town.database.writing() as session:
        queued = await notices.put(session, notice(), "granvik-tib", "outbox", NOON)
        await notices.mark(session, queued, NoticeState.SENT, LATER)
        again = await notices.put(session, notice(), "granvik-tib", "outbox", LATER)
        await notices.mark(session, queued, NoticeState.FAILED, LATER, "no_line")
        (listed,) = await notices.of_case(session, notice().case)
    assert (queued.state, queued.queued, queued.role) == (NoticeState.QUEUED, NOON, Role.SECURITY_CHIEF)
    assert (again.state, again.queued, again.changed, again.failure) == (NoticeState.SENT, NOON, LATER, None)
    assert listed == again


async def test_each_recipient_and_channel_is_a_delivery_of_its_own(town: Town) -> None:
    async with town.database.writing() as session:
        for recipient, channel in (("a", "outbox"), ("a", "email"), ("b", "outbox")):
            await notices.put(session, notice(2), recipient, channel, NOON)
        await notices.put(session, notice(1), "b", "outbox", NOON)
        await notices.put(session, notice(1, "9001-FV-2026-00002"), "a", "outbox", NOON)
        listed = await notices.of_case(session, notice().case)
    assert [(one.seq, one.recipient, one.channel) for one in listed] == [
        (1, "b", "outbox"),
        (2, "a", "email"),
        (2, "a", "outbox"),
        (2, "b", "outbox"),
    ]


async def test_what_reached_nobody_is_listed_with_its_reason(town: Town) -> None:
    async with town.database.writing() as session:
        lost = await notices.put(session, notice(), "a", "outbox", NOON)
        await notices.put(session, notice(2), "a", "outbox", NOON)
        await notices.mark(session, lost, NoticeState.FAILED, LATER, "no_line")
        assert [(one.notice, one.failure) for one in await notices.failed(session)] == [(lost.notice, "no_line")]
        assert len(await notices.failed(session, "9001")) == 1
        assert await notices.failed(session, "90") == []
