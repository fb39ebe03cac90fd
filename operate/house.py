"""What every part of a running installation shares: settings, database, keys, the way to the engine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from storage.database import Database
from storage.keys import KeyRing, MasterKeys
from storage.payloads import data_converter
from workflows.client import Cases, connect

if TYPE_CHECKING:
    from temporalio.client import Client

    from settings import Settings


@dataclass(frozen=True)
class House:
    """One installation, open for work."""

    settings: Settings
    database: Database
    ring: KeyRing

    @classmethod
    def open(cls, settings: Settings) -> House:
        """Open database and keys; raises `OSError` or `BadKeyFile` if there are no keys to be read."""
        read = partial(MasterKeys.read, settings.master_key)
        return cls(settings, Database(settings.database), KeyRing(read(), reread=read))

    async def engine(self) -> Client:
        """Connect to the engine; raises `EngineOutOfReach`."""
        converter = data_converter(self.database, self.ring)
        return await connect(self.settings.temporal_address, self.settings.temporal_namespace, converter)

    async def cases(self) -> Cases:
        """The front door to the engine; raises `EngineOutOfReach`."""
        return Cases(await self.engine(), self.settings.task_queue)
