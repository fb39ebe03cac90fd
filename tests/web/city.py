"""Granvik and its neighbours on a working day: a case in every stage, people to sign in, and the pages served."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from models.scopes import Scope
from operate.exchange import channels
from operate.fictitious import load_fictitious
from operate.hands import postman_for
from operate.house import House
from operate.town import Town, a_town
from operate.up import prepare
from settings import Settings
from storage import cases, people, programs, routines, sessions
from storage.tables import Method
from tests.web.browser import PHONE, Chromium, Look
from tests.web.chronicle import Chronicle
from tests.web.serving import serving
from tests.web.stories import EXTRA, NEIGHBOURS, STORIES
from web import csrf
from web.site import Offer, Site
from workflows.messages import CaseStart

if TYPE_CHECKING:
    from playwright.async_api import Page

    from tests.web.stories import Story

SECRET = "whispered-once"
"""What a gateway must name when it reports."""
TOLD_OF = ("alarm", "waiting", "prevention")
"""The stories whose notices were sent."""


class Visitor(httpx2.AsyncClient):
    """A browser's plainest relative, with somebody's cookie or none. Redirects are not followed."""

    @property
    def csrf(self) -> str:
        """The token of this visitor's forms; empty if nobody is signed in."""
        return csrf.token(cookie) if (cookie := self.cookies.get("varna-session")) else ""

    async def send_form(self, path: str, **fields: Any) -> httpx2.Response:
        """Post a form of a page of ours; a list is a field that comes several times."""
        return await self.post(path, data={csrf.FIELD: self.csrf, **fields})


@dataclass
class City:
    """A served city. Look at its cases, but change only your own: `begins` gives you one."""

    house: House
    url: str
    refs: Mapping[str, list[str]]
    _cookies: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def is_embedded(self) -> bool:
        """It is on SQLite."""
        return not self.house.settings.database_url

    def ref(self, story: str, which: int = 0) -> str:
        """The number of a story's case."""
        return self.refs[story][which]

    async def cookies(self, who: str | None, *, fresh: bool = False) -> dict[str, str]:
        """What the browser of somebody who is signed in holds; nothing for nobody.

        :param fresh: by a session of their own, for tests that end or count sessions.
        """
        if who is None:
            return {}
        if fresh or who not in self._cookies:
            async with self.house.database.writing() as session:
                cookie, _ = await sessions.open(session, who, Method.PASSKEY, datetime.now(UTC))
            self._cookies[who] = {"varna-session": cookie}
        return dict(self._cookies[who])

    @asynccontextmanager
    async def visitor(self, who: str | None = None, *, fresh: bool = False, **options: Any) -> AsyncIterator[Visitor]:
        """Somebody visits by plain requests."""
        cookies = await self.cookies(who, fresh=fresh)
        async with Visitor(base_url=self.url, trust_env=False, cookies=cookies, timeout=30, **options) as client:
            yield client

    @asynccontextmanager
    async def page(
        self, chromium: Chromium, who: str | None = None, look: Look = PHONE, *, fresh: bool = False, **options: Any
    ) -> AsyncIterator[Page]:
        """Somebody visits with a browser."""
        cookies = await self.cookies(who, fresh=fresh)
        async with chromium.page(self.url, look, cookies=cookies, **options) as page:
            yield page

    @asynccontextmanager
    async def program(self, who: str, *scopes: Scope) -> AsyncIterator[Visitor]:
        """A program calls the API in somebody's name, with these scopes or all."""
        now, name = datetime.now(UTC), f"prov-{secrets.token_hex(8)}"
        async with self.house.database.writing() as session:
            token, _ = await programs.create(session, name, who, scopes or [*Scope], now, now + timedelta(days=1))
        headers = {"Authorization": f"Bearer {token}"}
        async with Visitor(base_url=f"{self.url}/api/v1", trust_env=False, timeout=30, headers=headers) as client:
            yield client

    async def begins(self, story: str) -> str:
        """Tell a story once more, for a case that nobody else touches; its number."""
        return (await _told(self.house, (STORIES | NEIGHBOURS)[story], datetime.now(UTC)))[0]


@dataclass
class LivingCity(City):
    """A city with an engine and a worker: what people do has effect."""

    town: Town | None = None

    async def begins(self, story: str) -> str:
        """Tell a story once more, and let its case go on living; its number."""
        return await self.awaken(await super().begins(story))

    async def awaken(self, ref: str) -> str:
        """Let a case that was only told go on living in the engine; its number."""
        assert self.town is not None
        async with self.house.database.reading() as session:
            case = await cases.load(session, self.house.ring, ref)
            routine = await routines.by_digest(session, case.routine.digest)
        await self.town.cases.start(CaseStart(ref=ref, routine=routine, received=case.reported, case=case))
        return ref


async def build(home: Path, database_url: str = "") -> dict[str, list[str]]:
    """Make a city in an empty folder; the cases of each story."""
    settings = Settings(home=home, database_url=database_url)
    await prepare(settings, fictitious=False)
    house = House.open(settings)
    try:
        await load_fictitious(house)
        granvik = {"code": "9001", "name": "Granviks kommun", "kind": "municipality", "people": EXTRA}
        async with house.database.writing() as session:
            await people.load(session, house.ring, {"organisations": [granvik]})
        now = datetime.now(UTC)
        return {name: await _told(house, story, now, send=name in TOLD_OF) for name, story in _all().items()}
    finally:
        await house.database.close()


@asynccontextmanager
async def opened(
    home: Path, refs: Mapping[str, list[str]], database_url: str = "", **offer: Any
) -> AsyncIterator[City]:
    """Open a city that was built, without an engine."""
    house = House.open(Settings(home=home, database_url=database_url))
    try:
        async with serving(lambda url: _site(house, url, **offer)) as url:
            yield City(house, url, refs)
    finally:
        await house.database.close()


@asynccontextmanager
async def alive(home: Path, refs: Mapping[str, list[str]], **offer: Any) -> AsyncIterator[LivingCity]:
    """Open a city that was built, with an engine whose clock can skip, and a worker."""
    async with a_town(home) as town:
        town.house._known[:] = [town.environment.client]
        async with serving(lambda url: _site(town.house, url, **offer)) as url:
            yield LivingCity(town.house, url, refs, town=town)


def copied(built: Path, home: Path) -> Path:
    """A copy of a city that was built."""
    return Path(shutil.copytree(built, home, dirs_exist_ok=True))


def _all() -> dict[str, Story]:
    return STORIES | NEIGHBOURS


async def _told(house: House, story: Story, now: datetime, *, send: bool = False) -> list[str]:
    chronicle = Chronicle(house, now - story.began, now)
    refs = await chronicle.tell(story.tell)
    if send:
        await chronicle.send(postman_for(house))
    return refs


def _site(house: House, url: str, **offer: Any) -> Site:
    settings = {
        "public_url": url,
        "receipt_secret": SECRET,
        "channels": frozenset(channels(house.settings)),
        "checkpoint_key": house.settings.checkpoint_key,
    }
    return Site(house, Offer(**{**settings, **offer}))
