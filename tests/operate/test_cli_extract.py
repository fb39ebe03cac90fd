"""`varna extract`: an access request answered at the command line, in somebody's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.operate.commands import SECRET, TRIAGE, a_case, varna

if TYPE_CHECKING:
    from pathlib import Path

OFFICER = "granvik-samordnare"


@pytest.mark.usefixtures("home")
def test_it_is_written_as_a_paper_and_told_to_programs(tmp_path: Path) -> None:
    ref, paper = a_case(TRIAGE, what=SECRET), tmp_path / "utdrag.pdf"
    ended = varna("extract", ref, "--as", OFFICER, "--withhold", "notes=osl_21_1", "--out", str(paper), "--json")
    assert ended.code == 0
    assert paper.read_bytes().startswith(b"%PDF-")
    assert SECRET in str(ended.document)
    assert TRIAGE["text"] not in str(ended.document)
    assert ended.document["withheld"] == {"notes": "osl_21_1"}
    assert varna("extract", ref, "--as", OFFICER, "--out", str(paper)).code == 2  # nothing is written over


@pytest.mark.usefixtures("home")
def test_what_is_wrong_is_named_and_who_may_not_gets_nothing(tmp_path: Path) -> None:
    ref, out = a_case(TRIAGE), str(tmp_path / "x.pdf")
    for words, code in (
        ((ref, "--as", OFFICER), 2),
        ((ref, "--as", OFFICER, "--json", "--withhold", "notes=because"), 2),
        ((ref, "9002-FV-2026-00001", "--as", OFFICER, "--json"), 2),
        ((ref, "--as", "granvik-systemforvaltare", "--out", out), 4),
        (("9001-FV-2026-99999", "--as", OFFICER, "--json"), 4),
    ):
        assert varna("extract", *words).code == code, words
