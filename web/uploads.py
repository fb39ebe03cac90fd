"""Uploads: a form with files, or the bare bytes of one, handed on as they come. Where they lie is not known here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import unquote

from fastapi import Depends, HTTPException, Request

from desk.evidence import MOST_BYTES
from web import csrf
from web.multipart import File, Malformed, Multipart
from web.visit import Anyone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from web.form import Form

LARGEST = 2 * 1024**3
"""Bytes in the body of an upload, for the routes that take one (`max_body_size=uploads.LARGEST`).

What this installation takes is less, and is held to while reading: `Upload` knows it by its settings.
"""
SLACK = 128 * 1024
"""Bytes of fields and of what stands between them."""
NAME = "x-file-name"
"""The header in which a program names a file it sends bare: UTF-8, percent-encoded."""


class Upload:
    """A posted form with files. Fields that stand before the files can be read before anything of a file is taken."""

    def __init__(self, request: Request, most: int) -> None:
        self._left = most
        self._stream = request.stream()
        try:
            self._parts = Multipart(request.headers.get("content-type", ""), self._counted())
        except Malformed:
            raise HTTPException(415) from None

    @property
    def form(self) -> Form:
        """The fields that have come so far."""
        return self._parts.form

    async def files(self) -> AsyncIterator[File]:
        """The files in order, each to be read once. Raises 400 if it is no form, 413 if it is too much of one."""
        try:
            async for file in self._parts.files():
                yield File(file.field, file.name, _answered(file.chunks))
        except Malformed:
            raise HTTPException(400) from None

    async def begin(self) -> None:
        """Read the fields before the first file. Raises 400, 413."""
        try:
            await self._parts.begin()
        except Malformed:
            raise HTTPException(400) from None

    async def drain(self) -> None:
        """Let the rest pass by: a browser that is still sending hears no answer."""
        async for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                return

    async def _counted(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise HTTPException(413)
            if chunk:
                yield chunk


async def _uploading(request: Request, visit: Anyone) -> AsyncIterator[Upload]:
    most = max(MOST_BYTES, visit.desk.vault.largest) + SLACK
    _refuse_too_long(request, most)
    upload = Upload(request, most)
    try:
        await upload.begin()
        if visit.cookie and not csrf.is_ours(visit.cookie, upload.form.one(csrf.FIELD)):
            raise HTTPException(403)
        yield upload
    finally:
        await upload.drain()


Uploaded = Annotated[Upload, Depends(_uploading, scope="function")]
"""The form of a POST with files; refused (403) unless it comes from a page that was made for this very session."""


def bare(request: Request, largest: int) -> File:
    """The body of a request as one file, for programs; 413 at once if it says that it is too long."""
    _refuse_too_long(request, largest)
    return File("", unquote(request.headers.get(NAME, ""), errors="replace"), _filled(request.stream()))


def _refuse_too_long(request: Request, most: int) -> None:
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > most:
        raise HTTPException(413)


async def _filled(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        if chunk:
            yield chunk


async def _answered(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        async for chunk in chunks:
            yield chunk
    except Malformed:
        raise HTTPException(400) from None
