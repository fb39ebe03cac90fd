"""What a file is, by what is in it; and whether it says it is something else."""

from __future__ import annotations

import re
from mimetypes import guess_type
from typing import TYPE_CHECKING

import puremagic

if TYPE_CHECKING:
    from collections.abc import Iterator

UNKNOWN = "application/octet-stream"
PLAIN = "text/plain"
PROGRAM = "application/x-executable"
_LIKELY = 0.3
"""Confidence below which puremagic only guesses."""
_PROGRAMS = (
    *(b"MZ", b"\x7fELF"),  # Windows, Linux
    *(b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe"),  # Java and Apple
    b"L\0\0\0\x01\x14\x02\0",  # a shortcut that starts another
)
_OFFICE = {
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_MARKUP = re.compile(rb"<\s*(!doctype\s+html|html|head|body|script|iframe|svg|\?xml|!--)", re.IGNORECASE)
_ACTIVE = {b"svg": "image/svg+xml", b"?xml": "application/xml"}
_KINDS = {
    "application/pdf": "pdf",
    PROGRAM: "program",
    "application/vnd.microsoft.portable-executable": "program",
    "application/x-msdos-program": "program",
    "application/x-msdownload": "program",
    "application/javascript": "active",
    "application/xhtml+xml": "active",
    "application/xml": "active",
    "image/svg+xml": "active",
    "text/html": "active",
    "text/javascript": "active",
    "text/xml": "active",
}


def sniff(head: bytes) -> str:
    """The media type of a file by how it begins. Nothing is believed of its name or of what its sender says."""
    return next(_found(head), UNKNOWN)


def lies(name: str, found: str) -> bool:
    """Whether a file's name says that it is of another kind than it is; what is unknown is no lie."""
    told = kind(guess_type(name, strict=False)[0] or "")
    return bool(told) and kind(found) not in {told, ""}


def kind(media: str) -> str:
    """Rough kind of a media type, whatever the format: a picture is a picture. Empty if it is nothing in particular."""
    if known := _KINDS.get(media):
        return known
    main = media.partition("/")[0]
    return main if main in {"image", "audio", "video", "text"} else ""


def _found(head: bytes) -> Iterator[str]:
    if head.startswith(b"#!") or (head.startswith(_PROGRAMS) and b"\0" in head):
        yield PROGRAM
    if marked := _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf").lstrip()):
        yield "image/svg+xml" if b"<svg" in head.lower() else _ACTIVE.get(marked[1].lower(), "text/html")
    if head.startswith(b"PK\x03\x04"):
        yield next((media for folder, media in _OFFICE.items() if folder in head), "application/zip")
    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):  # unknown, or empty
        guesses = []
    yield from (one.mime_type for one in guesses if one.mime_type and one.confidence >= _LIKELY)
    if _reads_as_text(head):
        yield PLAIN


def _reads_as_text(head: bytes) -> bool:
    # A letter may have been cut in two where the head ends.
    return bool(head) and b"\0" not in head and "\ufffd" not in head.decode(errors="replace")[:-3]
