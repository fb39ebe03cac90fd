"""The pages of sign-in served for a small town, and somebody with a browser in front of them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pyotp

from desk.desk import Desk
from storage import openings, sessions, tables
from storage.database import Database
from storage.keys import KeyRing
from storage.tables import OpeningKind
from storage.vault import Vault
from tests.storage import town
from tests.web.serving import serving
from web import csrf
from web.site import Offer, Site

CHIEF, DUTY = "granvik-sakerhetschef", "granvik-tib"
PASSWORD = "stol regn bil åtta"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"


class Browser(httpx2.AsyncClient):
    """Follows no redirects and runs no scripts, but keeps its cookies."""

    @property
    def session(self) -> str:
        """Its session's cookie; empty if there is none."""
        return self.cookies.get("varna-session") or self.cookies.get("__Host-varna-session") or ""

    def plant(self, name: str, value: str) -> None:
        """Put a cookie where one of ours would be."""
        self.cookies.set(name, value, domain="localhost.local")

    async def form(self, path: str, **fields: object) -> httpx2.Response:
        """Post a form of a page of ours."""
        token = {csrf.FIELD: csrf.token(self.session)} if self.session else {}
        return await self.post(path, data=token | fields)

    async def secret(self) -> str:
        """The key for an app that the page of the second factor shows."""
        page = await self.get("/logga-in/tvasteg")
        found = re.search(r'class="secret">(.*?)<', page.text)
        assert found, page.text
        return found[1].replace(" ", "")

    async def signed_in(self) -> bool:
        """Whether the account page lets it in."""
        return (await self.get("/konto")).status_code == 200


@dataclass
class Doorway:
    """Where people sign in."""

    database: Database
    ring: KeyRing
    url: str

    @asynccontextmanager
    async def browser(self, address: str = "", agent: str = FIREFOX) -> AsyncIterator[Browser]:
        """A browser with nothing kept; `address`: as a proxy on this machine would name it."""
        said = {"user-agent": agent, "accept-language": "sv"} | ({"x-forwarded-for": address} if address else {})
        async with Browser(base_url=self.url, trust_env=False, headers=said, timeout=30) as browser:
            yield browser

    async def link(self, user: str = CHIEF, kind: OpeningKind = OpeningKind.INVITATION) -> str:
        """The path of a one-time link."""
        async with self.database.writing() as session:
            token, _ = await openings.make(session, user, kind, datetime.now(UTC))
        return f"/oppna/{token}"

    async def sets_up(self, browser: Browser, user: str = CHIEF, password: str = PASSWORD) -> tuple[str, list[str]]:
        """Somebody follows a link, and is signed in at its end; the key of their app, and recovery codes."""
        secret = await self.begins(browser, user, password)
        done = await browser.form("/logga-in/tvasteg", code=this_code(secret))
        assert done.headers["location"] == "/logga-in/reservkoder", done.text
        codes = re.findall(r"<code>(.*?)</code>", (await browser.get("/logga-in/reservkoder")).text)
        await browser.form("/logga-in/reservkoder")
        return secret, codes

    async def begins(self, browser: Browser, user: str = CHIEF, password: str = PASSWORD) -> str:
        """Somebody follows a link and has chosen a password; the key for their app."""
        await browser.form(await self.link(user))
        chosen = await browser.form("/logga-in/losenord", password=password)
        assert chosen.headers["location"] == "/logga-in/tvasteg"
        return await browser.secret()

    async def signs_in(self, browser: Browser, secret: str, user: str = CHIEF, next: str = "") -> httpx2.Response:
        """By password and code."""
        await browser.form("/logga-in", user=user, password=PASSWORD, next=next)
        return await browser.form("/logga-in/kod", code=next_code(secret))

    async def time_passes(self, **duration: float) -> None:
        """All sessions are older by so much."""
        back = timedelta(**duration)
        async with self.database.writing() as session:
            for one in (await session.execute(tables.sessions.select())).mappings().all():
                times = {name: one[name] - back for name in ("created", "seen", "expires", "proved")}
                await session.execute(
                    tables.sessions.update().where(tables.sessions.c.hash == one["hash"]).values(times)
                )

    async def open_sessions(self, user: str = CHIEF) -> list[sessions.Session]:
        """Where somebody is signed in."""
        async with self.database.reading() as session:
            return await sessions.of(session, user, datetime.now(UTC))


def this_code(secret: str) -> str:
    """What the app shows now."""
    return pyotp.TOTP(secret).now()


def next_code(secret: str) -> str:
    """What it shows next: a clock may be fast, and so this one is good after `this_code` was taken."""
    return pyotp.TOTP(secret).at(datetime.now(UTC) + timedelta(seconds=30))


@asynccontextmanager
async def doorway(database: Database, ring: KeyRing, scheme: str = "http", **offer: Any) -> AsyncIterator[Doorway]:
    """Serve them. Passkeys need a name for this machine: an address is none."""
    await town.found(database, ring)
    desk = Desk(database, ring, "127.0.0.1:1", "default", "nobody", Vault(Path("nowhere"), 1))

    def site(url: str) -> Site:
        public = url.replace("127.0.0.1", "localhost").replace("http", scheme)
        return Site(desk, Offer(**{"public_url": public} | offer))

    async with serving(site) as url:
        yield Doorway(database, ring, url.replace("127.0.0.1", "localhost"))
