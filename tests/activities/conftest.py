"""A town at work, on both kinds of database."""

import pytest

from storage.database import Database
from storage.keys import KeyRing
from tests.storage.town import Town, found


@pytest.fixture
async def town(database: Database, ring: KeyRing) -> Town:
    return await found(database, ring)
