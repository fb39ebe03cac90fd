"""What gateways ask for and answer: each as it documents itself, each slow, broken and talking nonsense."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest
from standardwebhooks import Webhook as Signature

from channels.contract import Channel, ChannelError, Message
from channels.http import LARGEST
from channels.sms.channel import Sms
from channels.sms.gateways import ClientCredentials, elks, sundsvall
from channels.sms.template import Template
from channels.webhook.channel import Webhook
from tests.channels.servers import Gateway, gateway
from tests.channels.test_contract import LOGIN, MESSAGE, SECRET

C = TypeVar("C", bound=Channel)
NUMBER = "070-174 06 05"
FULL = "+46701740605"
TEXT = MESSAGE.short
GENERIC: dict[str, Any] = {"json": {"to": "{to}", "text": "{text}"}, "id": "messages.0.id"}
NONSENSE = [
    b"",
    b"<html>Welcome</html>",
    b"{}",
    b"[]",
    b"null",
    b'"queued"',
    b'{"id": null, "messageId": {}, "messages": []}',
    b'{"id": "", "messageId": "", "messages": [{"id": ""}]}',
    b'{"id": "' + b"x" * 201 + b'", "messageId": [1], "messages": {"0": {"id": true, "id": []}}}',
    b"[" * 50_000,
    b'{"id": "s7' + b" " * LARGEST,
    b"\xff\xfe\x00",
]


def message(**changes: object) -> Message:
    return MESSAGE.model_copy(update={"address": NUMBER, **changes})


@pytest.fixture
async def server() -> AsyncIterator[Gateway]:
    async with gateway() as running:
        yield running


def generic(server: Gateway) -> Sms:
    return Sms(Template(url=f"{server.url}/send", **GENERIC), "Varna", limit=0.3)


def by_elks(server: Gateway) -> Sms:
    return Sms(elks(server.url), "Varna", httpx2.BasicAuth(*LOGIN), limit=0.3)


def by_sundsvall(server: Gateway) -> Sms:
    return Sms(sundsvall(f"{server.url}/messaging/7.0/2281"), "Varna", ClientCredentials(server.url, *LOGIN), limit=0.3)


GATEWAYS: dict[str, Callable[[Gateway], Sms]] = {"http": generic, "46elks": by_elks, "sundsvall": by_sundsvall}


@pytest.fixture(params=GATEWAYS)
async def sms(request: pytest.FixtureRequest, server: Gateway) -> AsyncIterator[Sms]:
    channel = GATEWAYS[request.param](server)
    yield channel
    await channel.close()


async def refusal(channel: Channel, told: Message | None = None) -> tuple[str, bool]:
    with pytest.raises(ChannelError) as error:
        await channel.send(told or message())
    return str(error.value), error.value.permanent


@asynccontextmanager
async def _closing(channel: C) -> AsyncIterator[C]:
    try:
        yield channel
    finally:
        await channel.close()


async def test_46elks_is_asked_as_it_documents(server: Gateway) -> None:
    server.body = b'{"status": "created", "id": "s70df59406a1b4643b96f3f91e0bfb7b0", "cost": 3500}'
    receipts = "https://varna.example/receipts/46elks/s3cret"
    channel = Sms(elks(server.url, receipts), "Granvik", httpx2.BasicAuth(*LOGIN))
    assert await channel.send(message()) == "s70df59406a1b4643b96f3f91e0bfb7b0"
    await channel.close()
    (call,) = server.arrived
    assert (call.method, call.path) == ("POST", "/a1/sms")
    assert call.headers["authorization"].startswith("Basic ")
    assert call.form == {"from": "Granvik", "to": FULL, "message": TEXT, "whendelivered": receipts}


async def test_sundsvall_is_asked_as_it_documents_with_one_token_for_many_messages(server: Gateway) -> None:
    server.status, server.body = 201, b'{"messageId": "8c9c", "deliveries": [{"deliveryId": "1", "status": "SENT"}]}'
    channel = by_sundsvall(server)
    assert [await channel.send(message()) for _ in range(3)] == ["8c9c"] * 3
    await channel.close()
    assert server.arrived[0].path == "/messaging/7.0/2281/sms"
    assert server.arrived[0].json == {"sender": "Varna", "mobileNumber": FULL, "message": TEXT}
    assert {call.headers["authorization"] for call in server.arrived} == {"Bearer granted"}
    (token,) = server.tokens
    assert token.form == {"grant_type": "client_credentials"}
    assert token.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize("status", ["FAILED", "NOT_SENT"])
async def test_a_message_that_sundsvall_took_but_could_not_send_is_tried_again(server: Gateway, status: str) -> None:
    server.status, server.body = 201, json.dumps({"messageId": "8c9c", "deliveries": [{"status": status}]}).encode()
    async with _closing(by_sundsvall(server)) as channel:
        assert await refusal(channel) == ("sms_not_sent", False)


async def test_a_token_that_is_refused_before_its_time_is_replaced_once(server: Gateway) -> None:
    server.status = 401
    async with _closing(by_sundsvall(server)) as channel:
        assert await refusal(channel) == ("sms_auth", False)
    assert len(server.tokens) == 2
    assert len(server.arrived) == 2


@pytest.mark.parametrize("body", [b"", b"[]", b'{"access_token": "a\\nb"}', b'{"access_token": "a", "expires_in": {}}'])
async def test_a_token_that_is_none_is_for_an_operator_to_mend(server: Gateway, body: bytes) -> None:
    server.token_body = body
    async with _closing(by_sundsvall(server)) as channel:
        assert await refusal(channel) == ("sms_auth", False)
    assert server.arrived == []


async def test_no_token_is_no_message(server: Gateway) -> None:
    server.token_status = 403
    async with _closing(by_sundsvall(server)) as channel:
        assert await refusal(channel) == ("sms_auth", False)
    assert server.arrived == []


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408, 301, 304])
async def test_what_may_pass_is_temporary(sms: Sms, server: Gateway, status: int) -> None:
    server.status = status
    assert await refusal(sms) == (f"sms_{status}", False)


@pytest.mark.parametrize("status", [400, 402, 404, 410, 422])
async def test_what_the_gateway_will_not_do_is_permanent(sms: Sms, server: Gateway, status: int) -> None:
    server.status = status
    assert await refusal(sms) == (f"sms_{status}", True)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_gateway_that_does_not_know_us_is_for_an_operator_to_mend(
    sms: Sms, server: Gateway, status: int
) -> None:
    server.status = status
    assert await refusal(sms) == ("sms_auth", False)


@pytest.mark.parametrize("body", NONSENSE, ids=range(len(NONSENSE)))
async def test_an_answer_that_makes_no_sense_is_no_success(sms: Sms, server: Gateway, body: bytes) -> None:
    server.body = body
    assert await refusal(sms) == ("sms_nonsense", False)


async def test_a_slow_gateway_is_not_waited_for(sms: Sms, server: Gateway) -> None:
    server.mute = True
    assert await refusal(sms) == ("sms_silent", False)


async def test_a_gateway_that_hangs_up_is_temporary(sms: Sms, server: Gateway) -> None:
    server.down()
    assert await refusal(sms) == ("sms_unreachable", False)


@pytest.mark.parametrize("kind, status", [("webhook", 410), ("webhook", 400), ("webhook", 401)])
async def test_a_webhook_that_is_refused_is_not_tried_again(server: Gateway, kind: str, status: int) -> None:
    server.status = status
    async with _closing(Webhook(SECRET, "https://varna.example", limit=0.3)) as channel:
        assert await refusal(channel, message(address=server.url)) == (f"{kind}_{status}", True)


@pytest.mark.parametrize("status", [500, 503, 429, 302])
async def test_a_webhook_that_fails_is_tried_again(server: Gateway, status: int) -> None:
    server.status = status
    async with _closing(Webhook(SECRET, "https://varna.example", limit=0.3)) as channel:
        assert await refusal(channel, message(address=server.url)) == (f"webhook_{status}", False)


async def test_a_webhook_is_signed_and_holds_codes_alone(server: Gateway) -> None:
    async with _closing(Webhook(SECRET, "https://varna.example", limit=5)) as channel:
        await channel.send(message(address=f"{server.url}/hook"))
    (call,) = server.arrived
    event = Signature(SECRET).verify(call.body, call.headers)
    assert call.headers["webhook-id"] == event["id"] == MESSAGE.id
    assert call.headers["content-type"].startswith("application/cloudevents+json")
    assert (event["specversion"], event["type"], event["source"]) == ("1.0", "se.varna.notice", "https://varna.example")
    assert event["subject"] == MESSAGE.case
    names = {"organisation", "case", "recipient", "urgency", "language", "link", "code"}
    assert event["data"] == {name: getattr(MESSAGE, name) for name in names}


@pytest.mark.parametrize("address", ["http://hook.example/a", "ftp://127.0.0.1", "https://", "//a", "http://[", "x"])
async def test_a_webhook_goes_nowhere_in_clear(address: str) -> None:
    async with _closing(Webhook(SECRET, "https://varna.example", limit=0.3)) as channel:
        assert await refusal(channel, message(address=address)) == ("bad_address", True)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_å"])
def test_a_secret_that_is_none_is_refused_at_once(secret: str) -> None:
    with pytest.raises(ValueError, match="not a secret"):
        Webhook(secret, "https://varna.example")


async def test_a_template_may_use_a_form_a_query_and_headers_and_say_what_success_is(
    server: Gateway, tmp_path: Path
) -> None:
    file = tmp_path / "sms.toml"
    file.write_text(
        f"""
        method = "PUT"
        url = "{server.url}/send/{{id}}?to={{to}}"
        success = [202]
        permanent = [500]
        headers = {{ Idempotency-Key = "{{id}}" }}
        form = {{ from = "{{from}}", body = "{{text}}" }}
        """,
        encoding="utf-8",
    )
    async with _closing(Sms(Template.read(file), "Varna", limit=5)) as channel:
        server.status = 202
        assert await channel.send(message()) is None
        server.status = 500
        assert await refusal(channel) == ("sms_500", True)
        server.status = 404
        assert await refusal(channel) == ("sms_404", False)
    call = server.arrived[0]
    assert (call.method, call.path) == ("PUT", f"/send/{MESSAGE.id}?to=%2B46701740605")
    assert call.headers["idempotency-key"] == MESSAGE.id
    assert call.form == {"from": "Varna", "body": TEXT}
