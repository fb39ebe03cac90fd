"""Where the bytes of evidence lie: sealed as they arrive, in a folder or an object store, never in clear."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from storage.database import OutOfReach
from storage.keys import DataKey, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from obstore.store import ObjectStore

PIECE = 1024 * 1024
"""Bytes that are sealed together. The last piece says that it is the last; all others are full."""
SEALED = PIECE + len(DataKey(bytes(32)).encrypt(b"", ""))
"""Bytes of a full piece once it is sealed."""
PART = 5 * 1024 * 1024
"""Bytes sent to the store at a time: the least that S3 takes. Two are under way at once."""
HEAD = 4096
"""Bytes from the beginning, for those who want to know what it is."""


class Damaged(Exception):
    """The bytes are not those that were sealed: cut, reordered, mixed, changed, or gone."""


class VaultOutOfReach(OutOfReach):
    """The store does not answer, or has no room; nothing was kept."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What lies in the vault: its size and SHA-256 in clear, and how it begins."""

    size: int
    digest: str
    head: bytes


class Vault:
    """An object store: a folder, or an address such as `s3://bucket/evidence`.

    What lies in it is invisible until somebody has written down its id, and unreadable without the key of the case.
    """

    def __init__(self, place: Path | str, largest: int) -> None:
        self._place = place
        self.largest = largest
        """Most bytes in one file."""

    @cached_property
    def _store(self) -> ObjectStore:
        from obstore import store  # noqa: PLC0415 - slow to import, and most commands never need it

        if isinstance(self._place, Path):
            return store.LocalStore(self._place, mkdir=True)
        return store.from_url(self._place)

    async def keep(self, case: DataKey, evidence: str, chunks: AsyncIterator[bytes]) -> Sealed:
        """Seal what comes and keep it whole, or keep nothing of it.

        :param case: the key of its case.
        :param evidence: an id that was never used before.
        :raises VaultOutOfReach: if the store did not take it.
        """
        import obstore  # noqa: PLC0415 - as above

        key, digest, size, head = _own(case, evidence), hashlib.sha256(), 0, b""

        async def sealed() -> AsyncIterator[bytes]:
            nonlocal size, head
            number = 0
            async for piece, last in _pieces(chunks, PIECE):
                digest.update(piece)
                size += len(piece)
                head = head or piece[:HEAD]
                yield key.encrypt(piece, _context(evidence, number, last=last))
                number += 1

        with _reaching():
            # The store shows it under its name only once all of it is there; a cut upload leaves nothing behind.
            await obstore.put_async(self._store, evidence, sealed(), chunk_size=PART, max_concurrency=2)
        if isinstance(self._place, Path):
            await asyncio.to_thread(_settle, self._place / evidence)
        return Sealed(size, digest.hexdigest(), head)

    async def read(self, case: DataKey, evidence: str) -> AsyncIterator[bytes]:
        """The bytes as they were received, piece by piece, each one tried before it is given.

        :raises Damaged: as soon as something is not as it was sealed.
        :raises VaultOutOfReach: if the store does not answer.
        """
        import obstore  # noqa: PLC0415 - as above

        key, number = _own(case, evidence), 0
        with _reaching():
            try:
                found = await obstore.get_async(self._store, evidence)
            except FileNotFoundError:
                raise Damaged(f"{evidence}: gone") from None
            async for piece, last in _pieces(found.stream(min_chunk_size=PIECE), SEALED):
                try:
                    clear = key.decrypt(piece, _context(evidence, number, last=last))
                except Unreadable:
                    raise Damaged(f"{evidence}: piece {number} is not what was sealed") from None
                yield clear
                number += 1

    async def remove(self, evidence: str) -> None:
        """Take it away; a second time changes nothing."""
        import obstore  # noqa: PLC0415 - as above

        with _reaching():
            try:
                await obstore.delete_async(self._store, evidence)
            except FileNotFoundError:
                return

    async def older(self, than: datetime) -> list[str]:
        """Ids of all that was put there before a time. What a dying process left half written goes at once."""
        import obstore  # noqa: PLC0415 - as above

        if isinstance(self._place, Path):
            await asyncio.to_thread(_clear_away, self._place, than)
        with _reaching():
            batches = [batch async for batch in obstore.list(self._store)]
        return [str(one["path"]) for batch in batches for one in batch if one["last_modified"] < than]


async def _pieces(chunks: AsyncIterator[bytes], size: int) -> AsyncIterator[tuple[bytes, bool]]:
    """The same bytes in pieces of one size, and of each whether it is the last; nothing is one empty piece."""
    held = bytearray()
    async for chunk in chunks:
        held += chunk
        while len(held) > size:
            piece = bytes(held[:size])
            del held[:size]
            yield piece, False
    yield bytes(held), True


def _own(case: DataKey, evidence: str) -> DataKey:
    """A key for this piece of evidence alone."""
    return DataKey(case.derive(f"evidence/{evidence}"))


def _context(evidence: str, number: int, *, last: bool) -> str:
    return f"evidence/{evidence}/{number}/{'last' if last else 'more'}"


@contextmanager
def _reaching() -> Iterator[None]:
    from obstore.exceptions import BaseError  # noqa: PLC0415 - as above

    try:
        yield
    except BaseError as error:
        raise VaultOutOfReach(f"the evidence store is out of reach ({type(error).__name__})") from error


def _settle(path: Path) -> None:
    """On the disk, whatever happens to the machine now."""
    for one in (path, path.parent):
        descriptor = os.open(one, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _clear_away(folder: Path, than: datetime) -> None:
    for half in folder.glob("*#*"):
        if datetime.fromtimestamp(half.stat().st_mtime, UTC) < than:
            half.unlink(missing_ok=True)
