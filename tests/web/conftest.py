"""An office on each kind of database, with its pages served."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from storage.database import Database
from storage.keys import KeyRing
from tests.web.office import Office, opened, served


@pytest.fixture
async def office(database: Database, ring: KeyRing) -> Office:
    return await opened(database, ring)


@pytest.fixture
async def visitor(office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    async with served(office.database, office.ring) as client:
        yield client
