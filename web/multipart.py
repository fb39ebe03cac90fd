"""A form with files, read as it comes: nothing of a file is kept here, in memory or on disk."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from web.form import Form

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MOST_PARTS = 100
MOST_FIELD = 64 * 1024
"""Bytes in all fields together; files are apart."""


class Malformed(Exception):
    """That is no form with files, or none that anybody would fill in."""


class _Mark(Enum):
    """What the parser says between the bytes."""

    BEGINS = "begins"
    ENDS = "ends"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class File:
    """One file as it comes. `name` is what its sender says; the bytes can be read once, in order."""

    field: str
    name: str
    chunks: AsyncIterator[bytes]


@dataclass
class _Part:
    """The headers of the part that is being read."""

    headers: dict[bytes, bytes] = field(default_factory=dict)
    named: bytearray = field(default_factory=bytearray)
    value: bytearray = field(default_factory=bytearray)

    def keep(self) -> None:
        """One header is whole."""
        self.headers[bytes(self.named).lower()] = bytes(self.value)
        self.named.clear()
        self.value.clear()

    def options(self) -> dict[bytes, bytes]:
        """What the part says of itself; raises `Malformed` without a name."""
        disposition = self.headers.get(b"content-disposition", b"").decode("latin-1")
        kind, options = parse_options_header(disposition)
        if kind != b"form-data" or b"name" not in options:
            raise Malformed
        return options


class Multipart:
    """The parts of one body: the fields before the first file at once, then file after file."""

    def __init__(self, content_type: str, body: AsyncIterator[bytes]) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary", b"")
        if kind != b"multipart/form-data" or not boundary:
            raise Malformed
        self._body = body
        self._said: deque[tuple[_Mark, _Part] | _Mark | bytes] = deque()
        self._part = _Part()
        self._parts = self._size = 0
        self._pairs: list[tuple[str, str]] = []
        self._next: File | None = None
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._on_part,
                    "on_header_field": lambda data, start, end: self._part.named.extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._part.value.extend(data[start:end]),
                    "on_header_end": self._on_header,
                    "on_headers_finished": lambda: self._said.append((_Mark.BEGINS, self._part)),
                    "on_part_data": lambda data, start, end: self._said.append(bytes(data[start:end])),
                    "on_part_end": lambda: self._said.append(_Mark.ENDS),
                    "on_end": lambda: self._said.append(_Mark.OVER),
                },
            )
        except FormParserError:
            raise Malformed from None

    @property
    def form(self) -> Form:
        """The fields that have come so far: those before the first file, until files are read."""
        return Form(self._pairs)

    async def begin(self) -> None:
        """Read as far as the first file; raises `Malformed`."""
        self._next = await self._following()

    async def files(self) -> AsyncIterator[File]:
        """The files, in order; what is not read of one is passed over. Raises `Malformed`, also between two bytes."""
        while (file := self._next) is not None:
            yield file
            async for _ in file.chunks:
                pass
            self._next = await self._following()

    def _on_part(self) -> None:
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise Malformed
        self._part = _Part()

    def _on_header(self) -> None:
        self._part.keep()

    async def _following(self) -> File | None:
        """The next file, and on the way there the fields; None after the last part."""
        while isinstance(said := await self._hear(), tuple):
            options = said[1].options()
            name = _text(options[b"name"])
            if b"filename" not in options:
                self._pairs.append((name, await self._value()))
                continue
            chunks = self._chunks()
            # A browser sends an empty part for a choice of files where none was made.
            if not options[b"filename"]:
                async for _ in chunks:
                    pass
                continue
            return File(name, _text(options[b"filename"]).replace("%22", '"'), chunks)
        if said is not _Mark.OVER:
            raise Malformed
        return None

    async def _value(self) -> str:
        held = bytearray()
        async for chunk in self._chunks():
            self._size += len(chunk)
            if self._size > MOST_FIELD:
                raise Malformed
            held += chunk
        try:
            return held.decode()
        except UnicodeDecodeError:
            raise Malformed from None

    async def _chunks(self) -> AsyncIterator[bytes]:
        while isinstance(said := await self._hear(), bytes):
            yield said
        if said is not _Mark.ENDS:
            raise Malformed

    async def _hear(self) -> tuple[_Mark, _Part] | _Mark | bytes:
        while not self._said:
            try:
                chunk = await anext(self._body)
                self._parser.write(chunk)
            except (StopAsyncIteration, FormParserError):  # it ends before its end, or is no form
                raise Malformed from None
        return self._said.popleft()


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
