"""The one contract that every channel keeps. A new channel joins `POSTS` and brings the server it talks to."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from channels.chat.channel import Chat
from channels.contract import Channel, ChannelError, Message
from channels.email.channel import Email
from channels.email.server import MailServer
from channels.outbox.channel import Outbox
from channels.sms.channel import Sms
from channels.sms.gateways import ClientCredentials, elks, sundsvall
from channels.sms.template import Template
from channels.webhook.channel import Webhook
from tests.channels import servers
from tests.channels.certificate import HOST, certificate
from tests.channels.servers import gateway, smtp_server

LOGIN = ("varna", "hemligt")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
LINK = "https://varna.example/l/abc123"
MESSAGE = Message(
    id="m-0001",
    organisation="9001",
    case="9001-FV-2026-00001",
    recipient="granvik-samordnare",
    address="",
    urgency="page",
    subject="Larm: ärende 9001-FV-2026-00001",
    body=f"Kvittera ärendet.\nSvara ABC234 eller öppna {LINK}",
    short=f"Larm: ärende 9001-FV-2026-00001 ABC234 {LINK}",
    html=f'<p>Kvittera ärendet. Svara ABC234. <a href="{LINK}">Öppna</a></p>',
    link=LINK,
    code="ABC234",
)
SHORT = 1.0
"""Seconds that a channel waits in these tests for a server that never answers."""


@dataclass
class Post:
    """A channel and the server it talks to."""

    channel: Channel
    addresses: tuple[str, str]
    """Two people's."""
    arrived: Callable[[], list[str]]
    """The texts the server has, whole."""
    refuse: Callable[[], object] | None = None
    """The server refuses for good from now on; None if the other side cannot say such a thing."""
    fail: Callable[[], object] | None = None
    server: servers.MailServer | servers.Gateway | None = None

    def message(self, person: int = 0) -> Message:
        """One for one of the two."""
        own = {"id": f"m-{person}", "address": self.addresses[person], "recipient": f"granvik-{person}"}
        return MESSAGE.model_copy(update=own)


@asynccontextmanager
async def outbox(tmp_path: Path) -> AsyncIterator[Post]:
    folder = tmp_path / "outbox"

    def arrived() -> list[str]:
        return [path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.txt"))]

    yield Post(Outbox(folder), ("", ""), arrived, fail=lambda: folder.write_text("a file in the folder's place"))


@asynccontextmanager
async def email(tmp_path: Path) -> AsyncIterator[Post]:
    del tmp_path
    async with smtp_server(tls=True, login=LOGIN) as server:
        ours = MailServer(HOST, server.port, "starttls", *LOGIN, trust=certificate()[1])

        def arrived() -> list[str]:
            bodies = [(mail.parsed, mail.parsed.get_body(("plain",))) for mail in server.arrived]
            return [f"{parsed['Subject']}\n{body.get_content()}" for parsed, body in bodies if body]

        def answer(text: str) -> Callable[[], None]:
            return lambda: setattr(server, "refuse_data", text)

        yield Post(
            Email(ours, "varna@granvik.example", limit=2 * SHORT),
            ("samordnare@granvik.example", "tib@granvik.example"),
            arrived,
            answer("550 5.7.1 mailbox of samordnare@granvik.example closed"),
            answer("451 4.3.0 mailbox of samordnare@granvik.example busy"),
            server,
        )


def by_http(
    server: servers.Gateway, channel: Channel, addresses: tuple[str, str], arrived: Callable[[], list[str]]
) -> Post:
    def answer(status: int) -> Callable[[], None]:
        def change() -> None:
            server.status, server.body = status, b"no such number: +46701740605"

        return change

    return Post(channel, addresses, arrived, answer(400), answer(500), server)


TELEPHONES = ("070-174 06 05", "+46 70 174 06 06")


@asynccontextmanager
async def sms_http(tmp_path: Path) -> AsyncIterator[Post]:
    async with gateway() as server:
        file = tmp_path / "sms.toml"
        file.write_text(f'url = "{server.url}/send?to={{to}}"\n[json]\ntext = "{{text}}"\n', encoding="utf-8")
        channel = Sms(Template.read(file), "Varna", limit=SHORT)
        yield by_http(server, channel, TELEPHONES, lambda: [call.json["text"] for call in server.arrived])


@asynccontextmanager
async def sms_46elks(tmp_path: Path) -> AsyncIterator[Post]:
    del tmp_path
    async with gateway() as server:
        server.body = b'{"id": "s70df59406a1b4643b96f3f91e0bfb7b0", "status": "created"}'
        channel = Sms(elks(server.url), "Varna", limit=SHORT)
        yield by_http(server, channel, TELEPHONES, lambda: [call.form["message"] for call in server.arrived])


@asynccontextmanager
async def sms_sundsvall(tmp_path: Path) -> AsyncIterator[Post]:
    del tmp_path
    async with gateway() as server:
        server.status, server.body = 201, b'{"messageId": "8c9c", "deliveries": [{"status": "SENT"}]}'
        token = ClientCredentials(server.url, *LOGIN)
        channel = Sms(sundsvall(f"{server.url}/messaging/7.0/2281"), "Varna", token, limit=SHORT)
        yield by_http(server, channel, TELEPHONES, lambda: [call.json["message"] for call in server.arrived])


@asynccontextmanager
async def webhook(tmp_path: Path) -> AsyncIterator[Post]:
    del tmp_path
    async with gateway() as server:
        channel = Webhook(SECRET, "https://varna.example", limit=SHORT)
        addresses = (f"{server.url}/samordnare", f"{server.url}/tib")
        yield by_http(server, channel, addresses, lambda: [call.body.decode() for call in server.arrived])


@asynccontextmanager
async def chat(tmp_path: Path) -> AsyncIterator[Post]:
    del tmp_path
    async with gateway() as server:
        address = server.url.replace("http:", "json:")
        addresses = (f"{address}/samordnare?rto=0.5", f"{address}/tib?rto=0.5")
        post = by_http(
            server,
            Chat(limit=2 * SHORT),
            addresses,
            lambda: [f"{call.json['title']}\n{call.json['message']}" for call in server.arrived],
        )
        post.refuse = None
        yield post


POSTS = {
    "outbox": outbox,
    "email": email,
    "sms by a template": sms_http,
    "sms by 46elks": sms_46elks,
    "sms by Sundsvall": sms_sundsvall,
    "webhook": webhook,
    "chat": chat,
}


@pytest.fixture(params=POSTS)
async def post(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Post]:
    async with AsyncExitStack() as stack:
        built = await stack.enter_async_context(POSTS[request.param](tmp_path))
        stack.push_async_callback(built.channel.close)
        yield built


async def refusal(post: Post) -> ChannelError:
    """Send, and be refused within the limit, without a word of what the server said or of where the person is."""
    begun = time.monotonic()
    with pytest.raises(ChannelError) as error:
        await post.channel.send(post.message())
    assert time.monotonic() - begun < 10
    assert str(error.value).replace("_", "").isalnum()
    assert str(error.value).islower()
    assert error.value.__cause__ is None
    return error.value


async def test_what_is_sent_arrives_whole(post: Post) -> None:
    reference = await post.channel.send(post.message())
    (text,) = post.arrived()
    assert reference is None or 0 < len(reference) <= 200
    for part in (MESSAGE.case, LINK, MESSAGE.code):
        assert part in text
    if post.channel.kind != "webhook":  # whoever reads codes needs no prose
        assert MESSAGE.subject in text


async def test_the_same_message_twice_is_one_or_known_to_be_the_same(post: Post) -> None:
    await post.channel.send(post.message())
    await post.channel.send(post.message())
    if isinstance(post.server, servers.MailServer):
        assert len({mail.parsed["Message-ID"] for mail in post.server.arrived}) == 1
    elif post.channel.knows_twice and post.server:
        assert {call.headers["webhook-id"] for call in post.server.arrived} == {"m-0"}
    else:
        assert len(post.arrived()) == (1 if post.channel.knows_twice else 2)


async def test_two_people_get_a_message_each(post: Post) -> None:
    await post.channel.send(post.message(0))
    await post.channel.send(post.message(1))
    assert len(post.arrived()) == 2


async def test_a_refusal_for_good_is_permanent_where_the_other_side_can_say_so(post: Post) -> None:
    if post.refuse:
        post.refuse()
        assert (await refusal(post)).permanent
        assert post.channel.kind == "email" or len(post.arrived()) == 1


async def test_a_failure_is_temporary_and_the_next_attempt_succeeds(post: Post, tmp_path: Path) -> None:
    assert post.fail
    good = (post.server.status, post.server.body) if isinstance(post.server, servers.Gateway) else None
    post.fail()
    assert not (await refusal(post)).permanent
    if isinstance(post.server, servers.MailServer):
        post.server.refuse_data = ""
    elif post.server and good:
        post.server.status, post.server.body = good
        post.server.arrived.clear()
    else:
        (tmp_path / "outbox").unlink()
    await post.channel.send(post.message())
    assert len(post.arrived()) == 1


async def test_with_nothing_listening_it_may_be_tried_again(post: Post) -> None:
    if post.server:
        post.server.down()
        assert not (await refusal(post)).permanent
        await post.server.up()
        await post.channel.send(post.message())
        assert len(post.arrived()) == 1


async def test_a_server_that_never_answers_is_given_up_within_the_limit(post: Post) -> None:
    if post.server:
        post.server.mute = True
        assert not (await refusal(post)).permanent
        post.server.hang_up()


async def test_an_address_that_is_none_is_refused_for_good(post: Post) -> None:
    if post.server:
        for address in ("", "nobody", "a@b@c.example\r\nBcc: d@e.example", "http://10.0.0.1/\n"):
            with pytest.raises(ChannelError, match=r"^bad_address$") as error:
                await post.channel.send(post.message().model_copy(update={"address": address}))
            assert error.value.permanent
        assert post.arrived() == []


async def test_nothing_of_the_address_is_logged(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    await post.channel.send(post.message())
    if post.fail and post.server:
        post.fail()
        await refusal(post)
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("mail.")]
    for secret in (*post.addresses, "0701740605", "46701740605", LINK, LOGIN[1], "/samordnare"):
        assert not secret or not any(secret in line for line in ours)


async def test_a_closed_channel_lets_go(post: Post) -> None:
    await post.channel.send(post.message())
    await post.channel.close()
    await post.channel.close()
