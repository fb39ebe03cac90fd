"""The pages as people meet them: on a small phone, in the dark, by keyboard alone, enlarged, without script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from i18n import words
from models.vocabulary.case import Urgency
from models.vocabulary.people import Role
from storage.database import Database
from storage.keys import KeyRing
from storage.tables import MessageState
from tests.web.browser import ENLARGED, LOOKS, Chromium, Look, on_paper, troubles
from tests.web.office import CHIEF, DUTY, Office, opened, served

if TYPE_CHECKING:
    import httpx2
    from playwright.async_api import Page

READERS = {"sv": (CHIEF, Role.SECURITY_CHIEF), "en": (DUTY, Role.DUTY_OFFICER)}
OTHERS = {"sv": READERS["en"], "en": READERS["sv"]}


@pytest.fixture
async def office(sqlite_url: str, ring: KeyRing) -> AsyncIterator[Office]:
    database = Database(sqlite_url)
    yield await opened(database, ring)
    await database.close()


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


@pytest.mark.parametrize("look", [*LOOKS, ENLARGED], ids=lambda look: look.name)
async def test_every_page_is_accessible(office: Office, chromium: Chromium, look: Look) -> None:
    async with served(office.database, office.ring) as visitor, chromium.page(visitor.base_url, look) as page:
        found: dict[str, list[str]] = {}
        for name, (path, press) in (await states(office, visitor, look.language)).items():
            await shown(page, path, press=press)
            assert await page.locator("html").get_attribute("lang") == look.language, name
            found[name] = await troubles(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


async def test_every_page_can_be_printed(office: Office, chromium: Chromium) -> None:
    async with served(office.database, office.ring) as visitor, chromium.page(visitor.base_url) as page:
        found: dict[str, list[str]] = {}
        for name, (path, press) in (await states(office, visitor, "sv")).items():
            await page.emulate_media(media="screen")
            await shown(page, path, press=press)
            found[name] = await on_paper(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


async def test_the_alarm_is_taken_by_keyboard_alone_and_one_sees_where_one_is(
    office: Office, chromium: Chromium
) -> None:
    sending = await office.message()
    async with served(office.database, office.ring) as visitor, chromium.page(visitor.base_url) as page:
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


async def test_the_alarm_is_taken_without_script_by_one_large_button(office: Office, chromium: Chromium) -> None:
    sending = await office.message()
    async with (
        served(office.database, office.ring) as visitor,
        chromium.page(visitor.base_url, java_script_enabled=False) as page,
    ):
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


async def test_looking_at_the_page_and_leaving_accepts_nothing(office: Office, chromium: Chromium) -> None:
    sending = await office.message()
    async with served(office.database, office.ring) as visitor, chromium.page(visitor.base_url) as page:
        await page.goto(await office.link(sending))
        await page.close()
    assert await office.state(sending) is MessageState.SENT
