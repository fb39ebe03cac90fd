"""To report as people do: on a small phone, in the dark, enlarged, by keyboard alone, without script; and to leave."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx2
import pytest
from sqlalchemy import func, select

from i18n import words
from storage import tables
from storage.database import Database
from storage.keys import KeyRing
from tests.web.browser import DESKTOP, ENLARGED, LANGUAGE, LOOKS, PHONE, Chromium, Look, on_paper, troubles
from tests.web.office import Office, opened, served
from web.asked import INCIDENT_QUESTIONS
from web.calm import CALENDAR

if TYPE_CHECKING:
    from playwright.async_api import Page

PATH = "/rapportera/9001"
WHAT = "Någon ringde på dörren och skrek."
KINDS_OF_SCREENS = ("subject", "protection", "when", "kinds", "assignment")
"""Each kind of field there is, at its longest."""
SV = words("sv", strict=True)


@pytest.fixture
async def office(sqlite_url: str, ring: KeyRing) -> AsyncIterator[Office]:
    database = Database(sqlite_url)
    yield await opened(database, ring)
    await database.close()


@pytest.fixture
async def visitor(office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    async with served(office.database, office.ring) as client:
        yield client


async def reported(office: Office) -> int:
    async with office.database.reading() as session:
        table = tables.reports
        return await session.scalar(select(func.count()).where(table.c.key.is_not(None))) or 0


async def start(page: Page) -> None:
    await page.goto(PATH)
    await page.fill("#what", WHAT)
    await page.fill("#telephone", "070-174 06 05")


async def on(page: Page) -> None:
    """Go on to the next screen."""
    step = await page.get_attribute("#report", "data-step")
    await page.locator("#report button[name=go]").nth(1 if step == "start" else 0).click()
    await page.locator(f"#report:not([data-step={step}])").wait_for()


async def screens(page: Page, questions: Collection[str]) -> AsyncIterator[str]:
    """Each screen in turn, to be looked at; of the questions only some."""
    await page.goto("/rapportera")
    yield "organisations"
    await page.goto(PATH)
    yield "empty"
    await page.locator("button[value=send]").first.click()
    await page.locator("#wrong:focus").wait_for()
    yield "wrong"
    await start(page)
    await page.check("#danger_now-yes")
    await page.locator(".more summary").click()
    await page.locator(".draft summary").click()
    yield "filled in"
    for question in INCIDENT_QUESTIONS:
        await on(page)
        if question.code in questions:
            yield question.code
    await page.check("#wishes-support")
    await on(page)
    yield "check"
    await page.locator("#report button[value=send]").click()
    await page.locator("#code").wait_for()
    yield "receipt"
    await page.goto(PATH)
    await page.locator("button[value=prevention]").click()
    await page.locator("[data-step=prevention]").wait_for()
    yield "prevention"
    await page.goto(CALENDAR)
    yield "calendar"


@pytest.mark.parametrize("look", [*LOOKS, ENLARGED], ids=lambda look: look.name)
async def test_everybody_can_use_every_screen(visitor: httpx2.AsyncClient, chromium: Chromium, look: Look) -> None:
    found: dict[str, list[str]] = {}
    cookies = {LANGUAGE: look.language}
    async with chromium.page(visitor.base_url, look, cookies=cookies) as page:
        questions = [one.code for one in INCIDENT_QUESTIONS] if look is PHONE else KINDS_OF_SCREENS
        async for name in screens(page, questions):
            found[name] = await troubles(page)
            assert await page.locator("html").get_attribute("lang") == look.language
    assert found.keys() >= {*KINDS_OF_SCREENS, "wrong", "check", "receipt", "calendar"}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


async def test_the_receipt_can_be_printed_with_its_code(visitor: httpx2.AsyncClient, chromium: Chromium) -> None:
    async with chromium.page(visitor.base_url) as page:
        await start(page)
        await page.locator("button[value=send]").click()
        await page.locator("#code").wait_for()
        assert await on_paper(page) == []
        assert await page.locator("#code").is_visible()
        assert not await page.locator(".onward").is_visible()


async def test_the_short_way_by_keyboard_alone(office: Office, visitor: httpx2.AsyncClient, chromium: Chromium) -> None:
    async with chromium.page(visitor.base_url) as page:
        await page.goto(PATH)

        async def to(selector: str) -> None:
            for _ in range(20):
                if await page.locator(selector).evaluate("one => one === document.activeElement"):
                    return
                await page.keyboard.press("Tab")
            raise AssertionError(selector)

        await to("#what")
        await page.keyboard.type(WHAT)
        await to("#danger_now-no")
        await page.keyboard.press("Space")
        await to("#telephone")
        await page.keyboard.type("070-174 06 05")
        await to("button[value=send]")
        await page.keyboard.press("Enter")
        await page.locator("#code").wait_for()
    assert await reported(office) == 1


async def test_without_script_the_whole_way_and_nothing_is_promised_that_needs_one(
    office: Office, visitor: httpx2.AsyncClient, chromium: Chromium
) -> None:
    async with chromium.page(visitor.base_url, java_script_enabled=False) as page:
        await start(page)
        assert await page.locator("[data-script]:visible").count() == 0
        await on(page)
        await page.check("#subject-known")
        await on(page)
        await page.locator("#report button[name=go]").nth(1).click()  # back
        assert await page.locator("#subject-known").is_checked()
        await page.locator("button[value=send]").click()
        code = await page.locator("#code").inner_text()
        assert await page.locator("[data-script]:visible").count() == 0
        await page.reload()  # sends it once more
        assert await page.locator("#code").inner_text() == code
    assert await reported(office) == 1


async def test_with_script_screens_change_in_place_and_back_in_the_browser_is_the_screen_before(
    visitor: httpx2.AsyncClient, chromium: Chromium
) -> None:
    async with chromium.page(visitor.base_url) as page:
        await start(page)
        await on(page)
        await page.check("#subject-known")
        await on(page)
        assert page.url.endswith(PATH)
        await page.go_back()
        await page.locator("[data-step=subject]").wait_for()
        assert await page.locator("#subject-known").is_checked()
        await page.go_back()
        await page.locator("[data-step=start]").wait_for()
        assert await page.input_value("#what") == WHAT
        assert await page.locator("h1").evaluate("one => one === document.activeElement")


async def test_a_second_click_while_it_is_sent_is_one_report(
    office: Office, visitor: httpx2.AsyncClient, chromium: Chromium
) -> None:
    async with chromium.page(visitor.base_url) as page:
        await start(page)
        await page.locator("button[value=send]").dblclick()
        await page.locator("#code").wait_for()
    assert await reported(office) == 1


@asynccontextmanager
async def kept(page: Page) -> AsyncIterator[str]:
    """What of the report is kept on the device."""
    yield await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")


async def test_a_draft_is_kept_only_if_it_is_chosen_and_found_deleted_or_gone_when_it_is_sent(
    visitor: httpx2.AsyncClient, chromium: Chromium
) -> None:
    async with chromium.page(visitor.base_url) as page:
        await start(page)
        await on(page)
        async with kept(page) as nothing:
            assert WHAT not in nothing
        await page.locator(".draft summary").click()
        assert SV("report.draft_warning") in await page.locator(".draft").inner_text()
        await page.locator("[data-draft=keep]").click()
        await page.check("#subject-known")
        async with kept(page) as draft:
            assert WHAT in draft
            assert "known" in draft
        await page.goto(PATH)
        assert await page.input_value("#what") == ""
        await page.locator("[data-draft=open]").click()
        await page.locator("input[name=subject][value=known]").wait_for(state="attached")
        assert await page.input_value("#what") == WHAT
        await page.locator("[data-draft=delete]").click()
        async with kept(page) as gone:
            assert WHAT not in gone
        await page.locator("[data-draft=keep]").click()
        await page.locator("button[value=send]").click()
        await page.locator("#code").wait_for()
        async with kept(page) as sent:
            assert WHAT not in sent


@pytest.mark.parametrize("way", ["button", "Escape"])
async def test_who_must_leave_is_gone_at_once_and_the_way_back_shows_nothing(
    visitor: httpx2.AsyncClient, chromium: Chromium, way: str
) -> None:
    async with chromium.page(visitor.base_url, DESKTOP) as page:
        await page.goto("/")
        await start(page)
        await on(page)
        if way == "button":
            await page.get_by_role("button", name=SV("report.leave")).click()
        else:
            for _ in range(3):
                await page.keyboard.press("Escape")
        await page.wait_for_url(f"**{CALENDAR}")
        assert "Värna" not in await page.title()
        await page.go_back()
        assert WHAT not in await page.content()


async def test_who_must_leave_without_script_leaves_by_the_same_button(
    visitor: httpx2.AsyncClient, chromium: Chromium
) -> None:
    async with chromium.page(visitor.base_url, PHONE, java_script_enabled=False) as page:
        await start(page)
        await page.mouse.wheel(0, 3000)
        button = page.get_by_role("button", name=SV("report.leave"))
        box = await button.bounding_box()
        assert box is not None
        assert 0 <= box["y"] < 60  # it hangs at the top, however far one has read
        await button.click()
        assert "Värna" not in await page.title()
        assert await page.locator("table").count() == 1
