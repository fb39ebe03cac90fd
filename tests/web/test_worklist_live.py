"""Two browsers: what one does, the other sees within moments, and nothing moves under the hand or the focus."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from i18n import words
from storage import cases
from tests.web.browser import DESKTOP, Chromium, accessible
from tests.web.city import City, LivingCity
from tests.web.deeds import does
from tests.web.stories import ALICE, BOB, KAJ

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page

SV = words("sv", strict=True)
SOON = 20_000
"""Milliseconds in which it must be seen."""


def line(page: Page, ref: str) -> Locator:
    return page.locator(f'[data-ref="{ref}"]')


async def top(row: Locator) -> float:
    box = await row.bounding_box()
    assert box is not None
    return box["y"]


async def listens(page: Page) -> None:
    await page.locator("[data-state]", has_text=SV("list.live")).wait_for()


async def test_what_happens_elsewhere_is_told_and_nothing_moves_until_one_asks_for_it(
    own_city: City, chromium: Chromium
) -> None:
    held, changed = own_city.ref("unassigned"), own_city.ref("fresh")
    async with own_city.page(chromium, KAJ, DESKTOP) as page:
        await page.set_viewport_size({"width": 1280, "height": 500})
        await page.goto("/arenden")
        await listens(page)
        shown = await page.locator("[data-ref]").count()
        await line(page, held).locator("a").focus()
        before, scrolled = await top(line(page, held)), await page.evaluate("scrollY")
        assert scrolled > 0

        await does(own_city, ALICE, "assign", changed, handler=BOB)
        await line(page, changed).locator("text=Folke").wait_for(timeout=SOON, state="attached")
        come = await own_city.begins("alarm")
        await page.locator(".news button", has_text=SV("list.new", number=1)).wait_for(timeout=SOON)

        assert await line(page, come).count() == 0
        assert await page.locator("[data-ref]").count() == shown
        assert await page.evaluate("document.activeElement.closest('[data-ref]').dataset.ref") == held
        assert abs(await top(line(page, held)) - before) < 1
        await accessible(page)

        await page.locator(".news button").click()
        assert await line(page, come).is_visible()
        assert await page.evaluate("document.activeElement.closest('[data-ref]').dataset.ref") == come
        assert await page.locator(".news button").count() == 0


async def test_what_one_does_in_the_engine_the_other_sees(living_city: LivingCity, chromium: Chromium) -> None:
    ref = await living_city.begins("alarm")
    await does(living_city, ALICE, "assign", ref, handler=BOB)
    async with living_city.page(chromium, KAJ, DESKTOP) as kaj, living_city.page(chromium, BOB, DESKTOP) as bob:
        for page in (kaj, bob):
            # In a city where much has happened, what is low on the list stands on another page.
            await page.goto("/arenden?level=acute")
            await listens(page)
        async with living_city.house.database.reading() as session:
            before = await cases.load(session, living_city.house.ring, ref)
        assert before.handler == BOB
        await does(living_city, ALICE, "assign", ref, handler=KAJ)
        await line(kaj, ref).locator(".mine").wait_for(timeout=SOON)
        await line(bob, ref).locator("text=Kaj").wait_for(timeout=SOON)


async def test_what_left_the_list_stays_in_its_place_and_says_so(own_city: City, chromium: Chromium) -> None:
    ref = own_city.ref("overdue")
    async with own_city.page(chromium, KAJ, DESKTOP) as page:
        await page.goto("/arenden?view=mine")
        await listens(page)
        await line(page, ref).hover()
        before = await top(line(page, ref))
        await does(own_city, ALICE, "assign", ref, handler=BOB)
        await line(page, ref).locator("text=" + SV("list.gone")).wait_for(timeout=SOON)
        assert abs(await top(line(page, ref)) - before) < 1
        assert "Första kontakt" in await line(page, ref).inner_text()
        assert "Förhöjd" not in await line(page, ref).inner_text()
        await page.locator(".news button", has_text=SV("list.moved")).click()
        assert await line(page, ref).count() == 0
        assert await page.locator('[data-count="mine"]').inner_text() == "0"


async def test_the_time_left_runs_and_what_falls_due_says_so_in_its_place(city: City, chromium: Chromium) -> None:
    ref = city.ref("fresh")
    async with city.house.database.reading() as session:
        due = (await cases.load(session, city.house.ring, ref)).reported + timedelta(hours=4)
    async with city.page(chromium, BOB, DESKTOP) as page:
        await page.clock.install(time=datetime.now(UTC))
        await page.goto("/arenden")
        await page.context.set_offline(True)  # the server's clock is not the page's here, and it would be asked
        assert await line(page, ref).locator(".due.over").count() == 0
        said = await line(page, ref).locator(".due strong").inner_text()
        await page.clock.fast_forward(120_000)
        assert await line(page, ref).locator(".due strong").inner_text() != said
        await page.clock.fast_forward(int((due - datetime.now(UTC)).total_seconds()) * 1000)
        assert re.search("över tiden|nu", await line(page, ref).locator(".due strong").inner_text())
        assert await line(page, ref).locator(".due.over").count() == 1
        assert await line(page, ref).locator(".timebar.over").count() == 1


async def test_the_script_says_times_as_the_server_does(city: City, chromium: Chromium) -> None:
    async with city.page(chromium, BOB, DESKTOP, java_script_enabled=False) as page:
        await page.goto("/arenden")
        served = await page.locator(".due strong").all_inner_texts()
    async with city.page(chromium, BOB, DESKTOP) as page:
        await page.clock.install(time=datetime.now(UTC))
        await page.goto("/arenden")
        await page.locator(".due strong").evaluate_all("all => all.forEach(one => one.textContent = '')")
        await page.clock.fast_forward(16_000)
        said = await page.locator(".due strong").all_inner_texts()
    assert len(said) == len(served) > 15
    # A minute may have passed between the two.
    assert len([1 for one, other in zip(said, served, strict=True) if one != other]) < len(said) / 2
    assert {"dygn", "tim", "min"} <= {word for one in said for word in one.split()}


async def test_j_and_k_go_from_line_to_line(city: City, chromium: Chromium) -> None:
    async with city.page(chromium, BOB, DESKTOP) as page:
        await page.goto("/arenden")
        refs = await page.locator("[data-ref]").evaluate_all("all => all.map(one => one.dataset.ref)")
        await page.locator("[data-ref] a").first.focus()
        for key, at in (("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0)):
            await page.keyboard.press(key)
            assert await page.evaluate("document.activeElement.closest('[data-ref]').dataset.ref") == refs[at]
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/arenden/{refs[0]}")


async def test_a_page_behind_others_holds_no_stream(city: City, chromium: Chromium) -> None:
    async with city.page(chromium, BOB, DESKTOP) as page:
        await page.goto("/arenden")
        await listens(page)
        hide = "state => { Object.defineProperty(document, 'hidden', { value: state, configurable: true });"
        hide += " document.dispatchEvent(new Event('visibilitychange')); }"
        await page.evaluate(hide, arg=True)
        assert await page.locator("[data-state]").inner_text() == ""
        await page.evaluate(hide, arg=False)
        await listens(page)
