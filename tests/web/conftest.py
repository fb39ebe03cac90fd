"""An office on each kind of database, with its pages served; one browser for all tests."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from storage.database import Database
from storage.keys import KeyRing
from tests.web import browser
from tests.web.office import Office, opened, served


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[browser.Chromium]:
    async with browser.chromium() as running:
        yield running


@pytest.fixture
async def office(database: Database, ring: KeyRing) -> Office:
    return await opened(database, ring)


@pytest.fixture
async def visitor(office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    async with served(office.database, office.ring) as client:
        yield client
