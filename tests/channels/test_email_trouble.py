"""What mail servers do to us: real conversations, each way they go wrong, and what the message is told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Literal

import pytest
from icalendar import Calendar

from channels.contract import ChannelError, Invitation, Message
from channels.email.channel import Email
from channels.email.connections import CONNECTIONS
from channels.email.server import MailServer
from tests.channels import servers
from tests.channels.certificate import HOST, certificate
from tests.channels.servers import smtp_server
from tests.channels.test_contract import LOGIN, MESSAGE

FROM = "varna@granvik.example"
TO = "tib@granvik.example"
NINE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def message(number: int = 0, **changes: object) -> Message:
    return MESSAGE.model_copy(update={"id": f"m-{number}", "address": TO, **changes})


@asynccontextmanager
async def channel(
    server: servers.MailServer,
    security: Literal["starttls", "tls", "none"] = "none",
    login: tuple[str, str] = ("", ""),
    limit: float = 5,
    *,
    trusted: bool = True,
) -> AsyncIterator[Email]:
    trust = certificate()[1] if trusted else ssl.create_default_context()
    built = Email(MailServer(HOST, server.port, security, *login, trust), FROM, limit=limit)
    try:
        yield built
    finally:
        await built.close()


async def refusal(email: Email, told: Message | None = None) -> tuple[str, bool]:
    with pytest.raises(ChannelError) as error:
        await email.send(told or message())
    return str(error.value), error.value.permanent


async def test_a_mail_is_addressed_marked_and_readable_in_both_forms() -> None:
    async with smtp_server() as server, channel(server) as email:
        await email.send(message(urgency="page"))
        (mail,) = server.arrived
        assert (mail.sender, mail.recipients) == (FROM, (TO,))
        told = mail.parsed
        assert told["Message-ID"] == "<m-0@granvik.example>"
        assert told["X-Varna-Message"] == "m-0"
        assert told["Auto-Submitted"] == "auto-generated"
        assert (told["X-Priority"], told["Importance"]) == ("1", "high")
        assert told["Subject"] == MESSAGE.subject
        assert told.get_content_type() == "multipart/alternative"
        plain, html = told.get_body(("plain",)), told.get_body(("html",))
        assert plain
        assert html
        assert plain.get_content().splitlines() == MESSAGE.body.splitlines()
        assert html.get_content().strip() == MESSAGE.html
        assert mail.raw.isascii()


async def test_only_an_alarm_is_marked_as_urgent_and_only_the_canary_as_canary() -> None:
    async with smtp_server() as server, channel(server) as email:
        await email.send(message(urgency="headline"))
        await email.send(message(1, recipient="canary"))
        first, second = (mail.parsed for mail in server.arrived)
        assert first["X-Priority"] is None
        assert first["X-Varna-Canary"] is None
        assert second["X-Varna-Canary"] == "m-1"


@pytest.mark.parametrize("cancelled, method", [(False, "REQUEST"), (True, "CANCEL")])
async def test_an_invitation_is_one_that_calendars_take(cancelled: bool, method: str) -> None:  # noqa: FBT001
    invitation = Invitation(uid="u-1", sequence=3, starts=NINE, ends=NINE + timedelta(hours=1), cancelled=cancelled)
    async with smtp_server() as server, channel(server) as email:
        await email.send(message(invitation=invitation))
        parts = list(server.arrived[0].parsed.walk())
    (inline,) = (part for part in parts if part.get_content_type() == "text/calendar")
    (attached,) = (part for part in parts if part.get_content_type() == "application/ics")
    assert isinstance(inline, EmailMessage)
    assert isinstance(attached, EmailMessage)
    assert inline.get_param("method") == method
    assert attached.get_filename() == "invite.ics"
    for text in (inline.get_content(), attached.get_content().decode()):
        calendar = Calendar.from_ical(text)
        assert isinstance(calendar, Calendar)
        (event,) = calendar.events
        assert calendar["METHOD"] == method
        assert (event["UID"], event["SEQUENCE"], event["SUMMARY"]) == ("u-1", 3, MESSAGE.subject)
        assert (event["ORGANIZER"], event["ATTENDEE"]) == (f"mailto:{FROM}", f"mailto:{TO}")
        assert event.start == NINE


@pytest.mark.parametrize(
    "step, answer, reason, permanent",
    [
        ("refuse_data", "451 4.3.0 try later", "smtp_451", False),
        ("refuse_data", "452 4.2.2 full for now", "smtp_452", False),
        ("refuse_data", "554 5.6.0 no", "smtp_554", True),
        ("refuse_sender", "452 4.3.1 disk full", "smtp_452", False),
        ("refuse_sender", "550 5.7.1 who are you", "smtp_550", True),
        ("refuse_sender", "530 5.7.0 authentication required", "smtp_auth", False),
        ("refuse_sender", "421 4.3.2 going down", "smtp_421", False),
        ("refuse_recipient", "550 5.1.1 tib@granvik.example unknown", "smtp_550", True),
        ("refuse_recipient", "452 4.2.2 tib@granvik.example full", "smtp_452", False),
        ("refuse_recipient", "450 4.2.0 greylisted", "smtp_450", False),
    ],
)
async def test_what_the_server_answers_is_what_the_message_is_told(
    step: str,
    answer: str,
    reason: str,
    permanent: bool,  # noqa: FBT001
) -> None:
    async with smtp_server() as server, channel(server) as email:
        usual = getattr(server, step)
        setattr(server, step, {TO: answer} if step == "refuse_recipient" else answer)
        assert await refusal(email) == (reason, permanent)
        setattr(server, step, usual if isinstance(usual, str) else {})
        await email.send(message())
        assert len(server.arrived) == 1


async def test_a_recipient_who_is_refused_holds_up_nobody_else() -> None:
    async with smtp_server() as server, channel(server) as email:
        server.refuse_recipient = {TO: "550 5.1.1 unknown"}
        others = [message(number, address=f"person{number}@granvik.example") for number in range(5)]
        answers = await asyncio.gather(*map(email.send, [message(9), *others]), return_exceptions=True)
        assert [isinstance(answer, ChannelError) for answer in answers] == [True, *[False] * 5]
        assert len(server.arrived) == 5
        assert server.connections <= CONNECTIONS


async def test_wrong_credentials_are_for_an_operator_to_mend() -> None:
    async with smtp_server(tls=True, login=LOGIN) as server:
        async with channel(server, "starttls", (LOGIN[0], "wrong")) as email:
            assert await refusal(email) == ("smtp_auth", False)
        async with channel(server, "starttls", LOGIN) as email:
            await email.send(message())
        assert len(server.arrived) == 1


async def test_a_server_that_knows_no_authentication_is_given_no_password() -> None:
    async with smtp_server() as server, channel(server, "none", LOGIN) as email:
        assert await refusal(email) == ("smtp_auth", False)
        assert server.arrived == []


async def test_nothing_is_sent_in_clear_when_the_server_offers_no_encryption() -> None:
    async with smtp_server() as server, channel(server, "starttls") as email:
        assert await refusal(email) == ("smtp_no_tls", False)
        assert server.arrived == []


async def test_a_certificate_that_nobody_vouches_for_is_not_believed() -> None:
    async with smtp_server(tls=True) as server, channel(server, "starttls", trusted=False) as email:
        assert await refusal(email) == ("smtp_tls", False)
        assert server.arrived == []


async def test_a_connection_dropped_after_the_last_byte_is_tried_again_with_the_same_mark() -> None:
    async with smtp_server() as server, channel(server) as email:
        server.drop_after_data = 1
        assert await refusal(email) == ("smtp_dropped", False)
        await email.send(message())
        assert len(server.arrived) == 2
        assert {mail.parsed["Message-ID"] for mail in server.arrived} == {"<m-0@granvik.example>"}


async def test_a_banner_that_never_comes_is_not_waited_for() -> None:
    async with smtp_server() as server, channel(server, limit=0.2) as email:
        server.mute = True
        assert await refusal(email) == ("smtp_silent", False)
        server.hang_up()
        server.mute = False
        await email.send(message())
        assert len(server.arrived) == 1


async def test_more_messages_than_connections_all_give_up_in_time_when_the_server_hangs() -> None:
    async with smtp_server() as server, channel(server, limit=0.3) as email:
        server.mute = True
        async with asyncio.timeout(3):
            answers = await asyncio.gather(*(email.send(message(n)) for n in range(20)), return_exceptions=True)
        assert {str(answer) for answer in answers} == {"smtp_silent"}


async def test_a_server_that_went_and_came_back_gets_all_that_is_sent_again() -> None:
    async with smtp_server() as server, channel(server) as email:
        await email.send(message(1))
        server.down()
        assert await refusal(email, message(2)) == ("smtp_unreachable", False)
        await server.up()
        await email.send(message(2))
        await email.send(message(3))
        assert [mail.parsed["X-Varna-Message"] for mail in server.arrived] == ["m-1", "m-2", "m-3"]


async def test_an_idle_connection_that_broke_is_opened_anew_without_anybody_noticing() -> None:
    async with smtp_server() as server, channel(server) as email:
        await email.send(message(1))
        server.hang_up()
        await email.send(message(2))
        assert len(server.arrived) == 2
        assert server.connections == 2


@pytest.mark.parametrize("subject", ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\x00b", "a\u2028b", "a\x85b"])
async def test_a_subject_cannot_forge_a_header(subject: str) -> None:
    async with smtp_server() as server, channel(server) as email:
        assert await refusal(email, message(subject=subject)) == ("bad_subject", True)
        assert server.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "tib@granvik.example\r\nRCPT TO:<x@y.example>",
        "tib@granvik.example,x@y.example",
        "<tib@granvik.example>",
        "tib@granvik.example ",
        "tib granvik@granvik.example",
        '"tib"@granvik.example',
        "tib@granvik.example SIZE=1",
        "tib@" + "a" * 64 + ".example",
        "tib@.example",
        "@granvik.example",
        "tib@",
        "tib",
        "",
    ],
)
async def test_an_address_is_one_address_and_nothing_else(address: str) -> None:
    async with smtp_server() as server, channel(server) as email:
        assert await refusal(email, message(address=address)) == ("bad_address", True)
        assert server.connections == 0


async def test_swedish_letters_are_allowed_on_both_sides_of_the_at_sign() -> None:
    async with smtp_server() as server, channel(server) as email:
        await email.send(message(1, address="tib@älvnäs.example"))
        await email.send(message(2, address="åsa@älvnäs.example"))
        assert [mail.recipients for mail in server.arrived] == [
            ("tib@xn--lvns-koad.example",),
            ("åsa@xn--lvns-koad.example",),
        ]
        assert server.arrived[1].parsed["Subject"] == MESSAGE.subject


async def test_two_hundred_messages_share_a_few_connections() -> None:
    async with smtp_server(tls=True, login=LOGIN) as server, channel(server, "starttls", LOGIN, 60) as email:
        await asyncio.gather(*(email.send(message(number)) for number in range(200)))
        assert len({mail.parsed["Message-ID"] for mail in server.arrived}) == len(server.arrived) == 200
        assert server.connections <= CONNECTIONS
