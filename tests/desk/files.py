"""Files as they are handed in: invented, and as small as they can be and still be what they are."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from models.outside import Holder
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

AFFECTED, REPORTER = Holder("r1", Role.AFFECTED), Holder("r2", Role.REPORTER)
"""Whoever holds a receipt code."""
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(50)
HTML = b"\xef\xbb\xbf  <!DOCTYPE html><html><script>alert(1)</script>"
PROGRAM = b"MZ\x90\0\x03" + bytes(100)


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


FILES = {
    "image/png": PNG,
    "image/jpeg": b"\xff\xd8\xff\xe0\x00\x10JFIF\0" + bytes(50),
    "image/gif": b"GIF89a\1\0\1\0",
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 ",
    "image/heif": b"\0\0\0\x20ftypheic\0\0\0\0mif1heic",
    "image/svg+xml": b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>',
    "application/pdf": b"%PDF-1.7\n%abc\n",
    "application/zip": zipped("a.txt"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": zipped("[Content_Types].xml", "word/a"),
    "application/x-executable": PROGRAM,
    "application/xml": b"<?xml version='1.0'?><note/>",
    "message/rfc822": b"From: a@granvik.example\r\nTo: b@granvik.example\r\nSubject: Hej\r\n\r\nHej",
    "video/mp4": b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2",
    "audio/mpeg": b"ID3\x04\0\0\0\0\0",
    "text/html": HTML,
    "text/plain": "Vi vet var du bor. Åk hem, annars händer något på ön.".encode(),
    "application/octet-stream": bytes(range(1, 200)),
}


async def coming(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def breaking_off(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk
    raise ConnectionResetError


async def never() -> AsyncIterator[bytes]:
    """Of this nothing may be asked for."""
    raise AssertionError
    yield b""
