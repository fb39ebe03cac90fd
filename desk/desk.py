"""What stands behind every door: database, keys, and the way to the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from storage.payloads import data_converter
from workflows.client import Cases, connect

if TYPE_CHECKING:
    from temporalio.client import Client

    from storage.database import Database
    from storage.keys import KeyRing
    from storage.vault import Vault


@dataclass(frozen=True)
class Desk:
    """One installation as those who serve people need it."""

    database: Database
    ring: KeyRing
    engine_address: str
    namespace: str
    task_queue: str
    vault: Vault
    _known: list[Client] = field(default_factory=list, init=False, repr=False, compare=False)
    """The way to the engine, once it was found; it heals itself."""

    async def engine(self) -> Client:
        """The way to the engine; raises `EngineOutOfReach`."""
        if not self._known:
            converter = data_converter(self.database, self.ring)
            self._known[:] = [await connect(self.engine_address, self.namespace, converter)]
        return self._known[0]

    async def cases(self) -> Cases:
        """The front door to the engine; raises `EngineOutOfReach`."""
        return Cases(await self.engine(), self.task_queue)
