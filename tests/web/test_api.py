"""The same doors for programs: what they may see, what they are told, and how errors are said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from openapi_spec_validator import validate

from models.scopes import Scope
from models.sight import Sight
from storage import programs
from tests.web.city import City
from tests.web.programs import program, token
from tests.web.stories import ALICE, BOB, CHARLIE, DAG, MARKED, RUT, SAM
from web.guesses import Guesses
from web.pace import Pace
from web.problems import MEDIA

CASE_PATHS = ("/cases/{ref}", "/cases/{ref}/events", "/cases/{ref}/obligations", "/cases/{ref}/notices")


def told(answer: httpx2.Response, status: int) -> dict[str, object]:
    """The problem of an answer."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA), answer.text
    document: dict[str, object] = answer.json()
    assert document["status"] == status
    assert str(document["type"]) == f"urn:varna:problem:{document['code']}"
    return document


async def test_alice_sees_her_cases_most_urgent_first_page_by_page(each_city: City) -> None:
    async with program(each_city, ALICE) as alice:
        whole = (await alice.get("/cases", params={"limit": 200})).json()
        assert whole["next"] is None
        refs = [one["case"] for one in whole["cases"]]
        assert {each_city.ref("fresh"), each_city.ref("alarm"), each_city.ref("prevention")} <= set(refs)
        assert each_city.ref("closed") not in refs
        paged, cursor = [], None
        while True:
            asked = {"limit": 3, **({"after": cursor} if cursor else {})}
            page = (await alice.get("/cases", params=asked)).json()
            paged += [one["case"] for one in page["cases"]]
            if (cursor := page["next"]) is None:
                break
        assert paged == refs


async def test_bob_finds_his_own_and_what_has_a_level(city: City) -> None:
    async with program(city, BOB) as bob:
        mine = (await bob.get("/cases", params={"whose": "mine"})).json()["cases"]
        acute = (await bob.get("/cases", params={"level": "acute"})).json()["cases"]
    assert {one["handler"] for one in mine} == {BOB}
    assert {one["pace"] for one in acute} == {"acute"}


async def test_charlie_of_the_neighbour_sees_nothing_of_granvik_anywhere(each_city: City) -> None:
    async with program(each_city, CHARLIE) as charlie:
        listed = (await charlie.get("/cases", params={"limit": 200})).json()["cases"]
        assert {one["organisation"] for one in listed} <= {"9002"}
        for path in CASE_PATHS:
            here = await charlie.get(path.format(ref=each_city.ref("fresh")))
            nowhere = await charlie.get(path.format(ref="9001-FV-2026-99999"))
            assert told(here, 404) == told(nowhere, 404)


async def test_dag_on_duty_sees_the_headline_of_what_is_not_acute_and_no_narrative(city: City) -> None:
    ref = city.ref("support")
    async with program(city, DAG) as dag, program(city, ALICE) as alice:
        case = (await dag.get(f"/cases/{ref}")).json()
        events = await dag.get(f"/cases/{ref}/events")
        notices = (await dag.get(f"/cases/{ref}/notices")).json()["notices"]
        whole = (await alice.get(f"/cases/{ref}")).json()
        everything = await alice.get(f"/cases/{ref}/events", params={"limit": 500})
    assert (case["sight"], case["state"]) == (Sight.HEADLINE, None)
    assert whole["state"]["ref"] == ref
    assert MARKED not in events.text
    assert {event["actor"] for event in events.json()["events"]} == {None}
    assert notices == []
    assert MARKED in everything.text


async def test_rut_the_registrar_does_not_learn_who_handles_a_case(city: City) -> None:
    async with program(city, RUT) as rut:
        listed = (await rut.get("/cases", params={"limit": 200})).json()["cases"]
    assert listed
    assert {one["handler"] for one in listed} == {None}


async def test_a_case_has_a_tag_and_is_not_sent_again_while_it_holds(city: City) -> None:
    ref = city.ref("support")
    async with program(city, ALICE) as alice:
        first = await alice.get(f"/cases/{ref}")
        tag = first.headers["ETag"]
        again = await alice.get(f"/cases/{ref}", headers={"If-None-Match": tag})
        other = await alice.get(f"/cases/{ref}", headers={"If-None-Match": '"1"'})
    assert tag == f'"{first.json()["seq"]}"'
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert other.status_code == 200


async def test_the_case_as_it_stood_then(city: City) -> None:
    ref = city.ref("support")
    async with program(city, ALICE) as alice:
        events = (await alice.get(f"/cases/{ref}/events", params={"limit": 500})).json()["events"]
        first = (await alice.get(f"/cases/{ref}", params={"seq": 1})).json()
        later = events[len(events) // 2]
        then = (await alice.get(f"/cases/{ref}", params={"at": later["recorded"]})).json()
        before = await alice.get(f"/cases/{ref}", params={"at": "2001-01-01T00:00:00Z"})
        naive = await alice.get(f"/cases/{ref}", params={"at": "2026-01-01T00:00:00"})
    assert (first["seq"], first["stage"]) == (1, "intake")
    assert then["seq"] >= later["seq"]
    told(before, 404)
    assert told(naive, 422)["errors"] == [
        {"field": "at", "code": "timezone_aware", "reason": "say the time zone"},
    ]


async def test_events_come_in_pages(city: City) -> None:
    ref = city.ref("support")
    async with program(city, ALICE) as alice:
        whole = (await alice.get(f"/cases/{ref}/events", params={"limit": 500})).json()["events"]
        paged, after = [], 0
        while after is not None:
            page = (await alice.get(f"/cases/{ref}/events", params={"limit": 2, "after": after})).json()
            paged += page["events"]
            after = page["next"]
    assert paged == whole
    assert [event["seq"] for event in whole] == list(range(1, len(whole) + 1))


async def test_every_due_time_says_why(city: City) -> None:
    async with program(city, ALICE) as alice:
        owed = (await alice.get(f"/cases/{city.ref('overdue')}/obligations")).json()["obligations"]
    assert {"overdue"} <= {one["state"] for one in owed}
    assert all(one["explanation"]["due"] for one in owed)


async def test_a_program_without_a_good_token_is_let_in_nowhere(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.api.caller.WRONG_TOKENS", Guesses(100))  # others have shown wrong ones from here too
    good = await token(city, ALICE)
    async with city.house.database.writing() as session:
        now = datetime.now(UTC)
        gone, _ = await programs.create(session, "gone", ALICE, [Scope.READ], now, now + timedelta(days=1))
        await programs.revoke(session, "gone", now)
        ended, _ = await programs.create(
            session, "ended", ALICE, [Scope.READ], now - timedelta(days=2), now - timedelta(days=1)
        )
    async with program(city, None) as stranger:
        for shown in ({}, *({"Authorization": it} for it in _shown(good, gone, ended))):
            answer = await stranger.get("/cases", headers=shown)
            assert told(answer, 401)["code"] == "no_token"
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    async with program(city, ALICE, [Scope.READ]) as reader:
        assert (await reader.get("/cases")).status_code == 200
        refused = await reader.post(
            f"/cases/{city.ref('fresh')}/commands", json={"type": "add_note"}, headers={"Idempotency-Key": "x"}
        )
        assert told(refused, 403)["code"] == "out_of_scope"


def _shown(good: str, gone: str, ended: str) -> list[str]:
    return [f"Bearer {gone}", f"Bearer {ended}", f"Bearer {good}x", f"Basic {good}", f"Bearer {good[:-1]}", "Bearer"]


async def test_a_cookie_opens_nothing_here(city: City) -> None:
    async with city.visitor(ALICE) as alice:
        told(await alice.get("/api/v1/cases"), 401)


async def test_sam_the_administrator_sees_no_case(city: City) -> None:
    async with program(city, SAM) as sam:
        assert told(await sam.get("/cases"), 403)["code"] == "not_your_role"
        assert told(await sam.get(f"/cases/{city.ref('fresh')}"), 403)["code"] == "not_your_role"


async def test_wrong_parameters_are_named_and_never_repeated(city: City) -> None:
    async with program(city, ALICE) as alice:
        for path, field in (
            ("/cases?level=Kvastskaft", "level"),
            ("/cases?limit=9999", "limit"),
            ("/cases?after=Kvastskaft", "after"),
            ("/cases?nonsense=Kvastskaft", "nonsense"),
            ("/cases/x/events?after=Kvastskaft", "after"),
            ("/duty?at=Kvastskaft", "at"),
        ):
            document = told(await alice.get(path), 422)
            assert [error["field"] for error in document["errors"]] == [field], path  # type: ignore[attr-defined]
            assert "Kvastskaft" not in json.dumps(document), path


async def test_people_duty_and_routine_of_ones_own_organisation(city: City) -> None:
    async with program(city, ALICE) as alice:
        contacts = (await alice.get("/contacts")).json()
        duty = (await alice.get("/duty", params={"at": "2026-12-24T22:00:00Z"})).json()
        routine = (await alice.get("/routine")).json()
    assert contacts["code"] == "9001"
    assert ALICE in {one["code"] for one in contacts["people"]}
    assert duty["at"] == "2026-12-24T22:00:00Z"
    assert {"duty_officer", "security_chief"} <= {step["role"] for step in duty["steps"]}
    assert routine["organisation"] == "9001"


async def test_a_problem_speaks_the_language_of_whoever_asks(city: City) -> None:
    async with program(city, None) as stranger:
        swedish = told(await stranger.get("/cases", headers={"Accept-Language": "sv"}), 401)
        english = told(await stranger.get("/cases", headers={"Accept-Language": "en"}), 401)
    assert swedish["detail"] != english["detail"]


@pytest.mark.parametrize("path", ["/", "/nothing", "/cases/", "/cases/a/b/c"])
async def test_what_is_not_there_is_a_problem_too(city: City, path: str) -> None:
    async with program(city, ALICE) as alice:
        told(await alice.get(path), 404)


async def test_the_document_is_valid_and_says_what_every_operation_answers(city: City) -> None:
    async with program(city, None) as anybody:
        document = (await anybody.get("/openapi.json")).json()
    validate(document)
    assert document["openapi"].startswith("3.1")
    operations = [one for path in document["paths"].values() for one in path.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    for one in operations:
        assert one["summary"], one
        assert one["description"], one
        assert one["tags"][0] in {tag["name"] for tag in document["tags"]}
        assert {"401", "403", "422"} <= one["responses"].keys(), one["operationId"]
        for status, answer in one["responses"].items():
            if status[0] in "45":
                assert list(answer["content"]) == [MEDIA], (one["operationId"], status)
        for parameter in one.get("parameters", ()):
            assert parameter.get("description") or parameter.get("schema"), parameter
    bodies = [one["requestBody"]["content"] for one in operations if "requestBody" in one]
    assert all("application/octet-stream" in body or body["application/json"]["examples"] for body in bodies)


async def test_a_loop_that_runs_wild_is_slowed_down_and_hinders_nobody_else(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.api.caller.PACE", Pace(3))
    async with program(city, ALICE) as wild, program(city, BOB) as calm:
        statuses = [(await wild.get("/routine")).status_code for _ in range(4)]
        slowed = await wild.get("/routine")
        assert (await calm.get("/routine")).status_code == 200
    assert statuses == [200, 200, 200, 429]
    assert told(slowed, 429)["code"] == "too_fast"
    assert int(slowed.headers["Retry-After"]) > 0
