"""A case at two instants: what changed, which duties, and who knew; no more of it than somebody may see."""

from __future__ import annotations

import httpx2
import pytest

from tests.web.city import City
from tests.web.programs import program
from tests.web.stories import ALICE, CHARLIE, DAG, MARKED

BEGINNING, MIDDLE = 2, 12


async def compared(city: City, who: str, story: str, **asked: str | int) -> httpx2.Response:
    async with program(city, who) as caller:
        return await caller.get(f"/cases/{city.ref(story)}/difference", params=asked)


async def test_alice_sees_what_changed_between_two_events_and_who_came_to_know(each_city: City) -> None:
    told = (await compared(each_city, ALICE, "closing", before=BEGINNING, after=MIDDLE)).json()
    assert (told["before"]["seq"], told["after"]["seq"]) == (BEGINNING, MIDDLE)
    assert [event["seq"] for event in told["events"]] == [*range(BEGINNING + 1, MIDDLE + 1)]
    changed = {tuple(one["path"]): (one["before"], one["after"]) for one in told["changes"]}
    assert changed["stages", "risk"] == ("open", "done")
    duties = {one["kind"]: (one["before"], one["after"]) for one in told["duties"]}
    assert duties["first_contact"] == ("open", "met")
    assert told["before"]["routine"]["version"]
    since_the_report = (await compared(each_city, ALICE, "closing", before=1, after=MIDDLE)).json()
    assert "acted" in {one["how"] for one in since_the_report["knew"]}


async def test_until_now_and_by_the_time_of_an_event_it_is_the_same(city: City) -> None:
    whole = (await compared(city, ALICE, "closing", before=BEGINNING)).json()
    moment = whole["events"][0]["recorded"]
    by_time = (await compared(city, ALICE, "closing", before=BEGINNING, after=moment)).json()
    assert by_time["after"]["at"] == moment
    assert whole["after"]["seq"] > by_time["after"]["seq"] >= BEGINNING + 1
    # Who has read it, reads it now.
    assert "read" in {one["how"] for one in whole["knew"]}


async def test_dag_sees_level_stages_and_duties_alone(city: City) -> None:
    answer = await compared(city, DAG, "closing", before=1)
    told = answer.json()
    assert {one["path"][0] for one in told["changes"]} <= {"stages", "level", "pace", "closed"}
    assert told["changes"]
    assert told["duties"]
    assert told["knew"] == []
    assert {event["actor"] for event in told["events"]} == {None}
    assert MARKED not in answer.text


async def test_charlie_finds_no_such_case(city: City) -> None:
    assert (await compared(city, CHARLIE, "closing", before=1)).status_code == 404


@pytest.mark.parametrize("asked", [{"before": "igår"}, {"before": "2026-03-01T10:00"}, {"before": "5", "after": "2"}])
async def test_what_is_no_instant_or_in_the_wrong_order_is_named(city: City, asked: dict[str, str]) -> None:
    answer = await compared(city, ALICE, "closing", **asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] in {"before", "against"}


async def test_before_the_report_there_is_no_case(city: City) -> None:
    told = (await compared(city, ALICE, "closing", before=1)).json()
    long_ago = f"{int(told['before']['at'][:4]) - 1}{told['before']['at'][4:]}"
    assert (await compared(city, ALICE, "closing", before=long_ago)).status_code == 404
