"""Real Chromium, one for all the tests of a worker, a fresh page for each; and what must hold on every page of ours."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.async_api import async_playwright

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page, Response

CHROMIUM = "/usr/bin/chromium"
HAS_CHROMIUM = Path(CHROMIUM).exists()
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Nothing of its own goes out: what these tests see of the network is what our pages ask for."""
LOOK = (Path(__file__).parent / "look.js").read_text(encoding="utf-8")
LANGUAGE = "varna-language"
"""The cookie in which a browser's language is kept."""
A4 = {"width": 794, "height": 1123}


@dataclass(frozen=True)
class Look:
    """One way in which somebody meets a page."""

    name: str
    language: str = "sv"
    scheme: str = "light"
    width: int = 320
    height: int = 640
    scale: int = 1

    @property
    def options(self) -> dict[str, Any]:
        """For a browser's context."""
        return {
            "viewport": {"width": self.width, "height": self.height},
            "device_scale_factor": self.scale,
            "color_scheme": self.scheme,
            "locale": self.language,
            "reduced_motion": "reduce",
        }


PHONE = Look("phone")
DESKTOP = Look("desktop", width=1280, height=1024)
ENLARGED = Look("400 %", height=256, scale=4)
"""What is left of a screen of 1280 × 1024 at 400 %."""
LOOKS = (PHONE, Look("desktop, dark, English", "en", "dark", width=1280, height=1024))
"""Each language, each scheme and each size once: no word depends on the colours, no colour on the language."""


class Chromium:
    """The browser."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser

    @asynccontextmanager
    async def page(
        self, url: object, look: Look = PHONE, *, cookies: Mapping[str, str] | None = None, **options: Any
    ) -> AsyncIterator[Page]:
        """A page with nothing kept from before. At its end nothing came from elsewhere, was refused or went wrong.

        :param url: where the pages are served.
        :param cookies: what the browser has of us already.
        :param options: further ones for the browser's context: `java_script_enabled=False`.
        """
        base, trouble = str(url).rstrip("/"), list[str]()
        context = await self.browser.new_context(**{"base_url": base, **look.options, **options})
        try:
            context.set_default_timeout(10_000)
            for name, value in (cookies or {}).items():
                await context.add_cookies([{"name": name, "value": value, "url": base}])
            _watch(context, base, trouble)
            yield await context.new_page()
        finally:
            await context.close()
        assert trouble == []


def _watch(context: BrowserContext, base: str, trouble: list[str]) -> None:
    """Note whatever a page of ours never does."""

    def answered(response: Response) -> None:
        if response.status >= 400 and not response.request.is_navigation_request():
            trouble.append(f"{response.status} {response.url}")

    context.on("request", lambda asked: None if _is_ours(asked.url, base) else trouble.append(asked.url))
    context.on("response", answered)
    # What was not found is told of by `answered`; a page that says 404 is an error on the console as well.
    context.on(
        "console",
        lambda said: (
            trouble.append(said.text)
            if said.type == "error" and not said.text.startswith("Failed to load resource")
            else None
        ),
    )
    context.on("weberror", lambda error: trouble.append(str(error.error)))


def _is_ours(url: str, base: str) -> bool:
    return url.startswith((f"{base}/", "data:", "blob:")) or url == base


@asynccontextmanager
async def chromium() -> AsyncIterator[Chromium]:
    """Run it; skips where there is none, but never in CI."""
    if not HAS_CHROMIUM and not os.environ.get("CI"):
        pytest.skip("there is no Chromium here: apt-get install chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        yield Chromium(browser)
        await browser.close()


async def accessible(page: Page) -> None:
    """Everybody can use this page, as it stands now, in this look."""
    assert await troubles(page) == []


async def troubles(page: Page, *, axe: bool = True) -> list[str]:
    """What keeps somebody from using the page: what axe finds, and what it does not look for."""
    violations = await _by_axe(page) if axe else []
    await page.evaluate(LOOK)
    parts = "[...varnaLook.frame(), ...varnaLook.wide(), ...varnaLook.edges(), ...varnaLook.targets()]"
    return violations + list(await page.evaluate(parts)) + await _by_keyboard(page)


async def _by_axe(page: Page) -> list[str]:
    await page.evaluate(AXE_SCRIPT)
    found = await page.evaluate("axe.run({resultTypes: ['violations']})")
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found["violations"] for node in rule["nodes"]]


async def _by_keyboard(page: Page) -> list[str]:
    """Tab through the page: it comes to every control, in the order they stand in, and one sees where one is."""
    stops = dict(await page.evaluate("varnaLook.stops()"))
    await page.evaluate("varnaLook.start()")
    wrong, reached, last = list[str](), set[int](), -1
    for _ in range(3 * len(stops) + 10):
        await page.keyboard.press("Tab")
        focus = await page.evaluate("varnaLook.focused()")
        if focus is None or (focus["at"] <= last and not focus["several"]):
            break
        wrong += [one for one in focus["wrong"] if one not in wrong]
        reached.add(last := focus["at"])
    return wrong + [f"not reached by keyboard — {name}" for at, name in stops.items() if at not in reached]


async def on_paper(page: Page) -> list[str]:
    """What goes wrong when the page is printed."""
    await page.emulate_media(media="print", color_scheme="light")
    await page.set_viewport_size({"width": A4["width"], "height": A4["height"]})
    await page.evaluate(LOOK)
    return list(await page.evaluate("[...varnaLook.paper(), ...varnaLook.wide()]"))


async def each_look(
    browser: Chromium,
    url: object,
    path: str,
    *,
    cookies: Mapping[str, str] | None = None,
    prepare: Callable[[Page], Awaitable[object]] | None = None,
    speaks: str | None = None,
) -> None:
    """A page is accessible in Swedish and English, light and dark, on a phone, on a desk, enlarged and on paper.

    :param prepare: what is done on the page before it is looked at.
    :param speaks: the one language of a page whose reader is known by its address.
    """
    found: dict[str, list[str]] = {}
    for look in (*LOOKS, ENLARGED):
        async with browser.page(url, look, cookies={LANGUAGE: look.language, **(cookies or {})}) as page:
            await page.goto(path)
            if prepare is not None:
                await prepare(page)
            found[look.name] = await troubles(page, axe=look is not ENLARGED)
            if (spoken := await page.locator("html").get_attribute("lang")) != (speaks or look.language):
                found[look.name].append(f"it speaks {spoken}")
            if look is PHONE:
                found["paper"] = await on_paper(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
