"""Alarms by e-mail with a real mail server: gone for a day, refusing one person, refusing us, hanging up too early."""

from __future__ import annotations

from collections import Counter
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from channels.email.channel import Email
from channels.email.server import MailServer
from desk import look
from models.stages.clock import NoticeSent
from operate.town import a_town
from storage.messages import WAITING
from storage.tables import MessageState
from tests.channels import servers
from tests.channels.certificate import HOST, certificate
from tests.channels.servers import smtp_server
from tests.channels.test_contract import LOGIN
from tests.reports import a_report
from tests.stories.alarm import CHIEF, TIB, an_alarm, queue, rungs, takers, takes, unreached

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from operate.town import Town

FROM = "varna@nordmyra.example"
ADDRESS = {TIB: "tib@nordmyra.example", CHIEF: "sakerhetschef@nordmyra.example"}


@asynccontextmanager
async def by_mail(home: Path, server: servers.MailServer, database_url: str = "") -> AsyncIterator[Town]:
    """A town that tells by e-mail alone."""
    email = Email(MailServer(HOST, server.port, "none"), FROM, limit=5)
    async with a_town(home, {"email": email}, database_url) as town:
        try:
            yield town
        finally:
            await town.postman.close()


def ids(server: servers.MailServer, to: str | None = None) -> list[str]:
    """Of the mails that the server has, for somebody or for all, in the order they came."""
    return [str(m.parsed["X-Varna-Message"]) for m in server.arrived if to is None or m.recipients == (to,)]


# Gone for a day


async def test_the_mail_is_down_for_24_hours_and_then_all_of_it_comes_in_order_and_once(
    tmp_path: Path, database_url: str
) -> None:
    async with smtp_server() as server, by_mail(tmp_path, server, database_url) as town:
        server.down()
        cases = [await an_alarm(town)]
        town.step = timedelta(hours=4)
        await cases[0].does(CHIEF, "acknowledge")
        for _ in range(3):
            await town.wait(hours=8)
            cases.append(await town.report(a_report(organisation="9002")))
            # All the time it can be seen what waits and why, and that the cases know.
            rows = [one for one in await look.deliveries(town.house, None, failed=False) if one.message]
            assert {one.state for one in rows} <= set(WAITING)
            assert "smtp_unreachable" in {one.failure for one in rows}
            known = [failure for case in cases[:-1] for _, failure in await unreached(case)]
            assert set(known) == {"channel_out_of_reach"}
        assert server.arrived == []
        waiting, back = await queue(town), await town.now()
        await server.up()
        town.step = timedelta(minutes=1)
        await town.wait(minutes=7)
        queued = {one.id: one for one in await queue(town)}
        assert {one.state for one in queued.values()} == {MessageState.SENT}
        assert Counter(ids(server)) == Counter(queued.keys())
        assert len(waiting) > 20
        for to in {mail.recipients[0] for mail in server.arrived}:
            for page in (True, False):  # an alarm does not queue behind the rest, and a fresh one not behind any
                line = [queued[one] for one in ids(server, to) if (queued[one].urgency == "page") is page]
                waited = [one for one in line if one.queued < back - timedelta(minutes=1)]
                assert waited == sorted(waited, key=lambda one: (one.queued, one.id))
        for case in cases:
            told = [event.data for event in await case.events() if isinstance(event.data, NoticeSent)]
            rows = await case.told()
            assert {fact.notice for fact in told} >= {one.notice for one in rows if one.message}


# Refused


async def test_451_after_the_data_of_one_delays_that_one_alone(tmp_path: Path) -> None:
    async with smtp_server() as server, by_mail(tmp_path, server) as town:
        server.refuse_data_to[ADDRESS[TIB]] = "451 4.3.0 later"
        case = await an_alarm(town)
        town.step = timedelta(seconds=5)
        await town.wait(seconds=10)
        others = {one.state for one in await case.told() if one.recipient != TIB and one.message}
        (late,) = [one for one in await case.told() if one.recipient == TIB]
        assert others == {MessageState.SENT}
        assert (late.state, late.failure) == (MessageState.QUEUED, "smtp_451")
        assert ids(server, ADDRESS[TIB]) == []
        server.refuse_data_to.clear()
        await town.wait(seconds=30)
        (late,) = [one for one in await case.told() if one.recipient == TIB]
        assert late.state is MessageState.SENT
        assert ids(server, ADDRESS[TIB]) == [late.message]
        assert Counter(ids(server)).most_common(1)[0][1] == 1
        await takes(town, case, TIB)
        assert await takers(case) == [TIB]


async def test_550_for_one_rings_the_next_one_up_and_nobody_else_hears_of_it(tmp_path: Path) -> None:
    async with smtp_server() as server, by_mail(tmp_path, server) as town:
        server.refuse_recipient[ADDRESS[TIB]] = "550 5.1.1 no such box"
        case = await an_alarm(town)
        await town.wait(seconds=10)
        assert await unreached(case) == [("duty_officer", "smtp_550")]
        assert ids(server, ADDRESS[CHIEF])
        assert {one.failure for one in await look.deliveries(town.house, case.ref, failed=True)} == {"smtp_550"}


async def test_535_a_wrong_password_makes_everything_wait_in_sight_until_it_is_mended(tmp_path: Path) -> None:
    async with smtp_server(tls=True, login=LOGIN) as server:
        wrong, right = (
            Email(MailServer(HOST, server.port, "starttls", LOGIN[0], password, certificate()[1]), FROM, limit=5)
            for password in ("mistyped", LOGIN[1])
        )
        async with a_town(tmp_path, {"email": wrong}) as town:
            case = await an_alarm(town)
            town.step = timedelta(seconds=30)
            await town.wait(minutes=5)
            rows = [one for one in await case.told() if one.message]
            assert {(one.state, one.failure) for one in rows} == {(MessageState.QUEUED, "smtp_auth")}
            assert set(await unreached(case)) >= {("duty_officer", "channel_out_of_reach")}
            assert server.arrived == []
            town.postman.channels = {"email": right}  # the worker is started anew, with another password
            await town.wait(minutes=6)
            queued = await queue(town)
            assert {one.state for one in queued} == {MessageState.SENT}
            assert Counter(ids(server)) == Counter(one.id for one in queued)
            assert await rungs(case) == [0]
            await wrong.close()
            await right.close()


# Duplicate notices


async def test_duplicate_notices_a_connection_dropped_after_the_data_comes_twice_at_most_and_as_one_message(
    tmp_path: Path,
) -> None:
    async with smtp_server() as server, by_mail(tmp_path, server) as town:
        server.drop_after_data = 1
        case = await an_alarm(town)
        town.step = timedelta(seconds=5)
        await town.wait(minutes=1)
        twice = [one for one, times in Counter(ids(server)).items() if times > 1]
        assert len(twice) == 1
        assert Counter(ids(server))[twice[0]] == 2
        same = {mail.parsed["Message-ID"] for mail in server.arrived if mail.parsed["X-Varna-Message"] == twice[0]}
        assert len(same) == 1
        assert {one.state for one in await case.told() if one.message} == {MessageState.SENT}
        assert await unreached(case) == []


@pytest.mark.parametrize("answer", ["421 4.3.2 going down", "451 4.7.1 greylisted"])
async def test_a_server_that_wants_everything_later_gets_everything_later(tmp_path: Path, answer: str) -> None:
    async with smtp_server() as server, by_mail(tmp_path, server) as town:
        server.refuse_sender = answer
        case = await an_alarm(town)
        town.step = timedelta(seconds=10)
        await town.wait(minutes=2)
        assert server.arrived == []
        assert {one.state for one in await case.told() if one.message} == {MessageState.QUEUED}
        server.refuse_sender = ""
        await town.wait(minutes=6)
        assert Counter(ids(server)) == Counter(one.id for one in await queue(town))
