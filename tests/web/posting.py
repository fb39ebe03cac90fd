"""Forms with files as browsers post them, byte by byte, and as nobody should."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BOUNDARY = "snitt"
TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def field(name: str, value: str) -> bytes:
    return f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def opening(name: str, media: str = "image/png", field: str = "file") -> bytes:
    """How the part of a file begins."""
    said = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
    return f"{said}Content-Type: {media}\r\n\r\n".encode()


def file(name: str, content: bytes) -> bytes:
    return opening(name) + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


async def in_bits(whole: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(whole), size):
        yield whole[at : at + size]


async def said_to(
    url: str, path: str, body: bytes, *, length: int, content_type: str = TYPE, method: str = "POST"
) -> bytes:
    """Send a body that says it is `length` long, and hang up after it; what was answered until then."""
    host, port = urlsplit(url).hostname, urlsplit(url).port
    reader, writer = await asyncio.open_connection(host, port)
    lines = (
        f"{method} {path} HTTP/1.1",
        f"Host: {host}:{port}",
        f"Content-Type: {content_type}",
        f"Content-Length: {length}",
    )
    head = "\r\n".join([*lines, "", ""])
    writer.write(head.encode() + body)
    with suppress(ConnectionError):
        await writer.drain()
        writer.write_eof()
        return await reader.read()
    return b""
