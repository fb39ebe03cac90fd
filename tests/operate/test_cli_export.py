"""`varna audit export`: an audit package at the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.package import verifier
from tests.audit.packaged import unpacked, verified
from tests.operate.commands import CHIEF, SECRET, a_case, varna

SCRIPT = Path(verifier.__file__)
pytestmark = pytest.mark.usefixtures("home")


def test_a_case_is_written_to_a_new_file_and_verifies(tmp_path: Path) -> None:
    ref, out = a_case(), tmp_path / "paket.zip"
    done = varna("audit", "export", ref, "--out", str(out), "--json")
    assert (done.code, done.document["cases"]) == (0, [ref])
    files = unpacked(out.read_bytes())
    script = tmp_path / "verify.py"
    script.write_bytes(files["verify.py"])
    assert verified(out, script).code == 0
    assert SECRET.encode() not in b"".join(files.values())
    again = varna("audit", "export", ref, "--out", str(out), "--json")
    assert (again.code, again.error["problems"][0]["field"]) == (2, "out")


def test_a_period_names_and_who_may(tmp_path: Path) -> None:
    refs, year = sorted([a_case(), a_case()]), "2020-01-01..2100-01-01"
    out = tmp_path / "period.zip"
    done = varna("audit", "export", "--period", year, "--organisation", "9001", "--out", str(out), "--json")
    assert done.document["cases"] == refs
    for words, code in (
        (("9001-FV-2026-99999",), 4),
        ((refs[0], "--period", year), 2),
        ((), 2),
        ((refs[0], "--identified"), 2),
        (("--period", "yesterday", "--organisation", "9001"), 2),
        (("--period", "2020-01-01..2020-02-01", "--organisation", "9001"), 3),
        ((refs[0], "--as", CHIEF), 3),
        ((refs[0], "--as", "nordmyra-sakerhetschef"), 3),
    ):
        assert varna("audit", "export", *words, "--out", str(tmp_path / "no.zip")).code == code, words
    who = ("--people", str(tmp_path / "people.json"))
    assert varna("audit", "export", refs[0], *who, "--out", str(tmp_path / "no.zip")).code == 2
    apart = varna("audit", "export", refs[0], *who, "--decision", "KS 2026/1", "--out", str(tmp_path / "apart.zip"))
    assert apart.code == 0
    assert verified(tmp_path / "apart.zip", SCRIPT, *who).code == 0
    mine = tmp_path / "mine.zip"
    assert varna("audit", "export", refs[0], "--as", "granvik-revisor", "--out", str(mine)).code == 0
