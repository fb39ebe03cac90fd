"""Packages for tests: a town with two cases, what a stranger does with a package, and what an intruder does to one."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from audit.package.make import Made, Wanted, make
from desk.desk import Desk
from i18n import words
from models.case import Case
from models.message import Actor
from models.vocabulary.people import Role
from models.vocabulary.reading import PackageReason
from storage import anchors, evidence, reads
from storage.database import Database
from storage.evidence import Piece
from storage.keys import KeyRing
from storage.reads import Read
from storage.signing import SigningKeys
from storage.tables import Via
from storage.vault import Vault
from tests.storage.town import CHIEF, MARKED, NOON, Town, found, note, triage

AUDITOR = Actor(id="granvik-revisor", organisation="9001", roles=frozenset({Role.AUDITOR}))
LATER = NOON + timedelta(days=2)
OPENSSL = "/usr/bin:/bin"


@dataclass
class Office:
    """A town, its desk, and the key of the installation."""

    town: Town
    desk: Desk
    keys: SigningKeys
    cases: list[Case] = field(default_factory=list)

    async def made(self, case: str = "", by: Actor | None = AUDITOR, **more: Any) -> Made:
        """A package of a case, or of a period."""
        wanted = Wanted("9001", PackageReason.AUDIT, case, **more)
        return await make(self.desk, self.keys, wanted, words("sv"), LATER, by)


async def at_work(database: Database, ring: KeyRing, home: Path) -> Office:
    """Two cases, read by the chief, with checkpoints before and between what happened."""
    town = await found(database, ring)
    desk = Desk(database, ring, "127.0.0.1:1", "default", "nobody", Vault(home, 1))
    office = Office(town, desk, SigningKeys.create(home / "signing.pem"))
    for _ in range(2):
        case, _ = await town.opens()
        case, _ = await town.acts(case, triage())
        await anchors.take(database, office.keys, "9001", town.now)
        for number in range(2, 6):
            case, _ = await town.acts(case, note(number))
        read = Read(case.ref, "9001", CHIEF.id, Role.SECURITY_CHIEF, Via.PAGE, town.now)
        piece = Piece(f"{len(office.cases):032x}", "9001", case.ref, None, town.now, CHIEF.id, 7, "a" * 64, "image/png")
        async with database.writing() as session:
            await reads.put(session, read)
            await evidence.put(session, ring, replace(piece, name=f"{MARKED}.png", note=f"{MARKED} låg i brevlådan"))
        office.cases.append(case)
    return office


def unpacked(content: bytes) -> dict[str, bytes]:
    """The files of a ZIP."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@dataclass(frozen=True)
class Verdict:
    """What `verify.py` said."""

    code: int
    said: str


def verified(package: Path, script: Path, *more: str) -> Verdict:
    """What a stranger finds: a bare interpreter that knows nothing of ours, in an empty environment."""
    bare = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
    command = [str(bare), "-I", str(script), str(package), *more]
    clean = {"PATH": OPENSSL, "LANG": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, env=clean, cwd=os.sep, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == "", done.stderr
    return Verdict(done.returncode, done.stdout)
