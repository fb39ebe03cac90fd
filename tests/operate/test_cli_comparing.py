"""`varna conformance` and `varna simulate`: what the commands say, and what they give programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.routine_file import ROUTINES
from tests.operate.commands import CHIEF, SECRET, TRIAGE, a_case, plain, varna

pytestmark = pytest.mark.usefixtures("home")
GRANVIK = ROUTINES / "granvik.toml"


def test_cases_are_compared_with_the_routine_one_by_one_and_together() -> None:
    ref, other = a_case(TRIAGE), a_case()
    every = varna("conformance", "--organisation", "9001", "--json")
    assert (every.code, every.document["cases"], every.document["without_deviations"]) == (0, 2, 2)
    one = varna("conformance", ref)
    assert one.code == 0
    assert plain(one.out) == "1 av 1 ärende följer rutinen utan avvikelse."
    assert varna("--language", "en", "conformance", other).out.startswith("1 of 1 case follows the routine")
    assert varna("conformance", "--year", "2019", "--json").document["cases"] == 0
    assert SECRET not in every.out


def test_a_case_that_does_not_exist_is_not_found() -> None:
    assert varna("conformance", "9001-FV-2020-00001").code == 4


def test_another_routine_is_tried_on_what_happened() -> None:
    a_case({"type": "acknowledge"}, TRIAGE, by=CHIEF, danger_now=True)
    same = varna("simulate", "--routine", str(GRANVIK), "--organisation", "9001", "--json")
    assert same.code == 0, same.err
    assert (same.document["cases"], same.document["faithful"], same.document["changed"]) == (1, 1, [])
    told = plain(varna("simulate", "--routine", str(GRANVIK)).out)
    assert told.startswith("Tänk på: människor hade gjort annorlunda")
    assert "under sin egen rutin blir 1 av 1 ärenden" in told
    later = varna("simulate", "--routine", str(GRANVIK), "--since", "2999-01-01", "--json")
    assert later.document["cases"] == 0


def test_a_routine_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert varna("simulate", "--routine", str(tmp_path / "no.toml")).code == 2


def test_what_happened_is_exported_once_to_a_new_file(tmp_path: Path) -> None:
    ref = a_case(TRIAGE)
    out = tmp_path / "2026.xes"
    assert varna("export", "--format", "xes", "--out", str(out)).out == f"1 ärende finns nu i {out}.\n"
    assert ref in out.read_text(encoding="utf-8")
    assert varna("export", "--format", "xes", "--out", str(out)).code == 2
    rows = varna("export", "--format", "csv", "--organisation", "9001").out.splitlines()
    assert len(rows) == 1 + 3
    assert SECRET not in "".join(rows)
