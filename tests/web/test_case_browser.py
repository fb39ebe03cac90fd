"""Cases in a real browser: every form can be used by everybody; a case is led by keyboard alone, or without script."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from models.commands import COMMANDS
from models.message import is_drill
from models.possible import possible
from storage import cases, people, routines
from tests.web.browser import DESKTOP, PHONE, Chromium, Look, each_look, troubles
from tests.web.filled import Filled, fill
from tests.web.stories import ALICE, BOB, CLEO, DAG, FREJA

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.web.city import City, LivingCity

DARK = Look("phone, dark, English", "en", "dark")
SLOW = pytest.mark.slow
PAGES = (
    pytest.param(BOB, "police", "", id="case"),
    pytest.param(BOB, "police", "/assess_risk", id="risk"),
    pytest.param(BOB, "support", "/log_follow_up", id="call"),
    pytest.param(ALICE, "alarm", "", id="alarm", marks=SLOW),
    pytest.param(DAG, "police", "", id="headline", marks=SLOW),
    pytest.param(BOB, "police", "?seq=20", id="before", marks=SLOW),
    pytest.param(BOB, "police", "/logg/2", id="event", marks=SLOW),
    pytest.param(ALICE, "alarm", "/meddelanden", id="messages", marks=SLOW),
    pytest.param(BOB, "police", "/add_evidence", id="evidence", marks=SLOW),
    pytest.param(BOB, "fresh", "/triage", id="judge", marks=SLOW),
    pytest.param(CLEO, "prevention", "/assess_risk", id="matter", marks=SLOW),
    pytest.param(ALICE, "waiting", "/approve", id="confirm", marks=SLOW),
    pytest.param(BOB, "police", "/record_police", id="police", marks=SLOW),
    pytest.param(BOB, "support", "/agree_support", id="plan", marks=SLOW),
)
"""Each kind of page there is: whose, of which story."""


@pytest.mark.parametrize("who, story, path", PAGES)
async def test_every_kind_of_page_can_be_used_by_everybody(
    chromium: Chromium, city: City, who: str, story: str, path: str
) -> None:
    await each_look(chromium, city.url, f"/arenden/{city.ref(story)}{path}", cookies=await city.cookies(who))


async def test_the_page_of_the_glass_can_be_used_by_everybody(chromium: Chromium, city: City) -> None:
    await each_look(chromium, city.url, "/nodoppning", cookies=await city.cookies(BOB))


async def test_what_is_wrong_with_a_form_can_be_found_by_everybody(chromium: Chromium, city: City) -> None:
    async def send(page: Page) -> None:
        await page.locator("main form button[type=submit]").last.click()
        assert await page.locator("#wrong").is_visible()
        assert await page.evaluate("document.activeElement.id") == "wrong"

    path = f"/arenden/{city.ref('fresh')}/triage"
    await each_look(chromium, city.url, path, cookies=await city.cookies(BOB), prepare=send)


@pytest.mark.slow
async def test_every_form_there_is_can_be_used_by_everybody(chromium: Chromium, city: City) -> None:
    """Those that are possible somewhere, once each, small and dark; what they share is looked at in every way above."""
    found: dict[str, list[str]] = {}
    left = {kind.name() for kind in COMMANDS}
    for story, who in _where():
        forms = sorted(await _possible(city, city.ref(story), who) & left)
        async with city.page(chromium, who, DARK) as page:
            for command in forms:
                await page.goto(f"/arenden/{city.ref(story)}/{command}")
                found |= {command: wrong} if (wrong := await troubles(page)) else {}
                left.discard(command)
    assert found == {}
    assert left <= {"break_glass", "review_glass", "write_message", "ask_help", "move_routine", "withdraw_consent"}


def _where() -> list[tuple[str, str]]:
    stories = (
        "fresh",
        "alarm",
        "waiting",
        "police",
        "support",
        "closing",
        "closed",
        "prevention",
        "drill",
        "anonymous",
    )
    return [*((story, ALICE) for story in stories), ("offered", FREJA), ("police", BOB), ("overdue", ALICE)]


async def _possible(city: City, ref: str, who: str) -> set[str]:
    async with city.house.database.reading() as session:
        case = await cases.load(session, city.house.ring, ref)
        actor = await people.actor(session, who)
        routine = await routines.by_digest(session, case.routine.digest)
    return {kind.name() for kind in possible(case, actor, routine, datetime.now(UTC))}


async def test_the_level_follows_at_once_as_the_server_says_it(chromium: Chromium, city: City) -> None:
    path = f"/arenden/{city.ref('police')}/assess_risk"
    answers: tuple[dict[str, str], ...] = (
        {},
        {"A12": "yes"},
        {"A05": "yes", "A10": "yes"},
        {"A12": "yes", "B03": "yes", "C04": "yes"},
        {"A02": "yes", "A05": "unknown"},
    )
    async with city.page(chromium, BOB, DESKTOP) as page, city.visitor(BOB) as bob:
        known = Filled((await bob.get(path)).text, path)
        kept = {name: text for name, text in known.pairs if not name.startswith("factors.")}
        before = {name: "no" for name, _ in known.pairs if name.startswith("factors.")}
        for answered in answers:
            await page.goto(path)
            told = before | {f"factors.{factor}": answer for factor, answer in answered.items()}
            for level in ("low", "high", "acute"):
                for name, answer in (told | {"level": level}).items():
                    await page.locator(f'input[name="{name}"][value="{answer}"]').check()
                asked = await bob.post(path, data=kept | told | {"level": level, "look": "yes"})
                assert await _shown(page) == _said(asked.text), (answered, level)


async def _shown(page: Page) -> str:
    """What the script shows."""
    return " ".join((await page.locator("#verdict").inner_text()).split())


def _said(text: str) -> str:
    """What the server says."""
    inside = text[text.index(">", text.index('id="verdict"')) + 1 : text.index("<template")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", inside)).split())


class Hands:
    """Somebody with a pointer."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def choose(self, name: str, value: str) -> None:
        await self.page.locator(f'input[name="{name}"][value="{value}"]').check()

    async def write(self, name: str, text: str) -> None:
        await self.page.locator(f'[name="{name}"]').fill(text)

    async def pick(self, name: str, value: str) -> None:
        await self.page.locator(f'select[name="{name}"]').select_option(value)

    async def press(self, selector: str) -> None:
        await self.page.locator(f"{selector}:visible").first.click()


class Keys(Hands):
    """Somebody with a keyboard and nothing else."""

    async def choose(self, name: str, value: str) -> None:
        where = f'input[name="{name}"]'
        kind = await self.page.locator(where).first.get_attribute("type")
        if kind == "checkbox":
            await self._to(f'{where}[value="{value}"]')
            await self.page.keyboard.press("Space")
            return
        await self._to(where)
        if not await self._is(where):
            raise AssertionError(name)
        await self.page.keyboard.press("Space")
        for _ in range(12):
            if await self._is(f'{where}[value="{value}"]:checked'):
                return
            await self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name} never comes to {value}")

    async def write(self, name: str, text: str) -> None:
        await self._to(f'[name="{name}"]')
        await self.page.keyboard.type(text)

    async def pick(self, name: str, value: str) -> None:
        where = f'select[name="{name}"]'
        await self._to(where)
        options = await self.page.locator(f"{where} option").evaluate_all("all => all.map(one => one.value)")
        for _ in range(options.index(value)):
            await self.page.keyboard.press("ArrowDown")
        assert await self.page.locator(where).input_value() == value

    async def press(self, selector: str) -> None:
        await self._to(selector)
        before = self.page.url
        async with self.page.expect_navigation():
            await self.page.keyboard.press("Enter")
        assert before

    async def _to(self, selector: str) -> None:
        for _ in range(400):
            await self.page.keyboard.press("Tab")
            if await self._is(selector):
                return
        raise AssertionError(f"the keyboard never comes to {selector}")

    async def _is(self, selector: str) -> bool:
        return bool(await self.page.evaluate("wanted => document.activeElement.matches(wanted)", selector))


async def lead(hands: Hands, ref: str) -> None:
    """Lead a case from the worklist to its end: nothing behind it, but everything is looked at."""
    page = hands.page
    send = "main form.ask button[type=submit]:not([name])"

    async def open_(command: str) -> None:
        await hands.press(f'main a[href="/arenden/{ref}/{command}"]')
        assert page.url.endswith(command)

    async def done() -> None:
        await hands.press(send)
        await page.locator("main div.done").wait_for()

    await page.goto("/arenden")
    await page.goto(f"/arenden/{ref}")
    await open_("contact_affected")
    await hands.choose("outcome", "reached")
    await hands.choose("consequences", "fear")
    await hands.write("text", "Oroad men i säkerhet.")
    await done()
    await open_("triage")
    await hands.choose("outcome", "open")
    await hands.choose("level", "raised")
    await done()
    await open_("assess_risk")
    await hands.choose("factors.A12", "no")
    await hands.choose("factors.M03", "yes")
    await hands.choose("level", "low")
    await hands.write("text", "Ett missförstånd, uppklarat.")
    await done()
    await open_("record_police")
    await hands.pick("decision", "not_a_crime")
    await hands.pick("decline_reason", "unsure_if_crime")
    await done()
    await open_("agree_support")
    await hands.choose("declined", "yes")
    await done()
    await open_("log_follow_up")
    await hands.choose("outcome", "reached")
    await hands.choose("new_incident", "no")
    await done()
    await open_("propose_closure")
    await hands.pick("reason", "false_alarm")
    await hands.choose("affected_informed", "yes")
    await hands.write("lesson", "Ingen.")
    await done()
    await open_("close")
    await hands.pick("reason", "false_alarm")
    await done()


async def begun(city: LivingCity) -> str:
    ref = await city.begins("fresh")
    async with city.visitor(BOB) as bob:
        await fill(bob, ref, "assign", handler=BOB)
    assert not is_drill(ref)
    return ref


async def closed(city: LivingCity, ref: str) -> bool:
    async with city.house.database.reading() as session:
        return (await cases.load(session, city.house.ring, ref)).closed


@pytest.mark.parametrize(
    "hands, options",
    [(Hands, {"java_script_enabled": False}), (Keys, {}), (Hands, {})],
    ids=["without script", "by keyboard alone", "by pointer"],
)
async def test_a_case_is_led_from_report_to_closure(
    chromium: Chromium, living_city: LivingCity, hands: type[Hands], options: dict[str, Any]
) -> None:
    ref = await begun(living_city)
    async with living_city.page(chromium, BOB, PHONE, **options) as page:
        await lead(hands(page), ref)
    assert await closed(living_city, ref)


async def test_what_only_matters_after_another_answer_is_folded_away_until_then(chromium: Chromium, city: City) -> None:
    async with city.page(chromium, BOB, PHONE) as page:
        await page.goto(f"/arenden/{city.ref('police')}/record_police")
        reason = page.locator('select[name="decline_reason"]')
        assert not await reason.is_visible()
        await page.locator('select[name="decision"]').select_option("declined_by_affected")
        assert await reason.is_visible()
        assert not await page.locator('input[name="reference"]').is_visible()
    async with city.page(chromium, BOB, PHONE, java_script_enabled=False) as page:
        await page.goto(f"/arenden/{city.ref('police')}/record_police")
        assert await page.locator('select[name="decline_reason"]').is_visible()
