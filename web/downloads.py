"""Downloads: evidence leaves as a file to be kept, never as a page of ours."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.responses import StreamingResponse

from desk import evidence
from desk.media import UNKNOWN, kind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from desk.desk import Desk
    from storage.evidence import Piece

PREFIX = "/evidence/"
"""Where evidence is fetched, apart from all pages."""
POLICY = "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""For whatever browser shows it in spite of everything: it may do nothing, and is of no origin."""
_HARMLESS = re.compile(r"image/(png|jpeg|gif|webp|heif)|application/pdf|text/plain|(audio|video)/[\w.+-]+")
_PLAIN = re.compile(r"[^A-Za-z0-9._ -]")


async def give(desk: Desk, user: str, identity: str) -> StreamingResponse:
    """A piece of evidence to somebody who is signed in; raises as `desk.evidence.send`."""
    return download(*await evidence.send(desk, user, identity))


def download(piece: Piece, chunks: AsyncIterator[bytes]) -> StreamingResponse:
    """The bytes of a piece of evidence as a file to be saved. Ranges are ignored: only the whole can be tried."""
    headers = {
        "Accept-Ranges": "none",
        "Content-Disposition": attachment(_name(piece)),
        "Content-Length": str(piece.size),
        "Content-Security-Policy": POLICY,
        "Repr-Digest": f"sha-256=:{b64encode(bytes.fromhex(piece.digest)).decode()}:",
    }
    media = piece.type if _HARMLESS.fullmatch(piece.type) else UNKNOWN
    response = StreamingResponse(chunks, headers=headers, media_type=UNKNOWN)
    response.headers["Content-Type"] = media  # as it is: a text would be given an encoding that nobody knows
    return response


def attachment(name: str) -> str:
    """The header that has a browser save a file under this name (RFC 6266, RFC 8187)."""
    return f"attachment; filename=\"{_PLAIN.sub('_', name)}\"; filename*=UTF-8''{quote(name, safe='')}"


def _name(piece: Piece) -> str:
    name = piece.name or piece.id[:8]
    # What would start when somebody clicks on it is saved as something that does not.
    return f"{name}.bin" if kind(piece.type) in {"program", "active"} else name
