"""Sök: found is what one may see, and nothing else is told; what is asked for stands in no address."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from i18n import words
from i18n.sentences import refusal_text
from models.refusal import Refusal
from tests.web import markup
from tests.web.browser import DESKTOP, Chromium, each_look
from tests.web.city import City
from tests.web.stories import ALICE, BOB, CHARLIE, DAG, FREJA, KAJ, MARKED, PIM, RUT, SAM
from tests.web.test_worklist import REF

if TYPE_CHECKING:
    from playwright.async_api import Page

SV = words("sv", strict=True)


async def finds(city: City, who: str, text: str) -> list[str] | str:
    """The case numbers found, in order; or where one was led."""
    async with city.visitor(who) as visitor:
        answer = await visitor.send_form("/sok", q=text)
    if answer.status_code == 303:
        return str(answer.headers["location"])
    assert answer.status_code == 200
    markup.valid(answer.text)
    return REF.findall(answer.text)


async def test_a_whole_number_or_the_end_of_one_leads_straight_to_the_case(each_city: City) -> None:
    ref = each_city.ref("police")
    for text in (ref, f" {ref.lower()} ", ref.rpartition("-")[2]):
        assert await finds(each_city, BOB, text) == f"/arenden/{ref}"


async def test_words_are_found_by_their_stem_in_what_people_wrote_and_in_what_happened(each_city: City) -> None:
    for text in ("otäcka brev", "OTÄCKT brev", f"{MARKED} brev"):
        found = await finds(each_city, BOB, text)
        assert each_city.ref("fresh") in found
        assert each_city.ref("alarm") not in found
    assert each_city.ref("alarm") in await finds(each_city, BOB, "dödshot")
    assert each_city.ref("prevention") in await finds(each_city, BOB, "skola")
    assert each_city.ref("drill") in await finds(each_city, BOB, "övning")


async def test_who_may_not_see_a_case_finds_no_trace_of_it(each_city: City) -> None:
    for who, story in ((CHARLIE, "police"), (ALICE, "blocked"), (KAJ, "protected"), (FREJA, "triaged")):
        ref = each_city.ref(story)
        nothing = "9001-FV-2026-99999"
        async with each_city.visitor(who) as visitor:
            there, not_there = [(await visitor.send_form("/sok", q=text)) for text in (ref, nothing)]
        assert (there.status_code, not_there.status_code) == (200, 200)
        assert there.text.replace(ref, nothing).replace("csrf", "") == not_there.text.replace("csrf", "")
        assert SV("find.nothing") in there.text
    assert await finds(each_city, CHARLIE, MARKED) == []
    assert each_city.ref("blocked") not in await finds(each_city, ALICE, "bror hotade")
    assert each_city.ref("blocked") in await finds(each_city, PIM, "bror hotade")


async def test_whoever_sees_the_headline_alone_finds_nothing_by_what_was_written(each_city: City) -> None:
    ref = each_city.ref("triaged")
    for who in (RUT, DAG):
        assert ref not in await finds(each_city, who, "otäcka brev")
        assert await finds(each_city, who, ref) == f"/arenden/{ref}"


async def test_nobody_is_picked_out_by_a_sensitive_trait(city: City) -> None:
    for text in ("moderat", "hot mot socialdemokrater", "muslim", "SD"):
        async with city.visitor(BOB) as bob:
            answer = await bob.send_form("/sok", q=text)
        assert answer.status_code == 422
        assert refusal_text(Refusal("sensitive_search", "q"), SV) in answer.text
        assert REF.findall(answer.text) == []
        markup.valid(answer.text)


async def test_nothing_asked_nothing_found_and_what_was_asked_stays_in_the_box(city: City) -> None:
    async with city.visitor(BOB) as bob:
        empty, strange = await bob.send_form("/sok", q="  "), await bob.send_form("/sok", q='<b>"åäö')
        long = await bob.send_form("/sok", q="brev " * 1000)
        box = await bob.get("/sok")
    assert SV("find.nothing") not in empty.text
    assert 'value="&lt;b&gt;&#34;åäö"' in strange.text
    assert SV("find.nothing") in strange.text
    assert long.status_code == 200
    for answer in (empty, strange, long, box):
        markup.valid(answer.text)
        assert answer.headers["cache-control"] == "no-store"


async def test_it_is_posted_with_our_token_by_those_who_may(city: City) -> None:
    async with city.visitor(BOB) as bob, city.visitor(SAM) as sam, city.visitor() as nobody:
        assert (await bob.post("/sok", data={"q": "brev"})).status_code == 403
        assert (await sam.send_form("/sok", q="brev")).status_code == 403
        assert (await nobody.post("/sok", data={"q": "brev"})).headers["location"] == "/logga-in"
        assert REF.findall((await bob.get("/sok?q=brev")).text) == []


async def test_what_is_asked_for_stands_in_no_log(city: City, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await finds(city, BOB, "Zebrafink")
    assert "zebrafink" not in caplog.text.lower()


async def found(page: Page) -> None:
    await page.fill("#q", "otäcka brev")
    await page.keyboard.press("Enter")
    await page.locator("#found").wait_for()


async def refused(page: Page) -> None:
    await page.fill("#q", "moderat")
    await page.keyboard.press("Enter")
    await page.locator("#q-trouble").wait_for()


@pytest.mark.parametrize("prepare", [found, refused])
async def test_everybody_can_use_it(city: City, chromium: Chromium, prepare: object) -> None:
    await each_look(chromium, city.url, "/sok", cookies=await city.cookies(BOB), prepare=prepare)  # type: ignore[arg-type]


async def test_the_box_in_the_bar_searches_from_any_page_without_script_too(city: City, chromium: Chromium) -> None:
    async with city.page(chromium, BOB, DESKTOP, java_script_enabled=False) as page:
        await page.goto("/arenden")
        await page.fill("#search-box", "otäcka brev")
        await page.keyboard.press("Enter")
        await page.locator("#found").wait_for()
        assert page.url.endswith("/sok")
        assert await page.locator("[data-ref]").count() > 0
    async with city.page(chromium, SAM, DESKTOP) as page:
        await page.goto("/konto")
        assert await page.locator("#search-box").count() == 0
