"""`varna audit access`: who has read what, at the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.reads import OPERATOR
from tests.operate.commands import CHIEF, a_case, plain, varna

pytestmark = pytest.mark.usefixtures("home")


def test_the_log_shows_who_read_which_case_and_the_operator_too() -> None:
    ref = a_case()
    assert varna("case", ref, "--as", CHIEF).code == 0
    assert varna("case", ref).code == 0
    found = varna("audit", "access", "--case", ref, "--json").document["reads"]
    assert [(one["user"], one["via"], one["ground"]) for one in found] == [
        (OPERATOR, "cli", "operator"),
        (CHIEF, "cli", "role"),
    ]
    assert CHIEF in plain(varna("audit", "access", "--person", CHIEF).out)
    assert varna("audit", "access", "--until", "2020-01-01", "--json").document == {"reads": []}
    assert varna("audit", "access", "--person", "granvik-registrator").out.strip() == (
        "Ingen läsning stämmer med det som söks."
    )


def test_only_those_who_answer_for_the_data_are_shown_it_by_name() -> None:
    ref = a_case()
    assert varna("case", ref, "--as", CHIEF).code == 0
    assert len(varna("audit", "access", "--as", "granvik-dataskydd", "--json").document["reads"]) == 1
    refused = varna("audit", "access", "--as", "granvik-revisor", "--json")
    assert (refused.code, refused.error["code"]) == (3, "not_your_role")
    assert varna("audit", "access", "--as", "nordmyra-sakerhetschef", "--json").document == {"reads": []}


def test_what_is_unusual_is_listed() -> None:
    ref = a_case()
    assert varna("case", ref, "--as", "granvik-registrator").code == 0
    found = varna("audit", "access", "--unusual", "--json").document["unusual"]
    assert "no_part" in [one["rule"] for one in found]
    assert {one["user"] for one in found} == {"granvik-registrator"}
    assert "granvik-registrator" in plain(varna("audit", "access", "--unusual").out)


def test_an_export_for_other_tools_is_a_reading_of_each_case_in_it(tmp_path: Path) -> None:
    refs = {a_case(), a_case()}
    assert varna("export", "--format", "csv", "--out", str(tmp_path / "events.csv")).code == 0
    found = varna("audit", "access", "--via", "export", "--json").document["reads"]
    assert {(one["case"], one["user"], one["what"]) for one in found} == {(ref, OPERATOR, "export") for ref in refs}
