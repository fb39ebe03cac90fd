"""Bad input: exit code 2, each problem on its own line as `field: reason`, and nothing done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from models.report import REPORT_LIMIT
from operate.house import House
from storage import tables
from tests.operate.commands import CHIEF, REPORT, TRIAGE, Ended, a_case, at_home, varna

TOMORROW = (datetime.now(UTC) + timedelta(days=1)).isoformat()

BAD_REPORTS: dict[str, tuple[object, str]] = {
    "malformed": ('{"organisation": "9001",', "input"),
    "not an object": ("[1, 2]", "input"),
    "no text at all": (b"\xff\xfe\x00", "input"),
    "empty": ("", "input"),
    "nested without end": ("[" * 100_000, "input"),
    "oversized": (REPORT | {"what": "a" * REPORT_LIMIT}, "report"),
    "an unknown field": (REPORT | {"colour": "red"}, "colour"),
    "a wrong type": (REPORT | {"danger_now": "yes"}, "danger_now"),
    "a number for a date": (REPORT | {"meeting_day": 0}, "meeting_day"),
    "an unknown code": (REPORT | {"kinds": ["sunshine"]}, "kinds.0"),
    "a date in the future": (REPORT | {"occurred_from": TOMORROW}, "occurred_from"),
    "a time without a zone": (REPORT | {"occurred_from": "2026-03-03T14:05:00"}, "occurred_from"),
    "no way to reach the person": ({"organisation": "9001", "what": "Hot"}, "input"),
    "nothing told": ({"organisation": "9001", "reach": {"telephone": "070-174 06 05"}}, "what"),
    "an unknown organisation": (REPORT | {"organisation": "4711"}, "organisation"),
}


def rows(table: Any) -> int:
    async def count(house: House) -> int:
        async with house.database.reading() as session:
            return int((await session.execute(select(func.count()).select_from(table))).scalar_one())

    return at_home(count)


def assert_named(ended: Ended, field: str) -> None:
    assert ended.code == 2
    assert ended.out == ""
    lines = ended.err.splitlines()
    assert lines
    assert all(": " in line for line in lines)
    assert field in [line.partition(": ")[0] for line in lines]


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("given,field", BAD_REPORTS.values(), ids=BAD_REPORTS)
def test_a_bad_report_is_refused_by_the_field_that_is_wrong_and_nothing_is_kept(given: object, field: str) -> None:
    assert_named(varna("report", "-", given=given), field)
    asked = varna("report", "-", "--json", given=given)
    assert (asked.code, asked.error["code"], asked.error["field"]) == (2, "bad_input", field)
    assert [set(problem) for problem in asked.error["problems"]] == [{"field", "code", "reason"}]
    assert rows(tables.reports) == 0


@pytest.mark.usefixtures("home")
def test_every_problem_of_a_report_has_its_own_line() -> None:
    ended = varna("report", "-", given={"organisation": "x", "what": "", "colour": 1, "reach": {}})
    assert [line.partition(": ")[0] for line in ended.err.splitlines()] == ["organisation", "what", "colour"]


@pytest.mark.usefixtures("home")
def test_the_offending_value_is_never_repeated() -> None:
    ended = varna("report", "-", "--json", given=REPORT | {"kinds": ["Kvastskaft"], "danger_now": "Kvastskaft"})
    assert ended.code == 2
    assert "Kvastskaft" not in ended.out + ended.err


@pytest.mark.usefixtures("home")
def test_the_organisation_may_be_said_beside_the_report_but_not_another_one() -> None:
    without = {key: value for key, value in REPORT.items() if key != "organisation"}
    assert varna("report", "-", "--organisation", "9001", given=without).code == 5  # kept, with the engine down
    assert_named(varna("report", "-", "--organisation", "9002", given=REPORT), "organisation")
    assert rows(tables.reports) == 1


BAD_COMMANDS: dict[str, tuple[object, str]] = {
    "malformed": ("{", "input"),
    "an unknown type": ({"type": "shout"}, "input"),
    "no type": ({"level": "high"}, "input"),
    "an unknown field": (TRIAGE | {"colour": "red"}, "triage.colour"),
    "an unknown code": (TRIAGE | {"level": "purple"}, "triage.level"),
    "a wrong type": (TRIAGE | {"text": 7}, "triage.text"),
    "a bad id": (TRIAGE | {"id": "två ord"}, "triage.id"),
    "the clock's own command": ({"type": "tick"}, "input"),
    "oversized": (TRIAGE | {"text": "a" * REPORT_LIMIT}, "command"),
}


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("given,field", BAD_COMMANDS.values(), ids=BAD_COMMANDS)
def test_a_bad_command_is_refused_by_the_field_that_is_wrong(given: object, field: str) -> None:
    assert_named(varna("act", "9001-FV-2026-00001", "-", "--as", CHIEF, given=given), field)
    asked = varna("act", "9001-FV-2026-00001", "-", "--as", CHIEF, "--json", given=given)
    assert (asked.code, asked.error["field"]) == (2, field)


@pytest.mark.parametrize(
    "words,field",
    [
        (("frobnicate",), "varna"),
        (("cases", "--nope"), "nope"),
        (("cases", "--level", "purple"), "level"),
        (("cases", "--due-before", "soon"), "due-before"),
        (("cases", "--as", "nobody-at-all"), "as"),
        (("case",), "ref"),
        (("case", "X", "--seq", "none"), "seq"),
        (("case", "X", "--seq", "0"), "seq"),
        (("case", "X", "--at", "yesterday"), "at"),
        (("act", "X", "no-such-file.json", "--as", CHIEF), "file"),
        (("act", "X", "-"), "user"),
        (("report", "no-such-file.json"), "file"),
        (("routine", "check", "no-such-file.toml"), "file"),
        (("--language", "fi", "cases"), "language"),
    ],
)
@pytest.mark.usefixtures("home")
def test_a_bad_command_line_is_told_like_any_other_bad_input(words: tuple[str, ...], field: str) -> None:
    assert_named(varna(*words), field)
    asked = varna(*words, "--json")
    assert asked.code == 2
    assert asked.error["code"] == "bad_input"


def test_a_setting_that_makes_no_sense_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home.exists()
    monkeypatch.setenv("VARNA_SWEEP_SECONDS", "-1")
    assert_named(varna("cases"), "VARNA_SWEEP_SECONDS")


@pytest.mark.usefixtures("home")
def test_an_action_in_the_name_of_nobody_is_bad_input() -> None:
    assert_named(varna("act", a_case(), "-", "--as", "nobody-at-all", given=TRIAGE), "as")


@pytest.mark.usefixtures("home")
def test_problems_are_told_in_swedish_and_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = REPORT | {"colour": "red"}
    assert varna("report", "-", given=bad).err == "colour: fältet finns inte\n"
    assert varna("--language", "en", "report", "-", given=bad).err == "colour: there is no such field\n"
    monkeypatch.setenv("VARNA_LANGUAGE", "en")
    assert varna("report", "-", given=bad).err == "colour: there is no such field\n"
    assert varna("--language=sv", "report", "-", given=bad).err == "colour: fältet finns inte\n"


def test_a_routine_with_a_hole_is_refused_with_file_line_and_reason(empty: Path, tmp_path: Path) -> None:
    assert not empty.exists()  # reading a file needs no installation
    file = tmp_path / "hole.toml"
    file.write_text('organisation = "9001"\nname = "Rutin"\ncolour = "red"\n')
    ended = varna("routine", "check", str(file))
    assert ended.code == 2
    assert "hole.toml:3 colour: fältet finns inte" in ended.err.splitlines()
    assert all(": " in line for line in ended.err.splitlines())
