"""What comes back by mail while an alarm runs: a bounce, an auto-reply, a person's answer."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from channels.email.channel import Email
from channels.email.inbound import read
from channels.email.server import MailServer
from desk import look
from i18n import words
from models.contact import ChannelKind
from models.inbound import MailKind
from models.vocabulary.case import Urgency
from operate import show
from operate.town import a_town
from storage import inbox
from storage.tables import MessageState
from tests.channels.certificate import HOST
from tests.channels.phone import Phone
from tests.channels.servers import smtp_server
from tests.channels.test_inbound import answer, report
from tests.stories.alarm import (
    CHIEF,
    DEPUTY,
    HEAD,
    TIB,
    an_alarm,
    latest,
    pages,
    prefers,
    rungs,
    takers,
    unreached,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from operate.town import Town, TownCase
    from tests.channels.servers import MailServer as Arriving

ADDRESS = "tib@nordmyra.example"


@asynccontextmanager
async def letters_first(home: Path, database_url: str, **others: Phone) -> AsyncIterator[tuple[Town, Arriving]]:
    """A town with a mail server and other ways to tell; the duty officer wants letters first."""
    async with smtp_server() as server:
        email = Email(MailServer(HOST, server.port, "none"), "varna@nordmyra.example", limit=5)
        async with a_town(home, {"email": email, **others}, database_url) as town:
            await prefers(town, TIB, channels={Urgency.PAGE: (ChannelKind.EMAIL, ChannelKind.SMS)})
            try:
                yield town, server
            finally:
                await town.postman.close()


def letter(server: Arriving) -> str:
    """What the duty officer was sent first, as it came."""
    return next(mail.raw for mail in server.arrived if mail.recipients == (ADDRESS,)).decode()


async def comes_back(town: Town, raw: bytes, mail: str = "first") -> MailKind:
    """A mail lands in our mailbox, and is read."""
    async with town.house.database.writing() as session:
        kind = await inbox.take(session, town.house.ring, mail, read(raw), await town.now())
    await town.post()
    await town.wait(seconds=5)
    return kind


def bounce(original: str) -> bytes:
    """The server at the other end gives our letter back (RFC 3464)."""
    final = f"Final-Recipient: rfc822; {ADDRESS}\nAction: failed\nStatus: 5.1.1"
    return report("delivery-status", f"Reporting-MTA: dns; mx.nordmyra.example\n\n{final}", original, "")


async def states(case: TownCase) -> dict[str, tuple[MessageState, str | None]]:
    """What became of the duty officer's first message, by channel."""
    return {one.channel: (one.state, one.failure) for one in await case.told() if (one.recipient, one.seq) == (TIB, 1)}


async def test_a_bounce_after_sent_rings_the_persons_telephone(tmp_path: Path, database_url: str) -> None:
    phone = Phone("sms")
    async with letters_first(tmp_path, database_url, sms=phone) as (town, server):
        case = await an_alarm(town)
        await town.wait(seconds=30)
        assert await states(case) == {"email": (MessageState.SENT, None)}
        assert TIB not in phone.rang
        for mail in ("first", "and found again"):
            assert await comes_back(town, bounce(letter(server)), mail) is MailKind.BOUNCE
        assert await states(case) == {"email": (MessageState.BOUNCED, "bounced"), "sms": (MessageState.SENT, None)}
        assert pages(phone).count(TIB) == 1
        assert await unreached(case) == []
        assert await rungs(case) == []


async def test_a_bounce_with_no_other_way_tells_the_next_one_up_and_the_history_says_so(
    tmp_path: Path, database_url: str
) -> None:
    async with letters_first(tmp_path, database_url) as (town, server):
        case = await an_alarm(town)
        await town.wait(seconds=30)
        head = len([mail for mail in server.arrived if mail.recipients == ("direktor@nordmyra.example",)])
        for mail in ("first", "and found again"):
            await comes_back(town, bounce(letter(server)), mail)
        assert await states(case) == {"email": (MessageState.BOUNCED, "bounced")}
        assert await unreached(case) == [("duty_officer", "bounced")]
        assert (await latest(town, case, HEAD)).state is MessageState.SENT
        assert len([m for m in server.arrived if m.recipients == ("direktor@nordmyra.example",)]) == head + 1
        own = words("sv")
        printed = "\n".join(str(line) for line in show.history(await look.history(town.house, case.ref, None), own))
        assert own("failure.bounced").lower() in printed
        await town.wait(minutes=20)  # and the ladder climbs as ever
        assert await rungs(case) == [0, 1]
        assert {CHIEF, DEPUTY} <= {one.recipient for one in await case.told() if one.about == "alarm"}


@pytest.mark.parametrize(
    "headers", [{"Auto_Submitted": "auto-replied"}, {"Subject": "Autosvar: larm"}, {"X_Auto_Response_Suppress": "All"}]
)
async def test_an_out_of_office_reply_does_not_stop_the_ladder(tmp_path: Path, headers: dict[str, str]) -> None:
    async with letters_first(tmp_path, "") as (town, server):
        case = await an_alarm(town)
        await town.wait(seconds=30)
        sent = await latest(town, case, TIB)
        said = answer(
            f"Jag är ledig till måndag.\n{sent.code}\n", In_Reply_To=f"<{sent.id}@nordmyra.example>", **headers
        )
        told = len(server.arrived)
        assert await comes_back(town, said) is MailKind.AUTO_REPLY
        assert len(server.arrived) == told  # never answered: it cannot loop
        assert await takers(case) == []
        await town.wait(minutes=20)
        assert await rungs(case) == [0, 1]


async def test_a_reply_with_the_code_stops_the_ladder(tmp_path: Path, database_url: str) -> None:
    async with letters_first(tmp_path, database_url) as (town, server):
        case = await an_alarm(town)
        await town.wait(minutes=11)
        sent = await latest(town, case, TIB)
        assert sent.code in letter_of(server, sent.id)
        said = answer(f"{sent.code.lower()} jag tar det\n", In_Reply_To=f"<{sent.id}@nordmyra.example>")
        for mail in ("first", "and found again"):
            assert await comes_back(town, said, mail) is MailKind.ANSWER
        assert await takers(case) == [TIB]
        assert (await latest(town, case, TIB)).reason == "reply"
        await town.wait(hours=2)
        assert await rungs(case) == [0]


async def test_a_reply_that_only_quotes_our_letter_stops_nothing(tmp_path: Path) -> None:
    async with letters_first(tmp_path, "") as (town, server):
        case = await an_alarm(town)
        await town.wait(seconds=30)
        quoted = "\n".join(f"> {line}" for line in letter(server).splitlines())
        assert await comes_back(town, answer(f"Vem är detta?\n\n{quoted}\n")) is MailKind.OTHER
        assert await takers(case) == []
        await town.wait(minutes=10)
        assert await rungs(case) == [0]


def letter_of(server: Arriving, message: str) -> str:
    """The text of one of our letters."""
    found = next(mail.parsed for mail in server.arrived if mail.parsed["X-Varna-Message"] == message)
    body = found.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
