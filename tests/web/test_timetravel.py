"""A case at two instants: what changed, which duties, and who knew; no more of it than somebody may see."""

from __future__ import annotations

import re

import httpx2
import pytest

from storage import access
from tests.web import markup
from tests.web.browser import Chromium, each_look
from tests.web.cast import REV
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


async def journey(city: City, who: str, story: str, seq: object) -> str:
    async with city.visitor(who) as visitor:
        answer = await visitor.get(f"/arenden/{city.ref(story)}/tidsresa", params={"seq": str(seq)})
    assert answer.status_code == 200
    markup.valid(answer.text)
    return answer.text


async def test_each_event_says_its_routine_the_rules_it_followed_what_it_changed_and_who_knew(city: City) -> None:
    text = await journey(city, ALICE, "closing", 2)
    assert re.search(r"Händelse 2 av \d+", text)
    assert re.search(r'href="/rutin\?version=[0-9a-f]{64}">', text)
    rules = text.partition("Regler som händelsen")[2].partition("</section>")[0]
    assert re.search(r"<strong>Första bedömning av rapporten</strong> <span class=\"soft\">Gjort i tid", rules)
    assert '<details class="why">' in rules
    assert "Fas · Intag" in text
    assert "Kände till ärendet då" in text
    assert "Har fått veta sedan dess" in text
    assert 'type="range"' in text


async def test_one_goes_back_to_the_report_and_on_to_now(city: City) -> None:
    first = await journey(city, ALICE, "closing", 1)
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    for nonsense in ("", "0", "x", 10**8):
        latest = await journey(city, ALICE, "closing", nonsense)
        assert 'rel="next"' not in latest
        assert "sedan dess" not in latest


async def test_dag_travels_through_headlines_alone(city: City) -> None:
    for seq in range(1, 15):
        text = await journey(city, DAG, "closing", seq)
        assert MARKED not in text
        assert "Kände till" not in text
        assert "Handläggs av" not in text
        assert "Namngivna" not in text


async def test_charlie_has_no_case_to_travel_in(city: City) -> None:
    async with city.visitor(CHARLIE) as charlie:
        assert (await charlie.get(f"/arenden/{city.ref('closing')}/tidsresa")).status_code == 404


async def test_the_journey_is_usable_by_everybody_in_every_look(city: City, chromium: Chromium) -> None:
    path = f"/arenden/{city.ref('closing')}/tidsresa?seq=6"
    await each_look(chromium, city.url, path, cookies=await city.cookies(ALICE))


async def test_the_slider_says_where_it_points_before_one_goes_there(city: City, chromium: Chromium) -> None:
    async with city.page(chromium, ALICE) as page:
        await page.goto(f"/arenden/{city.ref('closing')}/tidsresa?seq=1")
        await page.locator("#seq").focus()
        await page.keyboard.press("ArrowRight")
        assert "2: " in (await page.locator("#point").inner_text())
        await page.get_by_role("button", name="Visa den händelsen").click()
        await page.wait_for_url("**/tidsresa?seq=2")
        assert await page.get_by_label("Händelse 2 av").count() == 1


async def test_who_reviews_travels_in_codes_times_and_roles_and_it_is_noted(own_city: City) -> None:
    ref = own_city.ref("closing")
    async with own_city.visitor(REV) as rev, own_city.visitor(ALICE) as alice:
        text = (await rev.get(f"/revision/tidsresa/{ref}", params={"seq": "6"})).text
        assert (await alice.get(f"/revision/tidsresa/{ref}")).status_code == 403
        assert (await rev.get(f"/revision/tidsresa/{own_city.ref('storm')}")).status_code == 404
        assert (await rev.get("/revision/tidsresa/x")).status_code == 404
        assert (await rev.get(f"/arenden/{ref}/tidsresa")).status_code in {403, 404}
    markup.valid(text)
    main = text.partition("<main")[2].partition("</main>")[0]
    assert MARKED not in main
    assert "Regler som händelsen" in main
    assert "Kände till ärendet då" in main
    assert not re.search(r"granvik-|Västerholm|Granlund", main)
    async with own_city.house.database.reading() as session:
        found, _ = await access.search(session, "9001", access.Asked(case=ref, user=REV))
    assert {one.ground for one in found} == {"review"}


async def test_the_reviewers_journey_is_usable_by_everybody(city: City, chromium: Chromium) -> None:
    path = f"/revision/tidsresa/{city.ref('closing')}?seq=6"
    await each_look(chromium, city.url, path, cookies=await city.cookies(REV))
