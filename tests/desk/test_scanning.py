"""A real clamd with one signature of its own: what it knows is found, what it does not is clean, and it may be away."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from channels.clamd import Clamd, Scanned, ScannerAway
from desk import evidence, scanning
from models.refusal import Refusal
from storage import evidence as kept
from storage.tables import ScanState
from tests.desk.ending import Archive, one
from tests.engine import free_port, until
from tests.storage.town import NOON

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
# Split in two, so that no scanner of whoever has this file takes it for what it tests for.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + rb"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
CHIEF = "granvik-sakerhetschef"
NAME = "Prov.Eicar.UNOFFICIAL"


@pytest.fixture(scope="session")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A clamd's address; skips where there is none, but never in CI."""
    if CLAMD is None and not os.environ.get("CI"):
        pytest.skip("needs Debian's clamav-daemon")
    assert CLAMD is not None
    folder, port = tmp_path_factory.mktemp("clamd"), free_port()
    digest = hashlib.md5(EICAR, usedforsecurity=False).hexdigest()
    (folder / "own.hdb").write_text(f"{digest}:{len(EICAR)}:Prov.Eicar\n")
    lines = ("Foreground yes", f"DatabaseDirectory {folder}", "TCPAddr 127.0.0.1", f"TCPSocket {port}")
    (folder / "clamd.conf").write_text("\n".join([*lines, "StreamMaxLength 1M", f"TemporaryDirectory {folder}", ""]))
    with subprocess.Popen([CLAMD, "-c", folder / "clamd.conf"], stdout=subprocess.DEVNULL) as process:
        yield f"127.0.0.1:{port}"
        process.terminate()


@pytest.fixture
async def scanner(clamd: str) -> Clamd:
    its = Clamd(clamd)

    async def listens() -> bool:
        try:
            return await its.scan(one(b"x")) == Scanned()
        except ScannerAway:
            return False

    await until(listens)
    return its


async def pieces(*content: bytes) -> AsyncIterator[bytes]:
    for piece in content:
        yield piece


async def test_what_it_knows_is_found_however_it_comes_and_all_else_is_clean(scanner: Clamd) -> None:
    found = Scanned(found=NAME)
    assert await scanner.scan(pieces(EICAR)) == found
    assert await scanner.scan(pieces(*(EICAR[at : at + 7] for at in range(0, len(EICAR), 7)))) == found
    assert await scanner.scan(pieces()) == Scanned()
    assert await scanner.scan(pieces(bytes(900_000))) == Scanned()
    assert await scanner.scan(pieces(*[bytes(500_000)] * 9)) == Scanned(too_large=True)
    several = await asyncio.gather(*(scanner.scan(pieces(EICAR if n % 2 else b"x")) for n in range(8)))
    assert [bool(one.found) for one in several] == [False, True] * 4


async def test_nobody_listens_and_somebody_else_answers() -> None:
    with pytest.raises(ScannerAway):
        await Clamd(f"127.0.0.1:{free_port()}").scan(pieces(b"x"))
    for answer in (b"", b"HTTP/1.1 400 Bad Request\r\n", b"stream: Can't allocate memory ERROR\0"):

        async def answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: bytes = answer) -> None:
            await reader.read(64)
            writer.write(said)
            writer.close()

        async with await asyncio.start_server(answers, "127.0.0.1") as server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(ScannerAway):
                await Clamd(f"127.0.0.1:{port}").scan(pieces(b"x"))

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1") as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ScannerAway):
            await Clamd(f"127.0.0.1:{port}", patience=0.1).scan(pieces(b"x"))


async def test_what_came_while_it_was_away_waits_and_what_it_knows_goes_into_quarantine(
    archive: Archive, scanner: Clamd
) -> None:
    desk, case = archive.desk, (await archive.town.opens())[0]
    bad = (await evidence.receive(desk, case.ref, CHIEF, one(EICAR), NOON)).piece
    good = (await evidence.receive(desk, case.ref, CHIEF, one(b"Ett brev."), NOON)).piece
    with pytest.raises(ScannerAway):
        await scanning.scan_waiting(desk, Clamd(f"127.0.0.1:{free_port()}"))
    assert await states(archive, case.ref) == {bad.id: ScanState.WAITING, good.id: ScanState.WAITING}
    assert await scanning.scan_waiting(desk, scanner) == 2
    assert await scanning.scan_waiting(desk, scanner) == 0
    assert await states(archive, case.ref) == {bad.id: ScanState.INFECTED, good.id: ScanState.CLEAN}
    with pytest.raises(Refusal, match="quarantined"):
        await evidence.send(desk, CHIEF, bad.id)
    _, chunks = await evidence.send(desk, CHIEF, good.id)
    assert b"".join([chunk async for chunk in chunks]) == b"Ett brev."
    async with archive.town.database.reading() as session:  # never lost: it lies there as it came
        key = await desk.ring.key(session, case.ref)
        found = await kept.get(session, desk.ring, bad.id)
    assert (found.found, found.scanned is not None) == (NAME, True)
    assert b"".join([chunk async for chunk in desk.vault.read(key, bad.id)]) == EICAR


async def test_what_is_damaged_or_gone_holds_nobody_else_up(archive: Archive, scanner: Clamd, tmp_path: Path) -> None:
    desk, case = archive.desk, (await archive.town.opens())[0]
    broken = (await evidence.receive(desk, case.ref, CHIEF, one(b"x"), NOON)).piece
    whole = (await evidence.receive(desk, case.ref, CHIEF, one(b"y"), NOON)).piece
    (tmp_path / "vault" / broken.id).write_bytes(b"\x01" + bytes(60))
    assert await scanning.scan_waiting(desk, scanner) == 1
    assert await states(archive, case.ref) == {broken.id: ScanState.WAITING, whole.id: ScanState.CLEAN}


async def states(archive: Archive, ref: str) -> dict[str, ScanState]:
    async with archive.town.database.reading() as session:
        return {piece.id: piece.scan for piece in await kept.of_case(session, archive.desk.ring, ref)}
