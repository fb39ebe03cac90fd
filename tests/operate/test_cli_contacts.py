"""`varna contacts`: in and out as files, all or nothing, and who could not be called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.operate.commands import plain, varna

pytestmark = pytest.mark.usefixtures("home")

TOML = """
[[organisations]]
code = "9005"
name = "Nya kommun"
kind = "municipality"

[[organisations.people]]
code = "nya-tib"
name = "Tora \\"Tuss\\" Kvastskaft"
roles = ["deputy", "duty_officer"]
email = "tora@nya.example"
telephone = "070-174 06 05"
chat = "msteams://nya/rum"
feed = "https://kalender.nya.example/tora.ics"
channels = { page = ["sms", "chat"], digest = ["email"] }
language = "en"
absences = [{ starts = 2026-12-20T07:00:00+00:00, ends = 2027-01-07T07:00:00+00:00 }]

[[organisations.people]]
code = "nya-slutat"
name = "Ulf; Kvastskaft, den äldre"
roles = []
active = false
"""


def taken(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    ended = varna("contacts", "import", str(path))
    assert ended.code == 0, ended.err
    return path


def exported(form: str) -> str:
    ended = varna("contacts", "export", "--organisation", "9005", "--format", form)
    assert ended.code == 0, ended.err
    return ended.out


@pytest.mark.parametrize("form", ["toml", "csv"])
def test_what_is_exported_comes_back_exactly_by_either_form(tmp_path: Path, form: str) -> None:
    taken(tmp_path / "nya.toml", TOML)
    before = exported("toml"), exported("csv")
    taken(tmp_path / "annat.toml", TOML.replace("tora@", "annan@").replace("070-174 06 05", "070-174 06 06"))
    assert exported("toml") != before[0]
    taken(tmp_path / f"nya.{form}", before[form == "csv"])
    assert (exported("toml"), exported("csv")) == before


def test_a_spreadsheet_of_a_swedish_office_is_read_semicolons_and_byte_order_mark_included(tmp_path: Path) -> None:
    taken(tmp_path / "nya.toml", TOML)
    rows = "organisation;code;name;roles;telephone;page;absences\n9005;nya-tib;Tora;duty_officer;070-174 06 07;sms;"
    taken(tmp_path / "nya.csv", f"\ufeff{rows}2026-12-24T08:00/2026-12-25T08:00\n")
    assert 'telephone = "070-174 06 07"' in exported("toml")
    assert "starts = 2026-12-24T07:00:00+00:00" in exported("toml")


@pytest.mark.parametrize(
    "name, text, places",
    [
        ("nya.toml", TOML.replace("tora@nya.example", "tora"), ["nya.toml:11 organisations.0.people.0.email"]),
        (
            "nya.toml",
            TOML.replace("telephone", "# telephone").replace('"Ulf; Kvastskaft, den äldre"', '""'),
            ["nya.toml:15 organisations.0.people.0.channels", "nya.toml:21 organisations.0.people.1.name"],
        ),
        ("nya.toml", TOML.replace('kind = "municipality"', "kind ="), ["nya.toml:5"]),
        ("nya.toml", TOML.replace("nya-slutat", "nya-tib"), ["nya-tib"]),
        (
            "nya.csv",
            "organisation,code,name,roles,active\n9001,granvik-ny,Tora,deputy,yes\n9001,granvik-fel,Ulf,king,kanske\n",
            ["nya.csv:3 roles.0", "nya.csv:3 active"],
        ),
        ("nya.csv", "organisation,code,namn,roles\n", ["nya.csv:1 name", "nya.csv:1 namn"]),
        ("nya.csv", "organisation,code,name,roles\n9001,granvik-ny\n", ["nya.csv:2"]),
        ("nya.csv", "organisation,code,name,roles\n9009,ny,Tora,deputy\n", ["organisation"]),
        ("saknas.toml", None, ["file"]),
        ("nya.toml", "\udcff", ["file"]),
    ],
)
def test_a_file_with_anything_wrong_changes_nothing_and_each_error_says_where(
    tmp_path: Path, name: str, text: str | None, places: list[str]
) -> None:
    if text is not None:
        (tmp_path / name).write_bytes(text.encode("utf-8", "surrogateescape"))
    before = varna("contacts", "export", "--organisation", "9001").out
    ended = varna("--language", "en", "contacts", "import", str(tmp_path / name))
    assert ended.code == 2
    assert [line.rpartition(": ")[0].partition(": ")[0] for line in ended.err.splitlines()] == places
    assert "Kvastskaft" not in ended.err
    assert varna("contacts", "export", "--organisation", "9001").out == before
    assert varna("contacts", "list", "--organisation", "9005").code == 2


def test_the_list_shows_roles_and_channels_and_never_a_name_or_an_address() -> None:
    ended = varna("contacts", "list", "--organisation", "9001")
    assert "granvik-tib" in ended.out
    assert "Tjänsteman i beredskap (TiB)" in ended.out
    document = varna("contacts", "list", "--organisation", "9001", "--json")
    assert {"granvik-tib", "granvik-sakerhetschef"} <= {one["code"] for one in document.document["people"]}
    for told in (ended.out, document.out):
        assert not any(word in told for word in ("Vide", "@granvik", "070-174"))


@pytest.mark.parametrize(
    "words", [("contacts", "list"), ("contacts", "export"), ("contacts", "check"), ("duty", "who")]
)
def test_where_there_are_several_organisations_one_must_be_named(words: tuple[str, ...]) -> None:
    ended = varna(*words)
    assert ended.code == 2
    assert "organisation" in ended.err
    assert varna(*words, "--organisation", "9009").code == 2


def test_somebody_who_is_away_is_noted_and_seen() -> None:
    start = datetime.now(UTC).date()
    until = start + timedelta(days=20)
    ended = varna("contacts", "absent", "granvik-tib", "--from", str(start), "--until", str(until))
    assert ended.code == 0
    assert "granvik-tib är frånvarande" in ended.out
    people = varna("contacts", "list", "--organisation", "9001", "--json").document["people"]
    assert [len(one["absences"]) for one in people if one["code"] == "granvik-tib"] == [1]
    steps = varna("duty", "who", "--organisation", "9001", "--role", "duty_officer", "--json").document["steps"]
    assert [(step["people"], step["empty"]) for step in steps] == [([], "all_absent")]


@pytest.mark.parametrize(
    "words, field",
    [
        (("okand", "--from", "2026-12-20", "--until", "2026-12-21"), "code"),
        (("granvik-tib", "--from", "2026-12-20", "--until", "2026-12-20"), "until"),
        (("granvik-tib", "--from", "i morgon", "--until", "2026-12-20"), "from"),
    ],
)
def test_an_absence_that_makes_no_sense_is_refused_naming_the_field(words: tuple[str, ...], field: str) -> None:
    ended = varna("contacts", "absent", *words)
    assert (ended.code, ended.err.partition(":")[0]) == (2, field)


def test_check_says_who_could_not_be_called_and_what_to_do_about_it(tmp_path: Path) -> None:
    assert varna("contacts", "check", "--organisation", "9001").code == 0
    file = tmp_path / "granvik.toml"
    file.write_text(
        varna("contacts", "export", "--organisation", "9001").out.replace('"deputy"', '"hr"'), encoding="utf-8"
    )
    assert varna("contacts", "import", str(file)).code == 0
    ended = varna("contacts", "check", "--organisation", "9001")
    assert ended.code == 3
    assert plain(ended.out) == "Ingen har rollen: Ersättare → Ge någon rollen, annars når inga meddelanden fram"
    found = varna("contacts", "check", "--organisation", "9001", "--json").document["lacks"]
    assert found == [{"organisation": "9001", "code": "nobody_holds", "role": "deputy", "detail": ""}]
    checks = varna("doctor", "--quiet", "--json").document["checks"]
    assert [(one["state"], one["detail"]) for one in checks if one["name"] == "nobody_holds"] == [
        ("warning", "9001 deputy")
    ]
