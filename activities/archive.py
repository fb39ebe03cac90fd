"""Archiving: a case's history goes into the vault, sealed with the key of the case, before the engine forgets it."""

from __future__ import annotations

import gzip
import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from temporalio import activity

from activities.history import Run, fetch_all
from models.message import CaseRef, Frozen
from storage import archives
from storage.archives import OBJECT, Archive
from storage.keys import KeyDestroyed, UnknownKey
from storage.payloads import CASE
from storage.vault import Damaged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from storage.database import Database
    from storage.keys import DataKey, KeyRing
    from storage.vault import Vault


class Archiving(Frozen):
    """Archive the runs of a case that have ended, and on demand a copy of the one that goes on."""

    case: CaseRef
    running: bool = False


class ArchiveActivities:
    """The activities of the archive workflow."""

    def __init__(self, database: Database, ring: KeyRing, vault: Vault) -> None:
        self.database = database
        self.ring = ring
        self.vault = vault

    @activity.defn(name="archive_history")
    async def keep(self, asked: Archiving) -> int:
        """Put each run into the vault that is not there yet; how many. None of a case that was erased."""
        runs = await fetch_all(activity.client(), CASE + asked.case)
        async with self.database.reading() as session:
            had = {one.run: one for one in await archives.of_case(session, asked.case)}
            try:
                key = await self.ring.key(session, asked.case)
            except (UnknownKey, KeyDestroyed):
                return 0
        kept = 0
        number = _number_before(runs[0], had) if runs else 0
        for run in runs:
            number += 1
            before = had.get(run.id)
            if (before and before.final) or (run.end is None and not asked.running):
                continue
            await self._keep(key, asked.case, run, number)
            if before:
                await self.vault.remove(before.object)
            kept += 1
        return kept

    @activity.defn(name="read_archive_back")
    async def read_back(self, case: CaseRef) -> int:
        """Read what was archived and never read back, and write down that it is whole; how many. Raises `Damaged`."""
        async with self.database.reading() as session:
            unproved = [one for one in await archives.of_case(session, case) if one.proved is None]
            if not unproved:
                return 0
            key = await self.ring.key(session, case)
        for one in unproved:
            await read(self.vault, key, one)
            async with self.database.writing() as session:
                await archives.mark_proved(session, case, one.run, one.object, datetime.now(UTC))
        return len(unproved)

    async def _keep(self, key: DataKey, case: str, run: Run, number: int) -> None:
        name = f"{OBJECT}{uuid4().hex}"
        sealed = await self.vault.keep(key, name, _whole(gzip.compress(run.to_bytes(), mtime=0)))
        archive = Archive(
            case=case,
            run=run.id,
            organisation=case.partition("-")[0],
            number=number,
            previous=run.previous,
            end=run.end,
            events=len(run.events),
            object=name,
            size=sealed.size,
            digest=sealed.digest,
            archived=datetime.now(UTC),
        )
        async with self.database.writing() as session:
            await archives.put(session, archive)


async def read(vault: Vault, key: DataKey, archive: Archive) -> Run:
    """A run as it was archived.

    :raises Damaged: if it is not what was archived, or gone.
    :raises VaultOutOfReach: if the vault does not answer.
    """
    sealed = b"".join([piece async for piece in vault.read(key, archive.object)])
    if hashlib.sha256(sealed).hexdigest() != archive.digest:
        raise Damaged(f"{archive.object}: not what was archived")
    run = Run.from_bytes(CASE + archive.case, archive.run, gzip.decompress(sealed))
    if (len(run.events), run.previous, run.end) != (archive.events, archive.previous, archive.end):
        raise Damaged(f"{archive.object}: not the run that was archived")
    return run


def _number_before(first: Run, had: dict[str, Archive]) -> int:
    """How many runs came before the oldest one the engine has; one more than are known if that one is lost."""
    if first.previous is None:
        return 0
    before = had.get(first.previous)
    return before.number if before else 1 + max((one.number for one in had.values()), default=0)


async def _whole(content: bytes) -> AsyncIterator[bytes]:
    yield content
