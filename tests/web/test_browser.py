"""The pages as people meet them: on a small phone, in the dark, by keyboard alone, enlarged, without script."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.async_api import async_playwright

from i18n import words
from models.vocabulary.case import Urgency
from models.vocabulary.people import Role
from storage.database import Database
from storage.keys import KeyRing
from storage.tables import MessageState
from tests.web.office import CHIEF, DUTY, Office, opened, served

if TYPE_CHECKING:
    import httpx2
    from playwright.async_api import Page

CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists() and not os.environ.get("CI"), reason="there is no Chromium here: apt-get install chromium"
)
READERS = {"sv": (CHIEF, Role.SECURITY_CHIEF), "en": (DUTY, Role.DUTY_OFFICER)}
OTHERS = {"sv": READERS["en"], "en": READERS["sv"]}
SMALL = {"width": 320, "height": 640}
ENLARGED = {"width": 320, "height": 256}
"""What is left of a screen of 1280 × 1024 at 400 %."""


@pytest.fixture
async def office(sqlite_url: str, ring: KeyRing) -> AsyncIterator[Office]:
    database = Database(sqlite_url)
    yield await opened(database, ring)
    await database.close()


@asynccontextmanager
async def phone(visitor: httpx2.AsyncClient, **options: Any) -> AsyncIterator[Page]:
    """A page in a real browser; it fails if anything is fetched from elsewhere or refused by the page's own policy."""
    trouble: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM))
        context = await browser.new_context(**{"viewport": SMALL, "base_url": str(visitor.base_url), **options})
        context.set_default_timeout(10_000)
        page = await context.new_page()
        page.on("console", lambda said: trouble.append(said.text) if "Content Security" in said.text else None)
        page.on(
            "request", lambda asked: None if asked.url.startswith(str(visitor.base_url)) else trouble.append(asked.url)
        )
        yield page
        await browser.close()
    assert trouble == []


async def states(office: Office, visitor: httpx2.AsyncClient, language: str) -> dict[str, tuple[str, bool]]:
    """Every page there is: its path, and whether the button is to be pressed on it."""
    person, role = READERS[language]
    other, others_role = OTHERS[language]
    due = datetime(2026, 3, 3, 2, 12, tzinfo=UTC)

    async def link(notice: str, urgency: Urgency = Urgency.PAGE, queued: int = 0, **changes: object) -> str:
        told = await office.message(
            person, role=role, notice=notice, urgency=urgency, queued=timedelta(days=queued), **changes
        )
        return await office.link(told)

    found = {
        "alarm": (await link("1.a", due=due), False),
        "drill": (await link("2.a", due=due, drill=True), False),
        "now": (await link("3.a", Urgency.NOW, about="first_contact", due=due), False),
        "now taken": (await link("4.a", Urgency.NOW, about="triage"), True),
        "taken": (await link("5.a"), True),
        "taken before": (await link("6.a"), False),
        "task": (await link("7.a", Urgency.TASK), False),
        "headline": (await link("8.a", Urgency.HEADLINE), False),
        "count": (await link("9.a", Urgency.COUNT), False),
        "too old": (await link("10.a", queued=-4), False),
        "unknown": ("/l/unknown", False),
    }
    await visitor.post(found["taken before"][0])
    theirs = await office.message(other, role=others_role, notice="11.b")
    found["somebody else"] = (await link("11.a"), False)
    await visitor.post(await office.link(theirs))
    return found


async def shown(page: Page, path: str, *, press: bool) -> None:
    await page.goto(path)
    if press:
        await page.get_by_role("button").click()


def violations(found: dict[str, Any]) -> list[str]:
    return [f"{rule['id']}: {node['html']}" for rule in found["violations"] for node in rule["nodes"]]


async def is_wider_than_the_screen(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", READERS)
async def test_every_page_is_accessible_on_a_small_phone(office: Office, language: str, scheme: str) -> None:
    async with (
        served(office.database, office.ring) as visitor,
        phone(visitor, color_scheme=scheme, locale=language) as page,
    ):
        found: dict[str, list[str]] = {}
        for name, (path, press) in (await states(office, visitor, language)).items():
            await shown(page, path, press=press)
            assert await page.locator("html").get_attribute("lang") == language, name
            await page.evaluate(AXE_SCRIPT)
            found[name] = violations(await page.evaluate("axe.run()"))
            found[name] += ["wider than the screen"] * await is_wider_than_the_screen(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


async def test_nothing_scrolls_sideways_at_four_hundred_per_cent(office: Office) -> None:
    async with (
        served(office.database, office.ring) as visitor,
        phone(visitor, viewport=ENLARGED, device_scale_factor=4) as page,
    ):
        wide = []
        for name, (path, press) in (await states(office, visitor, "sv")).items():
            await shown(page, path, press=press)
            wide += [name] * await is_wider_than_the_screen(page)
    assert wide == []


async def test_the_alarm_is_taken_by_keyboard_alone_and_one_sees_where_one_is(office: Office) -> None:
    sending = await office.message()
    async with served(office.database, office.ring) as visitor, phone(visitor) as page:
        await page.goto(await office.link(sending))
        await page.keyboard.press("Tab")
        button = page.get_by_role("button", name=words("sv")("web.take_page"))
        assert await button.evaluate("one => one === document.activeElement")
        outline = await button.evaluate(
            "one => getComputedStyle(one).outlineStyle + getComputedStyle(one).outlineWidth"
        )
        assert outline == "solid4px"
        await page.keyboard.press("Enter")
        await page.get_by_role("status").wait_for()
    assert await office.state(sending) is MessageState.ACCEPTED


async def test_the_alarm_is_taken_without_script_by_one_large_button(office: Office) -> None:
    sending = await office.message()
    async with served(office.database, office.ring) as visitor, phone(visitor, java_script_enabled=False) as page:
        await page.goto(await office.link(sending))
        button = page.get_by_role("button")
        box = await button.bounding_box()
        assert box is not None
        assert (box["width"], box["height"]) >= (280, 64)
        await button.click()
        said = await page.get_by_role("status").inner_text()
        await page.reload()  # presses once more
        again = await page.get_by_role("status").inner_text()
    assert "Du har tagit larmet" in said
    assert "Redan taget av dig" in again
    assert await office.changes(sending) == ["sent:None", "accepted:link"]


async def test_looking_at_the_page_and_leaving_accepts_nothing(office: Office) -> None:
    sending = await office.message()
    async with served(office.database, office.ring) as visitor, phone(visitor) as page:
        await page.goto(await office.link(sending))
        await page.close()
    assert await office.state(sending) is MessageState.SENT
