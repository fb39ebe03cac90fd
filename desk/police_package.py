"""The police package: the draft of a report, every file as it was received, and how it was held; one ZIP, streamed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import mimetypes
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from desk import police_report, provenance
from desk.media import kind
from i18n.times import ZONE
from models.vocabulary.reading import ReadWhat
from storage.tables import ScanState, Via
from storage.vault import Damaged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime

    from desk.desk import Desk
    from desk.police_report import PoliceReport
    from desk.provenance import Link
    from i18n import Words
    from storage.evidence import Piece

REPORT, MANIFEST, SUMS, README, FOLDER = "polisanmalan.pdf", "bevis.json", "SHA256SUMS", "LAS-MIG.txt", "bevis"


async def build(desk: Desk, ref: str, user: str, words: Words, now: datetime) -> AsyncIterator[bytes]:
    """The package, piece by piece: no file of it is ever in clear on a disk here. That it was taken out is kept.

    :raises Refusal: at once, `unknown_case`, unless this person sees the whole of the case.
    :raises Damaged: when it has come so far, if a file is not what was received: then the ZIP breaks off.
    """
    report = await police_report.gather(desk, ref, user, now, Via.EXPORT, what=ReadWhat.POLICE_PACKAGE)
    draft = await asyncio.to_thread(police_report.render, report, words)
    chains = await provenance.chains(desk, ref, report.pieces)
    return _streamed(desk, report, draft, chains, words)


async def _streamed(
    desk: Desk, report: PoliceReport, draft: bytes, chains: dict[str, list[Link]], words: Words
) -> AsyncIterator[bytes]:
    sink, sums = _Sink(), dict[str, str]()
    with ZipFile(sink, "w", ZIP_STORED) as package:
        texts = {
            README: words("ends.police_package", case=report.case.ref, organisation=report.organisation).encode(),
            REPORT: draft,
            MANIFEST: json.dumps(_manifest(report, chains), indent=2, ensure_ascii=False).encode(),
        }
        for name, content in texts.items():
            package.writestr(_entry(name, report.made), content)
            sums[name] = hashlib.sha256(content).hexdigest()
            yield sink.taken()
        async with desk.database.reading() as session:
            key = await desk.ring.key(session, report.case.ref)
        for number, piece in enumerate(report.pieces, start=1):
            name, digest = _name(number, piece), hashlib.sha256()
            with package.open(_entry(name, report.made), "w", force_zip64=True) as file:
                async for chunk in desk.vault.read(key, piece.id):
                    digest.update(chunk)
                    file.write(chunk)
                    yield sink.taken()
            if digest.hexdigest() != piece.digest:
                raise Damaged(f"{piece.id}: not what was received")
            sums[name] = piece.digest
        lines = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
        package.writestr(_entry(SUMS, report.made), lines)
    yield sink.taken()


class _Sink:
    """Where a ZIP is written to that somebody carries away as it grows."""

    def __init__(self) -> None:
        self._held = bytearray()

    def write(self, data: bytes) -> int:
        self._held += data
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken


def _manifest(report: PoliceReport, chains: dict[str, list[Link]]) -> dict[str, object]:
    """Each file with its hash and how it was held. What a file was called may name somebody whose name is hidden."""
    return {
        "case": report.case.ref,
        "made": report.made.isoformat(),
        "files": [
            {
                "file": _name(number, piece),
                "called": report.shown(piece.name),
                "sha256": piece.digest,
                "size": piece.size,
                "type": piece.type,
                "received": piece.received.isoformat(),
                "malware": piece.scan,
                "found": piece.found,
                "custody": [link.document() for link in chains[piece.id]],
            }
            for number, piece in enumerate(report.pieces, start=1)
        ],
    }


def _name(number: int, piece: Piece) -> str:
    """A name that says nothing of anybody; what could start when somebody clicks on it is no such thing here."""
    harmful = piece.scan is ScanState.INFECTED or kind(piece.type) in {"program", "active"}
    ending = ".bin" if harmful else mimetypes.guess_extension(piece.type) or ".bin"
    return f"{FOLDER}/{number:02}{ending}"


def _entry(name: str, made: datetime) -> ZipInfo:
    local = made.astimezone(ZONE)
    entry = ZipInfo(name, (local.year, local.month, local.day, local.hour, local.minute, local.second))
    entry.external_attr = 0o600 << 16
    return entry
