"""Alarms by text message: a gateway that is slow, broken, talks nonsense or refuses, and the letter that takes over."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx2
import pytest

from channels.sms.channel import Sms
from channels.sms.gateways import elks
from models.stages.clock import NoticeSent
from operate.town import a_town
from storage import messages
from storage.tables import MessageState
from tests.channels.phone import Phone
from tests.channels.servers import Gateway, gateway
from tests.channels.test_contract import LOGIN
from tests.stories.alarm import COORDINATOR, TIB, an_alarm, latest, pages, rungs, takers, takes, unreached

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from operate.town import Town, TownCase

NUMBER = "+46701740611"
"""The duty officer's."""


@asynccontextmanager
async def by_text(home: Path, server: Gateway, letters: Phone | None = None) -> AsyncIterator[Town]:
    """A town that tells by text message, and by letters if there are any."""
    ways = {"sms": Sms(elks(server.url), "Varna", httpx2.BasicAuth(*LOGIN), limit=0.3)}
    async with a_town(home, ways | ({"email": letters} if letters else {})) as town:
        try:
            yield town
        finally:
            await town.postman.close()


def taken(server: Gateway) -> None:
    """The gateway takes what comes, and gives all of it one mark."""
    server.status, server.body = 200, b'{"id": "s1"}'


def texts(server: Gateway) -> int:
    """How often the gateway was asked to text the duty officer."""
    return [call.form.get("to") for call in server.arrived].count(NUMBER)


async def of(case: TownCase, who: str) -> dict[str, tuple[MessageState, str | None]]:
    """What became of somebody's first message, by channel."""
    return {one.channel: (one.state, one.failure) for one in await case.told() if (one.recipient, one.seq) == (who, 1)}


async def test_a_gateway_that_works_is_all_that_an_alarm_needs(tmp_path: Path) -> None:
    letters = Phone("email")
    async with gateway() as server, by_text(tmp_path, server, letters) as town:
        taken(server)
        case = await an_alarm(town)
        await town.wait(seconds=30)
        assert await of(case, TIB) == {"sms": (MessageState.SENT, None)}
        assert texts(server) == 1
        assert TIB not in letters.rang
        assert COORDINATOR in letters.rang  # has no telephone
        sent = (await latest(town, case, TIB)).reference
        assert sent == "s1"
        await takes(town, case, TIB)
        assert await takers(case) == [TIB]


@pytest.mark.parametrize(
    "status,body,reason",
    [(500, b"", "sms_500"), (429, b"", "sms_429"), (200, b"<html>Welcome</html>", "sms_nonsense")],
)
async def test_temporary_sms_failure_a_letter_goes_at_once_and_the_telephone_rings_as_soon_as_it_can(
    tmp_path: Path, status: int, body: bytes, reason: str
) -> None:
    letters = Phone("email")
    async with gateway() as server, by_text(tmp_path, server, letters) as town:
        server.status, server.body = status, body
        case = await an_alarm(town)
        await town.wait(seconds=20)
        assert pages(letters).count(TIB) == 1
        assert await unreached(case) == []
        assert await of(case, TIB) == {"sms": (MessageState.QUEUED, reason), "email": (MessageState.SENT, None)}
        asked = texts(server)
        taken(server)
        town.step = timedelta(seconds=15)
        await town.wait(minutes=2)
        assert await of(case, TIB) == {"sms": (MessageState.SENT, None), "email": (MessageState.SENT, None)}
        assert (texts(server), pages(letters).count(TIB)) == (asked + 1, 1)


async def test_a_gateway_that_answers_slowly_delays_nobody_who_can_be_told_otherwise(tmp_path: Path) -> None:
    letters = Phone("email")
    async with gateway() as server, by_text(tmp_path, server, letters) as town:
        server.mute = True
        case = await an_alarm(town)
        await town.wait(seconds=20)
        assert pages(letters).count(TIB) == 1
        assert await of(case, TIB) == {"sms": (MessageState.QUEUED, "sms_silent"), "email": (MessageState.SENT, None)}
        assert await unreached(case) == []


async def test_temporary_sms_failure_without_any_other_way_is_tried_until_it_works(tmp_path: Path) -> None:
    async with gateway() as server, by_text(tmp_path, server) as town:
        server.status = 503
        case = await an_alarm(town)
        town.step = timedelta(seconds=15)
        await town.wait(minutes=3)
        assert await of(case, TIB) == {"sms": (MessageState.QUEUED, "sms_503")}
        assert ("duty_officer", "channel_out_of_reach") in await unreached(case)
        asked = texts(server)
        taken(server)
        await town.wait(minutes=2)
        assert await of(case, TIB) == {"sms": (MessageState.SENT, None)}
        mine = [one for one in await case.told() if one.recipient == TIB]
        assert texts(server) - asked == len(
            {one.message for one in mine}
        )  # the failures of others climbed to the duty officer too
        told = [event.data for event in await case.events() if isinstance(event.data, NoticeSent)]
        heard = [fact.notice for fact in told if TIB in fact.recipients]
        assert sorted(heard) == sorted(one.notice for one in mine)
        assert await rungs(case) == []


async def test_permanent_sms_failure_is_not_tried_again_and_a_letter_goes_at_once(tmp_path: Path) -> None:
    letters = Phone("email")
    async with gateway() as server, by_text(tmp_path, server, letters) as town:
        server.status = 400
        case = await an_alarm(town)
        await town.wait(minutes=5)
        assert texts(server) == 1
        assert await of(case, TIB) == {"sms": (MessageState.FAILED, "sms_400"), "email": (MessageState.SENT, None)}
        assert await unreached(case) == []


async def test_permanent_sms_failure_without_any_other_way_tells_the_next_one_up(tmp_path: Path) -> None:
    async with gateway() as server, by_text(tmp_path, server) as town:
        server.status = 400
        case = await an_alarm(town)
        await town.wait(seconds=20)
        assert await of(case, TIB) == {"sms": (MessageState.FAILED, "sms_400")}
        assert ("duty_officer", "sms_400") in await unreached(case)
        assert ("chief_executive", "sms_400") in await unreached(case)


async def test_a_receipt_that_it_failed_after_all_makes_a_letter_go(tmp_path: Path) -> None:
    letters = Phone("email")
    async with gateway() as server, by_text(tmp_path, server, letters) as town:
        taken(server)
        case = await an_alarm(town)
        await town.wait(seconds=10)
        async with town.house.database.writing() as session:
            sent = await latest(town, case, TIB)
            await messages.mark(session, sent.id, MessageState.BOUNCED, await town.now(), "gateway_failed")
        await town.post()
        await town.wait(seconds=5)
        assert await of(case, TIB) == {
            "sms": (MessageState.BOUNCED, "gateway_failed"),
            "email": (MessageState.SENT, None),
        }
        assert pages(letters).count(TIB) == 1
        assert await unreached(case) == []
