"""The canary goes, comes back, or is missed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from models.watch import Finding
from operate.town import a_town
from operate.watchdog.canary import EVERY, LIMIT, Canary
from storage import messages, tables, watch
from storage.messages import Sending
from storage.tables import MessageKind, MessageState
from tests.operate.queued import house, mark, queue, sending
from tests.storage.town import NOON, Town

SOON = timedelta(seconds=1)


async def test_a_canary_that_comes_back_is_taken_in_and_the_next_one_goes_ten_minutes_later(
    little_town: Town, tmp_path: Path
) -> None:
    canary = Canary(house(little_town, tmp_path))
    assert await canary.findings(NOON) == []
    (gone,) = await canaries(little_town)
    assert (gone.channel, gone.recipient, gone.state, gone.case) == ("outbox", "canary", MessageState.QUEUED, None)
    await mark(little_town, gone.id, MessageState.SENT, NOON)
    assert await canary.findings(NOON + LIMIT) == []
    assert canary.last_back is None
    file = landed(tmp_path)
    assert await canary.findings(NOON + LIMIT + SOON) == []
    assert canary.last_back == NOON
    assert not file.exists()
    assert [one.state for one in await canaries(little_town)] == [MessageState.DELIVERED]
    assert await canary.findings(NOON + EVERY) == []
    assert len(await canaries(little_town)) == 2


async def test_a_canary_that_stays_away_is_missed_and_one_that_follows_it_home_is_enough(
    little_town: Town, tmp_path: Path
) -> None:
    canary = Canary(house(little_town, tmp_path))
    await canary.findings(NOON)
    missed = [Finding(code="canary_lost", detail="outbox")]
    assert await canary.findings(NOON + LIMIT + SOON) == missed
    assert await canary.findings(NOON + EVERY) == missed
    assert len(await canaries(little_town)) == 1, "while one waits in the queue no other is let go"
    await mark(little_town, (await canaries(little_town))[0].id, MessageState.EXPIRED, NOON + EVERY)
    assert await canary.findings(NOON + EVERY + SOON) == missed
    await mark(little_town, (await canaries(little_town))[1].id, MessageState.SENT, NOON + EVERY + 2 * SOON)
    landed(tmp_path)
    assert await canary.findings(NOON + EVERY + LIMIT) == []


@pytest.mark.parametrize("reads_mail", [True, False])
async def test_by_mail_a_canary_is_back_when_the_mailbox_says_so_or_else_when_the_mail_server_has_it(
    little_town: Town, tmp_path: Path, *, reads_mail: bool
) -> None:
    canary = Canary(
        house(little_town, tmp_path, smtp_host="mail.example", imap_host="mail.example" if reads_mail else "")
    )
    await canary.findings(NOON)
    (gone,) = await canaries(little_town)
    assert gone.channel == "email"
    await mark(little_town, gone.id, MessageState.SENT, NOON)
    await canary.findings(NOON + SOON)
    assert canary.last_back == (None if reads_mail else NOON)
    await mark(little_town, gone.id, MessageState.DELIVERED, NOON + SOON)
    assert await canary.findings(NOON + LIMIT + SOON) == []
    assert canary.last_back == NOON


async def test_canaries_of_yesterday_are_forgotten(little_town: Town, tmp_path: Path) -> None:
    old = NOON - timedelta(days=1, minutes=1)
    await queue(
        little_town,
        sending("m1", old, kind=MessageKind.CANARY, case=None, state=MessageState.DELIVERED),
        sending("m2", old),
    )
    await Canary(house(little_town, tmp_path)).findings(NOON)
    async with little_town.database.reading() as session:
        left = await messages.select_where(session, tables.messages.c.id.is_not(None))
        changes = await messages.changes(session, ["m1"])
    assert "m1" not in {one.id for one in left}
    assert "m2" in {one.id for one in left}
    assert changes == {"m1": []}


async def test_the_postman_of_a_town_brings_it_back(tmp_path: Path) -> None:
    async with a_town(tmp_path) as town:
        canary, now = Canary(town.house), await town.now()
        await canary.findings(now)
        await town.post()
        assert await canary.findings(await town.now()) == []
        assert canary.last_back == now


async def canaries(town: Town) -> list[Sending]:
    async with town.database.reading() as session:
        return await watch.canaries(session)


def landed(home: Path) -> Path:
    """The canary's file in the outbox."""
    folder = home / "outbox" / "0000"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "canary.txt").write_text("Subject: prov")
    return folder / "canary.txt"
