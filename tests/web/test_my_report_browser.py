"""My report as people use it: every state, however they look at it; the code on their own device; and away at once."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import FilePayload
from sqlalchemy import select

from desk import action
from i18n import words
from models.stages.dialogue import AnswerMessage
from models.stages.intake import Triage
from models.vocabulary.case import Level, TriageOutcome
from storage import tables
from tests.engine import until
from tests.web.browser import DESKTOP, ENLARGED, LANGUAGE, LOOKS, PHONE, Chromium, Look, on_paper, troubles
from tests.web.city import City, LivingCity, copied, opened
from tests.web.stories import BOB
from tests.web.test_my_report_stories import code_of, told
from web.calm import CALENDAR

if TYPE_CHECKING:
    from playwright.async_api import Page

PATH = "/min-rapport"
STATES = ("alarm", "support", "overdue", "closed", "source", "prevention")
"""Stories whose pages differ: a promise, much that was done, one that is late, an end, and those who see but little."""
SV = words("sv", strict=True)


async def enter(page: Page, code: str) -> None:
    await page.goto(PATH)
    await page.fill("#code", code)
    await page.locator("form[action='/min-rapport'] button").click()
    await page.locator("#now").wait_for()


async def unfold(page: Page) -> None:
    await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")


@pytest.mark.parametrize("look", [*LOOKS, ENLARGED], ids=lambda look: look.name)
async def test_everybody_can_use_the_page_in_every_state(city: City, chromium: Chromium, look: Look) -> None:
    found: dict[str, list[str]] = {}
    async with city.page(chromium, None, look) as page:
        await page.context.add_cookies([{"name": LANGUAGE, "value": look.language, "url": city.url}])
        await page.goto(PATH)
        found["code"] = await troubles(page)
        await page.locator("form[action='/min-rapport'] button").click()
        await page.locator("#wrong").wait_for()
        found["wrong code"] = await troubles(page)
        for state in STATES if look is PHONE else STATES[:2]:
            await enter(page, await code_of(city, city.ref(state)))
            found[state] = await troubles(page)
            await unfold(page)
            found[f"{state}, unfolded"] = await troubles(page)
            assert await page.locator("html").get_attribute("lang") == look.language
            await page.locator("form[action$=avsluta] button").click()
            await page.wait_for_url("**/")
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


async def test_a_conversation_can_be_read_and_printed(living_city: LivingCity, chromium: Chromium) -> None:
    reporter = await told(living_city)
    await action.act(
        living_city.house, reporter.case, Triage(id="t", outcome=TriageOutcome.OPEN, level=Level.RAISED), BOB
    )
    await action.act(living_city.house, reporter.case, AnswerMessage(id="a", text="Jag ringer kl. 10."), BOB)
    async with living_city.page(chromium) as page:
        await enter(page, reporter.code)
        await page.fill("#text", "Tack. Han är här igen.")
        await page.locator("form[action$=skriv] button").click()
        await page.locator("p.done").wait_for()
        assert await page.locator(".talk li").all_inner_texts() != []
        assert await troubles(page) == []
        assert await on_paper(page) == []


async def test_from_the_receipt_to_the_evidence_with_one_touch_and_without_script(
    living_city: LivingCity, chromium: Chromium
) -> None:
    async with living_city.page(chromium, java_script_enabled=False) as page:
        await page.goto("/rapportera/9001")
        await page.fill("#what", "Ett brev utan avsändare.")
        await page.fill("#email", "moa@example.org")
        await page.locator("button[value=send]").click()
        code = await page.locator("#code").inner_text()
        await page.locator(".onward button").click()
        assert page.url.endswith(PATH)
        picture = FilePayload(name="brev.png", mimeType="image/png", buffer=b"\x89PNG\r\n\x1a\n" + b"0" * 500)
        await page.set_input_files("#file", [picture])
        await page.locator("form[action$=bevis] button").click()
        assert SV("mine.handed_in") in await page.locator("main").inner_text()
        assert await page.locator(".files li").count() == 1
        assert code not in page.url
        await page.get_by_role("button", name=SV("report.leave")).click()
        await page.goto(PATH)
        assert await page.locator("#code").count() == 1  # it asks for the code again


async def test_the_code_is_copied_by_one_touch(living_city: LivingCity, chromium: Chromium) -> None:
    async with living_city.page(chromium, None, PHONE, permissions=["clipboard-read", "clipboard-write"]) as page:
        await page.goto("/rapportera/9001")
        await page.fill("#what", "Någon ringde.")
        await page.fill("#telephone", "070-174 06 05")
        await page.locator("button[value=send]").click()
        await page.locator("[data-copy]").click()
        await page.get_by_role("button", name=SV("report.copied")).wait_for()
        assert await page.evaluate("navigator.clipboard.readText()") == await page.locator("#code").inner_text()


async def test_who_must_leave_is_gone_and_the_report_is_closed_behind_them(city: City, chromium: Chromium) -> None:
    code = await code_of(city, city.ref("support"))
    async with city.page(chromium, None, DESKTOP) as page:
        await enter(page, code)
        await page.get_by_role("button", name=SV("report.leave")).click()
        await page.wait_for_url(f"**{CALENDAR}")
        await page.goto(PATH)
        assert await page.locator("#code").count() == 1


async def test_it_is_closed_behind_them_too_where_they_are_led_to_another_site(
    built: tuple[Path, dict[str, list[str]]], tmp_path: Path, chromium: Chromium
) -> None:
    home, refs = built
    # Another page of ours stands for the other site: no test goes out.
    async with opened(copied(home, tmp_path / "city"), refs, exit_url="/healthz") as city:
        code = await code_of(city, city.ref("support"))
        for script in (True, False):
            async with city.page(chromium, None, PHONE, java_script_enabled=script) as page:
                await enter(page, code)
                await page.get_by_role("button", name=SV("report.leave")).click()
                await page.wait_for_url("**/healthz")
                await until(partial(nobody_looks, city))


async def nobody_looks(city: City) -> bool:
    async with city.house.database.reading() as session:
        return not (await session.execute(select(tables.receipt_sessions.c.hash))).all()


async def test_the_whole_page_by_keyboard_alone(living_city: LivingCity, chromium: Chromium) -> None:
    reporter = await told(living_city)
    async with living_city.page(chromium) as page:
        await page.goto(PATH)
        await page.locator("#code").focus()
        await page.keyboard.type(reporter.code)
        await page.keyboard.press("Enter")
        await page.locator("#now").wait_for()
        await page.locator("#text").focus()
        await page.keyboard.type("Jag är orolig.")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.locator("p.done").wait_for()
        assert "Jag är orolig." in await page.locator(".talk").inner_text()
