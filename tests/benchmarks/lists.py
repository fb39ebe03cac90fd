"""The pages officers live in, over a crowd of cases: how long the server takes for them, and how heavy they are."""

from __future__ import annotations

import re
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from statistics import quantiles
from time import perf_counter
from typing import TYPE_CHECKING

import httpx2

from operate.fictitious import load_fictitious
from operate.house import House
from operate.up import prepare
from settings import Settings
from storage import routines, sessions
from storage.tables import Method
from tests.benchmarks.crowd import fill
from web.app import create_app
from web.site import Offer, Site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from starlette.types import ASGIApp, Receive, Scope, Send

CASES = 100_000
ROUNDS = 40
WARM = 3
WHO = "granvik-samordnare"
HANDLERS = (WHO, "granvik-handlaggare")
LISTS = (
    "/arenden",
    "/arenden?view=mine",
    "/arenden?view=unassigned&level=raised",
    "/arenden?stage=risk&drill=without",
    "/arenden?closed=yes",
    "/forebyggande",
)
MORE = re.compile(r'href="(/arenden\?[^"]*after=[^"]*)"')


@dataclass(frozen=True)
class Pages:
    """What was measured on one kind of database."""

    milliseconds: dict[str, float]
    """Server time by address, the 95th percentile."""
    heaviest: int
    """Bytes of the largest page of the worklist."""
    slowest: float
    """The 95th percentile of the slowest address of the worklist."""


class Timed:
    """Takes the time from a request's arrival until its answer is sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.seconds = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        await self.app(scope, receive, send)
        self.seconds = perf_counter() - began


@asynccontextmanager
async def crowded(home: Path, database_url: str = "", size: int = CASES) -> AsyncIterator[House]:
    """An installation where one organisation has that many cases."""
    settings = Settings(home=home, database_url=database_url)
    await prepare(settings, fictitious=False)
    house = House.open(settings)
    try:
        await load_fictitious(house)
        async with house.database.reading() as session:
            routine = await routines.current(session, "9001", datetime.now(UTC).date())
        await fill(house.database, house.ring, routine, size, handlers=HANDLERS)
        yield house
    finally:
        await house.database.close()


async def measure(house: House) -> Pages:
    """Ask for each list in turn, again and again, and for its second page."""
    async with house.database.writing() as session:
        cookie, _ = await sessions.open(session, WHO, Method.PASSKEY, datetime.now(UTC))
    timed = Timed(create_app(Site(house, Offer())))
    spent: dict[str, list[float]] = {}
    weights: dict[str, int] = {}
    transport, cookies = httpx2.ASGITransport(app=timed), {"varna-session": cookie}
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as visitor:
        addresses = [*LISTS]
        if following := MORE.search((await visitor.get(LISTS[0])).text):
            addresses.append(unescape(following[1]))
        for number in range(WARM + ROUNDS):
            for address in addresses:
                answer = (await visitor.get(address)).raise_for_status()
                name = address.partition("after=")[0]
                weights[name] = len(answer.content)
                if number >= WARM:
                    spent.setdefault(name, []).append(timed.seconds * 1000)
    found = {name: round(quantiles(times, n=20)[-1], 1) for name, times in spent.items()}
    lists = [name for name in found if name.startswith("/arenden")]
    return Pages(found, max(weights[name] for name in lists), max(found[name] for name in lists))
