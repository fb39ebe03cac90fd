"""A running installation as its settings have it: the desk, and the settings themselves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Self

from desk.desk import Desk
from storage.database import Database
from storage.keys import KeyRing, MasterKeys
from storage.vault import Vault

if TYPE_CHECKING:
    from settings import Settings


@dataclass(frozen=True)
class House(Desk):
    """One installation, open for work."""

    settings: Settings

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open database and keys; raises `OSError` or `BadKeyFile` if there are no keys to be read."""
        read = partial(MasterKeys.read, settings.master_key)
        return cls.around(settings, Database(settings.database), KeyRing(read(), reread=read))

    @classmethod
    def around(cls, settings: Settings, database: Database, ring: KeyRing) -> Self:
        """A house around a database and keys that are open already."""
        engine = settings.temporal_address, settings.temporal_namespace, settings.task_queue
        vault = Vault(settings.evidence, settings.evidence_megabytes * 1024 * 1024)
        return cls(database, ring, *engine, vault, settings)
