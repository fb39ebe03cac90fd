"""An office on each kind of database, with its pages served; one browser and one city for all tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from storage.database import Database
from storage.keys import KeyRing
from tests import postgres
from tests.web import browser, city
from tests.web.doorway import Doorway, doorway
from tests.web.office import Office, opened, served
from tests.web.oidc.forger import Forger, forging


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[browser.Chromium]:
    async with browser.chromium() as running:
        yield running


@pytest.fixture(scope="session")
async def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[str]]]:
    home = tmp_path_factory.mktemp("city")
    return home, await city.build(home)


@pytest.fixture(scope="session", name="city")
async def the_city(
    built: tuple[Path, dict[str, list[str]]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[city.City]:
    """One for all tests, to look at; to change something, tell a story of your own (`city.begins`)."""
    home, refs = built
    async with city.opened(city.copied(home, tmp_path_factory.mktemp("city")), refs) as opened_city:
        yield opened_city


@pytest.fixture(scope="session")
async def living_city(
    built: tuple[Path, dict[str, list[str]]], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[city.LivingCity]:
    """One for all tests, where what people do has effect; act in cases of your own (`living_city.begins`)."""
    home, refs = built
    async with city.alive(city.copied(home, tmp_path_factory.mktemp("city")), refs) as living:
        yield living


@pytest.fixture
async def own_city(built: tuple[Path, dict[str, list[str]]], tmp_path: Path) -> AsyncIterator[city.City]:
    """A city for one test alone, to change as it likes."""
    home, refs = built
    async with city.opened(city.copied(home, tmp_path / "city"), refs) as opened_city:
        yield opened_city


@pytest.fixture(scope="session")
async def postgres_city(
    postgres_server: postgres.Server, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[city.City]:
    """One for all tests on PostgreSQL, to look at."""
    url, home = postgres_server.address(postgres_server.create()), tmp_path_factory.mktemp("city")
    async with city.opened(home, await city.build(home, url), url) as opened_city:
        yield opened_city


@pytest.fixture(params=["sqlite", "postgresql"])
def each_city(request: pytest.FixtureRequest) -> city.City:
    """One for all tests on each kind of database, to look at."""
    found: city.City = request.getfixturevalue("city" if request.param == "sqlite" else "postgres_city")
    return found


@pytest.fixture
async def office(database: Database, ring: KeyRing) -> Office:
    return await opened(database, ring)


@pytest.fixture
async def visitor(office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    async with served(office.database, office.ring) as client:
        yield client


@pytest.fixture
async def door(database: Database, ring: KeyRing) -> AsyncIterator[Doorway]:
    async with doorway(database, ring) as opened_door:
        yield opened_door


@pytest.fixture
async def own_door(sqlite_url: str, ring: KeyRing) -> AsyncIterator[Doorway]:
    """On one kind of database: for what does not depend on it."""
    database = Database(sqlite_url)
    async with doorway(database, ring) as opened_door:
        yield opened_door
    await database.close()


@pytest.fixture
async def forger() -> AsyncIterator[Forger]:
    """An identity provider that lies as it is told."""
    async with forging() as running:
        yield running
