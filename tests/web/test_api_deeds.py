"""Programs hand in reports and act: once each, on top of what they have seen, and never without a word when refused."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.report import REPORT_LIMIT
from models.scopes import Scope
from tests.engine import until
from tests.web.city import City, LivingCity
from tests.web.programs import program
from tests.web.stories import ALICE, BOB, CHARLIE
from tests.web.test_api import told
from web.api.described import REPORT

JSON = st.recursive(
    st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
).map(lambda it: json.dumps(it).encode())
WORDS = "Någon följde efter mig från fullmäktige."


def report(**changes: Any) -> dict[str, Any]:
    return {**REPORT, "what": WORDS, **changes}


async def test_a_report_is_kept_once_however_often_it_is_sent(living_city: LivingCity) -> None:
    key = {"Idempotency-Key": "e-service-4711"}
    async with program(living_city, ALICE, [Scope.REPORT, Scope.READ]) as service:
        first = await service.post("/reports", json=report(), headers=key)
        again = await service.post("/reports", json=report(), headers=key)
        other = await service.post("/reports", json=report(what="Något annat."), headers=key)
        assert first.status_code == 201, first.text
        document = first.json()
        assert first.headers["Location"] == f"/api/v1/cases/{document['case']}"
        assert (document["started"], document["repeated"]) == (True, False)
        assert document["next"]
        assert again.status_code == 200
        assert {**again.json(), "repeated": False} == document
        assert told(other, 409)["code"] == "key_used"
        case = await _until_there(service, document["case"])
    assert (case["stage"], case["pace"]) == ("intake", "high")


async def _until_there(service: httpx2.AsyncClient, ref: str) -> dict[str, Any]:
    async def there() -> bool:
        return (await service.get(f"/cases/{ref}")).status_code == 200

    await until(there)
    found: dict[str, Any] = (await service.get(f"/cases/{ref}")).json()
    return found


async def test_a_report_while_the_engine_is_away_is_kept_and_says_so(own_city: City) -> None:
    async with program(own_city, ALICE) as service:
        answer = await service.post("/reports", json=report(), headers={"Idempotency-Key": "1"})
    assert answer.status_code == 201
    assert answer.json()["started"] is False


async def test_what_is_wrong_with_a_report_is_named_and_nothing_is_kept(city: City) -> None:
    key = {"Idempotency-Key": "wrong"}
    async with program(city, ALICE) as service:
        for wrong, field in (
            (report(what=""), "what"),
            (report(organisation="9002"), "organisation"),
            (report(reach={}), "input"),
            (report(kinds=["nonsense"]), "kinds.0"),
            (report(occurred_from="2999-01-01T00:00:00Z"), "occurred_from"),
            (report(extra=1), "extra"),
        ):
            document = told(await service.post("/reports", json=wrong, headers=key), 422)
            assert [error["field"] for error in document["errors"]] == [field]  # type: ignore[attr-defined]
        told(await service.post("/reports", content=b"{", headers=key), 422)
        told(await service.post("/reports", json=report()), 422)
        large = await service.post("/reports", content=b'"' + b"x" * (REPORT_LIMIT + 10) + b'"', headers=key)
        assert told(large, 413)["code"] == "too_large"


async def test_an_action_is_one_action_and_answers_with_its_receipt(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    async with program(living_city, BOB) as bob:
        tag = (await bob.get(f"/cases/{ref}")).headers["ETag"]
        headers = {"Idempotency-Key": "note-1", "If-Match": tag}
        first = await bob.post(f"/cases/{ref}/commands", json={"type": "add_note", "text": "Ringt."}, headers=headers)
        assert first.status_code == 200, first.text
        receipt = first.json()
        assert (receipt["command"], receipt["happened"]) == ("note-1", ["note_added"])
        assert first.headers["ETag"] == f'"{receipt["last"]}"'
        again = await bob.post(
            f"/cases/{ref}/commands", json={"type": "add_note", "text": "Ringt."}, headers={"Idempotency-Key": "note-1"}
        )
        assert again.json() == receipt
        stale = await bob.post(
            f"/cases/{ref}/commands",
            json={"type": "add_note", "text": "Igen."},
            headers={"Idempotency-Key": "note-2", "If-Match": tag},
        )
        assert told(stale, 412)["code"] == "changed"
        assert stale.headers["ETag"] == first.headers["ETag"]
        events = (await bob.get(f"/cases/{ref}/events", params={"limit": 500})).json()["events"]
    assert [event["type"] for event in events].count("note_added") == 1


async def test_a_refusal_names_its_rule_and_nothing_happens(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    async with program(living_city, BOB) as bob, program(living_city, CHARLIE) as charlie:
        before = (await bob.get(f"/cases/{ref}")).json()["seq"]
        early = {"type": "close", "reason": "quiet_period"}
        refused = told(await bob.post(f"/cases/{ref}/commands", json=early, headers={"Idempotency-Key": "c1"}), 409)
        assert refused["code"] == "stage_not_open"
        assert refused["detail"]
        wrong = await bob.post(f"/cases/{ref}/commands", json={"type": "add_note"}, headers={"Idempotency-Key": "c2"})
        assert told(wrong, 422)["errors"][0]["field"] == "add_note.text"  # type: ignore[index]
        other = await bob.post(
            f"/cases/{ref}/commands",
            json={"type": "add_note", "id": "another", "text": "x"},
            headers={"Idempotency-Key": "c3"},
        )
        assert told(other, 422)["errors"][0]["code"] == "key_differs"  # type: ignore[index]
        stranger = await charlie.post(
            f"/cases/{ref}/commands", json={"type": "add_note", "text": "x"}, headers={"Idempotency-Key": "c4"}
        )
        assert told(stranger, 404)["code"] == "unknown_case"
        assert (await bob.get(f"/cases/{ref}")).json()["seq"] == before


async def test_two_officers_at_the_same_moment_both_have_their_say(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    async with program(living_city, BOB) as bob, program(living_city, ALICE) as alice:
        notes = await asyncio.gather(
            *(
                one.post(
                    f"/cases/{ref}/commands",
                    json={"type": "add_note", "text": f"Samtidigt {number}."},
                    headers={"Idempotency-Key": f"same-{number}"},
                )
                for number, one in enumerate((bob, alice, bob, alice))
            )
        )
        assert [note.status_code for note in notes] == [200] * 4
        events = (await bob.get(f"/cases/{ref}/events", params={"limit": 500})).json()["events"]
    texts = [event["data"]["text"] for event in events if event["type"] == "note_added"]
    assert sorted(texts) == sorted(f"Samtidigt {number}." for number in range(4))


async def test_while_the_engine_is_away_an_action_says_that_it_may_be_sent_again(own_city: City) -> None:
    async with program(own_city, BOB) as bob:
        answer = await bob.post(
            f"/cases/{own_city.ref('triaged')}/commands",
            json={"type": "add_note", "text": "x"},
            headers={"Idempotency-Key": "n"},
        )
    assert told(answer, 503)["code"] == "engine_out_of_reach"
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.timeout(300)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=300)
    | st.recursive(st.none() | st.integers() | st.text(), lambda it: st.lists(it) | st.dictionaries(st.text(), it))
    .map(str)
    .map(str.encode)
)
async def test_nothing_that_is_sent_as_a_command_breaks_anything(city: City, body: bytes) -> None:
    async with program(city, BOB) as bob:
        answer = await bob.post(
            f"/cases/{city.ref('triaged')}/commands", content=body, headers={"Idempotency-Key": "fuzz"}
        )
    told(answer, 422)


async def test_evidence_goes_up_with_its_hash_and_comes_down_as_it_was(living_city: LivingCity) -> None:
    ref, what = await living_city.begins("triaged"), b"\x89PNG\r\n\x1a\n" + bytes(3000)
    async with program(living_city, BOB) as bob, program(living_city, CHARLIE) as charlie:
        kept = await bob.post(f"/cases/{ref}/evidence", headers={"X-File-Name": quote("skärmbild.png")}, content=what)
        assert kept.status_code == 201, kept.text
        document = kept.json()
        assert document["sha256"] == hashlib.sha256(what).hexdigest()
        assert (document["size"], document["type"], document["recorded"]) == (len(what), "image/png", True)
        listed = (await bob.get(f"/cases/{ref}/evidence")).json()["evidence"]
        assert [one["evidence"] for one in listed] == [document["evidence"]]
        path = kept.headers["Location"].removeprefix("/api/v1")
        down = await bob.get(path)
        assert down.content == what
        assert down.headers["Content-Disposition"].endswith("filename*=UTF-8''sk%C3%A4rmbild.png")
        assert "sandbox" in down.headers["Content-Security-Policy"]
        told(await charlie.get(path), 404)
        told(await charlie.post(f"/cases/{ref}/evidence", content=what), 404)
        told(await bob.post(f"/cases/{ref}/evidence", content=b""), 422)
