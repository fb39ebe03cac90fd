"""The whole way in one browser: from the public form, past the sign-in, through all stages to closure, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import reports
from tests.web import city
from tests.web.browser import PHONE, Chromium, accessible
from tests.web.stories import BOB
from tests.web.test_case_browser import Hands, closed, lead
from tests.web.test_report_browser import start

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Page


async def test_a_report_is_taken_from_the_public_form_to_closure(
    chromium: Chromium, built: tuple[Path, dict[str, list[str]]], tmp_path: Path
) -> None:
    home, refs = built
    async with (
        city.alive(city.copied(home, tmp_path / "city"), refs, fictitious=True) as living,
        living.page(chromium, None, PHONE) as page,
    ):
        code = await _report(page)
        async with living.house.database.reading() as session:
            ref = (await reports.by_receipt(session, code)).case

        await page.goto("/")
        await page.locator("a[href^='/logga-in']").first.click()
        await page.locator(f'.cast button[value="{BOB}"]').click()
        await page.locator(f'a[href="/arenden/{ref}"]').first.click()
        await page.locator(f'main a[href="/arenden/{ref}/assign"]').first.click()
        await page.locator('[name="handler"]').select_option(BOB)
        await page.locator("main form.ask button[type=submit]:not([name])").click()
        await page.locator("main div.done").wait_for()
        await lead(Hands(page), ref)
        assert await closed(living, ref)

        await page.locator('form[action="/logga-ut"] button').first.click()
        await page.goto("/min-rapport")
        await page.fill("#code", code)
        await page.locator("form[action='/min-rapport'] button").click()
        await page.get_by_text("Ärendet är avslutat").first.wait_for()
        await accessible(page)


async def _report(page: Page) -> str:
    await start(page)
    await page.locator("button[value=send]").first.click()
    return await page.locator("#code").inner_text()
