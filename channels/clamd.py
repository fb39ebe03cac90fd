"""The virus scanner of the municipality, clamd, over TCP: a stream goes there, a verdict comes back (`INSTREAM`)."""

from __future__ import annotations

import asyncio
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from asyncio import StreamWriter
    from collections.abc import AsyncIterator, Awaitable

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds for each answer of the scanner, and for each piece it takes."""
LONGEST = 4096
"""Bytes of an answer."""
PIECE = 64 * 1024


class ScannerAway(Exception):
    """The scanner does not answer, or not as clamd does. Trying again later may help."""


class BrokenOff(ScannerAway):
    """It hung up in the middle of this stream: perhaps because of what is in it."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """What the scanner says of a stream. `found` names what was recognised; `too_large`: it refused to look."""

    found: str = ""
    too_large: bool = False


class Clamd:
    """One clamd.

    :param address: `host:port`.
    """

    def __init__(self, address: str, patience: float = PATIENCE) -> None:
        self._host, _, port = address.rpartition(":")
        self._port = int(port)
        self._patience = patience

    async def scan(self, chunks: AsyncIterator[bytes]) -> Scanned:
        """Have a stream looked at; raises `ScannerAway`, and whatever the stream itself raises."""
        try:
            reader, writer = await self._within(asyncio.open_connection(self._host, self._port))
        except ConnectionError as error:
            raise ScannerAway(type(error).__name__) from error
        # It may stop listening in the middle of what is too large: it says so, and hangs up on who does not hear it.
        heard = asyncio.ensure_future(reader.read(LONGEST))
        try:
            with suppress(ConnectionError):
                await self._send(writer, chunks, heard)
            answer = await self._within(heard)
        except ConnectionError as error:
            raise BrokenOff(type(error).__name__) from error
        finally:
            heard.cancel()
            writer.close()
        return _verdict(answer.decode(errors="replace").strip("\0\n "))

    async def _send(self, writer: StreamWriter, chunks: AsyncIterator[bytes], heard: asyncio.Future[bytes]) -> None:
        writer.write(b"zINSTREAM\0")
        async for chunk in chunks:
            for at in range(0, len(chunk), PIECE):
                if heard.done():
                    return
                piece = chunk[at : at + PIECE]
                writer.write(struct.pack("!L", len(piece)) + piece)
                await self._within(writer.drain())
        writer.write(struct.pack("!L", 0))
        await self._within(writer.drain())

    async def _within(self, work: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._patience):
                return await work
        except (TimeoutError, OSError) as error:
            if isinstance(error, ConnectionError):
                raise
            raise ScannerAway(type(error).__name__) from error


def _verdict(answer: str) -> Scanned:
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return Scanned()
    if said.endswith(" FOUND"):
        return Scanned(found=said.removesuffix(" FOUND")[:128])
    if "size limit exceeded" in said:
        return Scanned(too_large=True)
    raise ScannerAway("not an answer of clamd")
