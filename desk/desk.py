"""What stands behind every door: database, keys, and the way to the engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from storage.payloads import data_converter
from workflows.client import Cases, connect

if TYPE_CHECKING:
    from temporalio.client import Client

    from storage.database import Database
    from storage.keys import KeyRing


@dataclass(frozen=True)
class Desk:
    """One installation as those who serve people need it."""

    database: Database
    ring: KeyRing
    engine_address: str
    namespace: str
    task_queue: str

    async def engine(self) -> Client:
        """Connect to the engine; raises `EngineOutOfReach`."""
        converter = data_converter(self.database, self.ring)
        return await connect(self.engine_address, self.namespace, converter)

    async def cases(self) -> Cases:
        """The front door to the engine; raises `EngineOutOfReach`."""
        return Cases(await self.engine(), self.task_queue)
