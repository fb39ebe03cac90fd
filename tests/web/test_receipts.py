"""Gateways report back: what became of a text message, and what people answered to it."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.vocabulary.case import Urgency
from storage import messages
from storage.messages import Sending
from storage.tables import MessageState
from tests.storage.town import MARKED
from tests.web.office import CHIEF, SECRET, Office, served

ELKS, HTTP, SUNDSVALL = (f"/receipts/{gateway}/{SECRET}" for gateway in ("46elks", "http", "sundsvall"))
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SENDER = "+46701740605"


def deliveries(sending: Sending, *statuses: str) -> dict[str, object]:
    return {
        "messageId": sending.reference,
        "deliveries": [{"deliveryId": "d", "messageType": "SMS", "status": status} for status in statuses],
    }


@pytest.mark.parametrize(
    "status, state",
    [("sent", MessageState.SENT), ("delivered", MessageState.DELIVERED), ("failed", MessageState.BOUNCED)],
)
async def test_46elks_reports_by_its_own_mark(
    office: Office, visitor: httpx2.AsyncClient, status: str, state: MessageState
) -> None:
    sending = await office.message()
    told = {"id": sending.reference, "status": status, "delivered": "2026-03-02T12:00:01.5"}
    for _ in range(2):  # it reports again until it is answered
        answer = await visitor.post(ELKS, data=told)
        assert (answer.status_code, answer.content) == (202, b"")
    assert await office.state(sending) is state
    assert len(await office.changes(sending)) == (1 if state is MessageState.SENT else 2)


async def test_a_generic_gateway_may_name_its_own_mark_or_ours(office: Office, visitor: httpx2.AsyncClient) -> None:
    sent, other = await office.message(), await office.message()
    await visitor.post(HTTP, json={"id": sent.reference, "status": "delivered"})
    await visitor.post(HTTP, json={"id": other.id, "status": "failed"})
    assert await office.changes(sent) == ["sent:None", "delivered:None"]
    assert await office.changes(other) == ["sent:None", "bounced:bounced"]


@pytest.mark.parametrize(
    "statuses, state",
    [
        (("SENT",), MessageState.SENT),
        (("FAILED", "SENT"), MessageState.SENT),
        (("PENDING",), MessageState.SENT),
        ((), MessageState.SENT),
        (("FAILED",), MessageState.BOUNCED),
        (("NO_CONTACT_WANTED", "NOT_SENT"), MessageState.BOUNCED),
    ],
)
async def test_sundsvall_knows_failure_but_not_arrival(
    office: Office, visitor: httpx2.AsyncClient, statuses: tuple[str, ...], state: MessageState
) -> None:
    sending = await office.message()
    assert (await visitor.post(SUNDSVALL, json=deliveries(sending, *statuses))).status_code == 202
    assert await office.state(sending) is state


async def test_a_receipt_never_takes_an_acceptance_back(office: Office, visitor: httpx2.AsyncClient) -> None:
    sending = await office.message()
    await visitor.post(await office.link(sending))
    for status in ("delivered", "failed"):
        await visitor.post(ELKS, data={"id": sending.reference, "status": status})
    assert await office.state(sending) is MessageState.ACCEPTED


async def test_a_message_nobody_knows_changes_nothing(office: Office, visitor: httpx2.AsyncClient) -> None:
    sending = await office.message()
    for path, said in (
        (HTTP, {"id": "elk-other", "status": "failed"}),
        (SUNDSVALL, {"messageId": "x", "deliveries": []}),
    ):
        assert (await visitor.post(path, json=said)).status_code == 202
    assert await office.changes(sending) == ["sent:None"]


async def test_a_receipt_that_overtakes_the_mark_it_is_about_is_asked_for_again(
    office: Office, visitor: httpx2.AsyncClient
) -> None:
    sending = await office.message(state=MessageState.SENDING, reference=None)
    failed = {"id": "elk-early", "status": "failed"}
    answer = await visitor.post(ELKS, data=failed)
    assert (answer.status_code, answer.content) == (409, b"")
    assert int(answer.headers["Retry-After"]) > 0
    assert (await visitor.post(SUNDSVALL, json=deliveries(await office.message(), "FAILED"))).status_code == 202
    async with office.database.writing() as session:
        await messages.mark(session, sending.id, MessageState.SENT, datetime.now(UTC), reference="elk-early")
    assert (await visitor.post(ELKS, data=failed)).status_code == 202
    assert await office.state(sending) is MessageState.BOUNCED
    assert (await visitor.post(ELKS, data={"id": "elk-other", "status": "failed"})).status_code == 202


@pytest.mark.parametrize("path", ["/receipts/46elks/", "/receipts/http/", "/replies/46elks/", "/replies/http/"])
async def test_a_wrong_secret_is_nothing_that_exists(office: Office, visitor: httpx2.AsyncClient, path: str) -> None:
    sending = await office.message()
    for secret in (SECRET[:-1], SECRET + "x", SECRET.upper(), "å", "%00"):
        answer = await visitor.post(f"{path}{secret}", data={"id": sending.reference, "status": "failed"})
        assert (answer.status_code, answer.json()["title"]) == (404, "Not Found")
    assert await office.state(sending) is MessageState.SENT


@pytest.mark.parametrize("path", [f"/receipts/pigeon/{SECRET}", f"/replies/sundsvall/{SECRET}", f"/replies//{SECRET}"])
async def test_a_gateway_we_do_not_have_does_not_exist_either(visitor: httpx2.AsyncClient, path: str) -> None:
    assert (await visitor.post(path)).status_code == 404


async def test_without_a_secret_of_ours_none_is_right(office: Office) -> None:
    async with served(office.database, office.ring, secret="") as visitor:
        for path in ("/receipts/http/", "/receipts/http//", "/receipts/http/x"):
            assert (await visitor.post(path, json={"id": "x", "status": "failed"})).status_code == 404


@pytest.mark.parametrize(
    "path, body, fields",
    [
        (ELKS, b"", {"id", "status"}),
        (ELKS, f"id=x&status={MARKED}".encode(), {"status"}),
        (ELKS, b"id=&status=sent", {"id"}),
        (ELKS, b"\xff\xfe\x00&=&;%zz", {"id", "status"}),
        (HTTP, b"", {"input"}),
        (HTTP, b"[" * 10_000, {"input"}),
        (HTTP, b"[]", {"input"}),
        (HTTP, rb'{"id": "\u0000", "status": "failed"}', {"id"}),
        (HTTP, b'{"id": 7, "status": "sent"}', {"id"}),
        (HTTP, f'{{"id": "x", "status": "{MARKED}"}}'.encode(), {"status"}),
        (SUNDSVALL, b'{"messageId": "x", "deliveries": [{"status": "LOST"}]}', {"deliveries.0.status"}),
        (f"/replies/46elks/{SECRET}", b"message=hej", {"from"}),
        (f"/replies/http/{SECRET}", b'{"from": "1"}', {"message"}),
    ],
)
async def test_nonsense_is_answered_with_the_fields_that_are_wrong_and_never_repeated(
    visitor: httpx2.AsyncClient, path: str, body: bytes, fields: set[str]
) -> None:
    answer = await visitor.post(path, content=body, headers=FORM)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {error["field"] for error in answer.json()["errors"]} == fields
    assert MARKED not in answer.text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.binary(max_size=200), path=st.sampled_from([ELKS, HTTP, SUNDSVALL, f"/replies/46elks/{SECRET}"]))
async def test_no_bytes_whatever_make_it_stumble(visitor: httpx2.AsyncClient, body: bytes, path: str) -> None:
    assert (await visitor.post(path, content=body, headers=FORM)).status_code in {202, 400}


@pytest.mark.parametrize("path", [ELKS, HTTP, f"/replies/46elks/{SECRET}", "/l/x"])
async def test_what_is_too_large_is_not_read(visitor: httpx2.AsyncClient, path: str) -> None:
    async def endless() -> object:
        for _ in range(64):
            yield b"x" * 1024

    for content in [b"x" * 20_000] if path == "/l/x" else [b"x" * 20_000, endless()]:
        answer = await visitor.post(path, content=content, headers=FORM)  # type: ignore[arg-type]
        assert answer.status_code == 413
        assert answer.headers["Cache-Control"] == "no-store"


async def test_a_code_in_an_answer_takes_what_it_is_for(office: Office, visitor: httpx2.AsyncClient) -> None:
    sending = await office.message()
    said = f"Tackar, jag tar det! {sending.code[:3]} {sending.code[3:]}"
    for _ in range(2):
        answer = await visitor.post(f"/replies/46elks/{SECRET}", data={"from": SENDER, "to": "1", "message": said})
        assert (answer.status_code, answer.content) == (202, b"")  # a body would be sent on as a text message
    assert await office.changes(sending) == ["sent:None", "accepted:reply"]
    assert "Redan taget av dig" in (await visitor.get(await office.link(sending))).text


async def test_a_generic_gateway_hands_answers_in_as_well(office: Office, visitor: httpx2.AsyncClient) -> None:
    sending = await office.message()
    await visitor.post(f"/replies/http/{SECRET}", json={"from": SENDER, "message": sending.code})
    assert await office.state(sending) is MessageState.ACCEPTED


async def test_an_answer_without_a_code_is_no_acceptance(office: Office, visitor: httpx2.AsyncClient) -> None:
    sending = await office.message()
    for said in ("OK", "ja", "", "Jag är på semester", sending.code[:-1], sending.code + "7"):
        await visitor.post(f"/replies/http/{SECRET}", json={"from": SENDER, "message": said})
    assert await office.state(sending) is MessageState.SENT


async def test_two_messages_with_one_code_are_never_taken_for_each_other(
    office: Office, visitor: httpx2.AsyncClient
) -> None:
    one = await office.message()
    other = await office.message(code=one.code)
    answer = await visitor.post(f"/replies/http/{SECRET}", json={"from": SENDER, "message": one.code})
    assert answer.status_code == 202
    assert {await office.state(one), await office.state(other)} == {MessageState.SENT}


async def test_a_code_does_not_help_whoever_is_blocked_since_or_was_only_told(
    office: Office, visitor: httpx2.AsyncClient
) -> None:
    told = await office.message(urgency=Urgency.HEADLINE)
    await visitor.post(f"/replies/http/{SECRET}", json={"from": SENDER, "message": told.code})
    asked = await office.message()
    await office.becomes(blocked_people=frozenset({CHIEF}))
    await visitor.post(f"/replies/http/{SECRET}", json={"from": SENDER, "message": asked.code})
    assert {await office.state(told), await office.state(asked)} == {MessageState.SENT}


async def test_whoever_guesses_codes_is_stopped_and_nobody_else(office: Office, visitor: httpx2.AsyncClient) -> None:
    sending = await office.message()
    path = f"/replies/http/{SECRET}"
    guesses = [{"from": "+46700000000", "message": f"{number:06}"} for number in range(22, 33)]
    statuses = [(await visitor.post(path, json=guess)).status_code for guess in guesses]
    assert statuses == [202] * 10 + [429]
    await visitor.post(path, json={"from": "+46700000000", "message": sending.code})
    assert await office.state(sending) is MessageState.SENT
    await visitor.post(path, json={"from": SENDER, "message": sending.code})
    assert await office.state(sending) is MessageState.ACCEPTED
