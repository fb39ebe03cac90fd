"""The police package and the chain of custody: every file byte for byte, and who held it until then."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from desk import evidence, police_package, provenance
from desk.evidence import Label
from desk.provenance import Custody
from i18n import words
from models.refusal import Refusal
from models.stages.casework import AddEvidence
from storage import evidence as kept
from storage import people, tables
from storage.tables import ScanState
from storage.vault import Damaged
from tests.desk.ending import Archive, one
from tests.desk.files import PNG
from tests.storage.town import MARKED, NOON

if TYPE_CHECKING:
    from pathlib import Path

    from storage.evidence import Piece

CHIEF, PRESS = "granvik-sakerhetschef", "granvik-press"
SV = words("sv", strict=True)


async def with_files(archive: Archive) -> tuple[str, Piece, Piece]:
    """A case with a picture, and a file in which something was recognised."""
    case, _ = await archive.town.opens()
    pieces = []
    for number, content in enumerate((PNG, b"MZ" + bytes(99))):
        label = Label(f"{MARKED}.png")
        piece = (
            await evidence.receive(archive.desk, case.ref, CHIEF, one(content), NOON + timedelta(minutes=number), label)
        ).piece
        taken_up = AddEvidence(id=f"e{number}", evidence=piece.id, digest=piece.digest)
        case, _ = await archive.town.acts(case, taken_up)
        pieces.append(piece)
    async with archive.town.database.writing() as session:
        await kept.mark_scanned(session, pieces[1].id, ScanState.INFECTED, "Prov", NOON + timedelta(days=1))
    return case.ref, pieces[0], pieces[1]


async def fetched(archive: Archive, ref: str) -> zipfile.ZipFile:
    chunks = await police_package.build(archive.desk, ref, CHIEF, SV, NOON)
    return zipfile.ZipFile(io.BytesIO(b"".join([chunk async for chunk in chunks])))


async def test_it_holds_the_draft_every_file_as_it_came_and_how_each_was_held(archive: Archive) -> None:
    ref, picture, bad = await with_files(archive)
    _, chunks = await evidence.send(archive.desk, CHIEF, picture.id)
    assert b"".join([chunk async for chunk in chunks]) == PNG
    package = await fetched(archive, ref)
    assert package.testzip() is None
    names = package.namelist()
    assert set(names) == {"polisanmalan.pdf", "LAS-MIG.txt", "bevis.json", "SHA256SUMS", "bevis/01.png", "bevis/02.bin"}
    assert package.read("bevis/01.png") == PNG
    assert package.read("polisanmalan.pdf").startswith(b"%PDF-")
    for line in package.read("SHA256SUMS").decode().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256(package.read(name)).hexdigest() == digest
    first, second = json.loads(package.read("bevis.json"))["files"]
    assert (first["sha256"], second["malware"], second["found"]) == (picture.digest, "infected", "Prov")
    assert [link["what"] for link in first["custody"]][:2] == ["received", "taken_up"]
    assert {link["what"] for link in first["custody"]} == {"received", "taken_up", "seen", "taken_out"}
    assert MARKED not in "".join(names)
    assert bad.id != picture.id


async def test_the_chain_says_who_held_saw_and_took_out_in_order(archive: Archive) -> None:
    ref, picture, bad = await with_files(archive)
    _, chunks = await evidence.send(archive.desk, CHIEF, picture.id)
    async for _ in chunks:
        pass
    await fetched(archive, ref)
    piece, links = await provenance.of_piece(archive.desk, picture.id, CHIEF)
    assert piece.id == picture.id
    assert [(link.what, link.who) for link in links if link.what is not Custody.TAKEN_UP] == [
        (Custody.RECEIVED, CHIEF),
        (Custody.SEEN, CHIEF),
        (Custody.TAKEN_OUT, CHIEF),
    ]
    assert [link.at for link in links] == sorted(link.at for link in links)
    _, others = await provenance.of_piece(archive.desk, bad.id, CHIEF)
    assert [link.detail for link in others if link.what is Custody.SCANNED] == ["Prov"]
    assert Custody.SEEN not in {link.what for link in others}


async def test_who_does_not_see_the_whole_case_takes_nothing_out(archive: Archive) -> None:
    ref, picture, _ = await with_files(archive)
    press = {"code": PRESS, "name": "Pia", "roles": ["communicator"]}
    granvik = {"code": "9001", "name": "Granviks kommun", "kind": "municipality", "people": [press]}
    async with archive.town.database.writing() as session:
        await people.load(session, archive.town.ring, {"organisations": [granvik]})
    for who, refused in ((PRESS, Refusal), ("ingen", (Refusal, people.UnknownUser))):
        with pytest.raises(refused):
            await police_package.build(archive.desk, ref, who, SV, NOON)
        with pytest.raises(refused):
            await provenance.of_piece(archive.desk, picture.id, who)
    with pytest.raises(Refusal, match="unknown_case"):
        await provenance.of_piece(archive.desk, "0" * 32, CHIEF)


async def test_a_file_that_is_not_what_was_received_breaks_it_off(archive: Archive, tmp_path: Path) -> None:
    ref, picture, _ = await with_files(archive)
    async with archive.town.database.writing() as session:
        changed = update(tables.evidence).where(tables.evidence.c.id == picture.id).values(digest="0" * 64)
        await session.execute(changed)
    with pytest.raises(Damaged):
        await fetched(archive, ref)
    (tmp_path / "vault" / picture.id).unlink()
    with pytest.raises(Damaged):
        await fetched(archive, ref)
