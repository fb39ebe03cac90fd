"""The pages of sign-in in a real browser: for everybody, by keyboard alone, without script, and with a passkey."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from desk.sign_in.provider import Registration
from storage.database import Database
from storage.keys import KeyRing
from storage.tables import Method
from tests.web.browser import ENLARGED, LOOKS, PHONE, Chromium, Look, on_paper, troubles
from tests.web.doorway import CHIEF, DUTY, PASSWORD, Doorway, doorway, next_code, this_code
from tests.web.markup import valid

if TYPE_CHECKING:
    from playwright.async_api import Page

PROVIDER = Registration("https://id.granvik.example", "varna", "https://varna.granvik.example/logga-in/oidc/svar")


@pytest.fixture
async def full_door(sqlite_url: str, ring: KeyRing) -> AsyncIterator[Doorway]:
    """Every way in at once."""
    database = Database(sqlite_url)
    async with doorway(database, ring, registration=PROVIDER, fictitious=True) as opened:
        yield opened
    await database.close()


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=re.compile(name)).first.click()


async def secret(page: Page) -> str:
    return (await page.locator("code.secret").text_content() or "").replace(" ", "")


async def test_every_page_on_the_way_in_is_valid_and_fetches_nothing_of_others(full_door: Doorway) -> None:
    async with full_door.browser() as browser:
        valid((await browser.get("/logga-in?next=/jour%3Fa%3D1%26b%3D%22")).text)
        valid((await browser.form("/logga-in", user='"><b>', password="fel lösenord här")).text)
        link = await full_door.link()
        valid((await browser.get(link)).text)
        await browser.form(link)
        valid((await browser.get("/logga-in/losenord")).text)
        valid((await browser.form("/logga-in/losenord", password="kort")).text)
        await browser.form("/logga-in/losenord", password=PASSWORD)
        valid((await browser.form("/logga-in/tvasteg", code="000000")).text)
        await browser.form("/logga-in/tvasteg", code=this_code(await browser.secret()))
        for path in ("/logga-in/reservkoder", "/konto", "/konto/losenord", "/konto/bekrafta", "/utloggad", link):
            valid((await browser.get(path)).text)
        for path in ("/konto/losenord", "/konto/bekrafta"):
            valid((await browser.form(path, password="kort")).text)
        await browser.form("/logga-ut")
        await browser.form("/logga-in", user=CHIEF, password=PASSWORD)
        valid((await browser.form("/logga-in/kod", code="000000")).text)


class Round:
    """Somebody goes through pages in one look, and each is looked at with care."""

    def __init__(self, page: Page, look: Look) -> None:
        self.page = page
        self.look = look
        self.user = DUTY if look.language == "en" else CHIEF
        """Who reads in this language."""
        self.found: dict[str, list[str]] = {}

    async def sees(self, name: str) -> None:
        assert await self.page.locator("html").get_attribute("lang") == self.look.language, name
        self.found[name] = await troubles(self.page)

    async def sends(self, field: str, value: str, then: str) -> None:
        """Fill a field in and send its form; `then`: what stands on the page that comes."""
        await self.page.locator(f"#{field}").fill(value)
        await self.page.locator(f"#{field}").press("Enter")
        await self.page.locator(then).first.wait_for()

    @property
    def wrong(self) -> dict[str, list[str]]:
        return {name: wrong for name, wrong in self.found.items() if wrong}


@pytest.mark.parametrize("look", [*LOOKS, ENLARGED], ids=lambda look: look.name)
async def test_the_pages_that_set_an_account_up_are_for_everybody(
    full_door: Doorway, chromium: Chromium, look: Look
) -> None:
    async with chromium.page(full_door.url, look) as page:
        one = Round(page, look)
        await page.goto(await full_door.link(one.user))
        await one.sees("opening")
        await page.locator("main form button").click()
        await one.sees("password")
        await one.sends("password", "aaaaaaaaaaaaaaaa", "#wrong")
        await one.sees("password, refused")
        await one.sends("password", PASSWORD, "img.qr")
        await one.sees("second factor")
        key = await secret(page)
        await one.sends("code", "000000", "#wrong")
        await one.sees("second factor, refused")
        await one.sends("code", this_code(key), ".codes")
        await one.sees("recovery codes")
        one.found["recovery codes, on paper"] = await on_paper(page)
        await page.emulate_media(media="screen", color_scheme=look.scheme)  # type: ignore[arg-type]
        await page.set_viewport_size({"width": look.width, "height": look.height})
        for name, path in (("account", "/konto"), ("new password", "/konto/losenord"), ("proof", "/konto/bekrafta")):
            await page.goto(path)
            await one.sees(name)
        await page.goto("/oppna/unheard-of")
        await one.sees("over")
        await page.goto("/utloggad")
        await one.sees("signed out")
    assert one.wrong == {}


@pytest.mark.parametrize("look", [*LOOKS, ENLARGED], ids=lambda look: look.name)
async def test_the_pages_on_the_way_in_are_for_everybody(full_door: Doorway, chromium: Chromium, look: Look) -> None:
    async with full_door.browser() as browser, chromium.page(full_door.url, look) as page:
        one = Round(page, look)
        await full_door.sets_up(browser, one.user)
        await page.goto("/logga-in")
        await one.sees("begin")
        await page.locator("main > details > summary").first.click()
        await one.sees("local")
        await page.locator("#user").fill(one.user)
        await one.sends("password", "fel lösenord här", "#wrong")
        await one.sees("refused")
        await one.sends("password", PASSWORD, "#code")
        await one.sees("code")
        await one.sends("code", "000000", "#wrong")
        await one.sees("code, refused")
    assert one.wrong == {}


async def test_the_way_in_needs_no_script(own_door: Doorway, chromium: Chromium) -> None:
    async with chromium.page(own_door.url, PHONE, java_script_enabled=False) as page:
        await page.goto(await own_door.link())
        await press(page, "Börja")
        await page.locator("#password").fill(PASSWORD)
        await press(page, "Fortsätt")
        await page.locator("summary").last.click()
        key = await secret(page)
        assert 0.2 < await darkness(page) < 0.6
        assert not await page.get_by_text("passkey", exact=False).first.is_visible()
        await page.locator("#code").fill(this_code(key))
        await page.locator("#code").press("Enter")
        assert await page.locator(".codes li").count() == 10
        await press(page, "Jag har sparat dem")
        await press(page, "Logga ut")
        await page.get_by_role("link", name="Logga in igen").click()
        await page.locator("#user").fill(CHIEF)
        await page.locator("#password").fill(PASSWORD)
        await press(page, "Fortsätt")
        await page.locator("#code").fill(next_code(key))
        await press(page, "Logga in")
        await page.goto("/konto")
        assert await page.get_by_text("Den här webbläsaren").is_visible()


async def test_a_passkey_is_made_and_shown_by_keyboard_alone(own_door: Doorway, chromium: Chromium) -> None:
    async with chromium.page(own_door.url, PHONE) as page:
        await with_authenticator(page)
        await page.goto(await own_door.link())
        await press(page, "Börja")
        await page.locator("#password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        name = page.locator("#name")
        await name.wait_for()  # the script shows it
        await name.focus()
        await page.keyboard.type("Säkerhetsnyckel")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/logga-in/reservkoder")
        await press(page, "Jag har sparat dem")
        await press(page, "Logga ut")
        await page.goto("/logga-in?next=/konto")
        await page.get_by_role("button", name="Logga in med passkey").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/konto")
        await page.locator("strong", has_text="Säkerhetsnyckel").wait_for()
        # It proves once more who they are, for what is delicate.
        await own_door.time_passes(minutes=11)
        await page.get_by_role("link", name="Byt lösenord").click()
        await press(page, "Bekräfta med passkey")
        await page.wait_for_url("**/konto")
        await page.get_by_role("link", name="Byt lösenord").click()
        await page.locator("#password").wait_for()
    assert {one.method for one in await own_door.open_sessions()} == {Method.PASSKEY}


async def test_whoever_has_no_passkey_here_is_told_so_and_signs_in_otherwise(
    own_door: Doorway, chromium: Chromium
) -> None:
    async with own_door.browser() as browser, chromium.page(own_door.url, PHONE) as page:
        await own_door.sets_up(browser, DUTY)
        await with_authenticator(page, verified=False)
        await page.goto("/logga-in")
        await press(page, "Logga in med passkey")
        await page.get_by_role("alert").filter(has_text="gick inte").wait_for()
        assert await page.locator("#user").is_visible()


async def test_whoever_tries_it_out_is_somebody_within_two_presses(full_door: Doorway, chromium: Chromium) -> None:
    async with chromium.page(full_door.url, PHONE) as page:
        await page.goto("/")
        await page.get_by_role("link", name=re.compile("Logga in")).first.click()
        await page.get_by_role("button", name=re.compile("säkerhetschef i Granviks kommun")).click()
        await page.wait_for_url("**/arenden")
    assert [one.method for one in await full_door.open_sessions(CHIEF)] == [Method.DEMO]


async def darkness(page: Page) -> float:
    """How much of the picture for the app is dark, as a telephone sees it."""
    picture = page.locator("img.qr")
    await picture.evaluate("one => one.decode()")
    dark = await page.evaluate(
        """() => {
          const canvas = document.createElement("canvas");
          canvas.width = canvas.height = 200;
          const paint = canvas.getContext("2d");
          paint.drawImage(document.querySelector("img.qr"), 0, 0, 200, 200);
          const pixels = paint.getImageData(0, 0, 200, 200).data;
          return pixels.filter((value, at) => at % 4 === 0 && value < 128).length / 40000;
        }"""
    )
    return float(dark)


async def with_authenticator(page: Page, *, verified: bool = True) -> None:
    """The browser has an authenticator of its own."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
