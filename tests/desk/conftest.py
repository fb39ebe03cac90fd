"""What the tests of the desk share: a town whose cases may end, on each kind of database."""

from pathlib import Path

import pytest

from desk.desk import Desk
from storage.database import Database
from storage.keys import KeyRing
from storage.vault import Vault
from tests.desk.ending import NOBODY, Archive
from tests.storage.town import found


@pytest.fixture
async def archive(database: Database, ring: KeyRing, tmp_path: Path) -> Archive:
    town = await found(database, ring)
    return Archive(town, Desk(database, ring, NOBODY, "default", "varna", Vault(tmp_path / "vault", 10**6)))
