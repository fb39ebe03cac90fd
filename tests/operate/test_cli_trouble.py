"""Trouble: what is out of reach is told, with what was nevertheless kept; never a traceback."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete

from operate.house import House
from storage import cases, reports, tables
from tests.erasing import erase
from tests.house import ROOT
from tests.operate.commands import CHIEF, REPORT, TRIAGE, a_case, at_home, subprocess_environment, varna

RECEIPT = r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}"


@pytest.mark.usefixtures("home")
def test_a_report_that_comes_while_the_engine_is_down_is_kept_and_its_sender_told_so() -> None:
    ended = varna("report", "-", given=REPORT)
    assert ended.code == 5
    assert "9001-FV-" in ended.out
    assert re.search(RECEIPT, ended.out)
    assert "Rapporten är sparad" in ended.err
    assert [item.organisation for item in at_home(waiting)] == ["9001"]


@pytest.mark.usefixtures("home")
def test_a_case_that_has_not_begun_is_said_to_wait_but_only_to_the_operator() -> None:
    ref = varna("report", "-", "--json", given=REPORT).document["case"]
    ended = varna("case", ref)
    assert (ended.code, "börjar av sig självt" in ended.err) == (5, True)
    assert varna("case", ref, "--as", CHIEF).code == 4


@pytest.mark.usefixtures("home")
def test_a_program_is_told_the_same_in_one_document() -> None:
    document = varna("report", "-", "--json", given=REPORT).document
    assert document["case"].endswith("-00001")
    assert re.fullmatch(RECEIPT, document["receipt"])
    assert document["started"] is False
    assert document["next"] > document["received"]
    assert document["error"]["code"] == "engine_out_of_reach"


@pytest.mark.usefixtures("home")
def test_the_same_report_with_the_same_key_is_one_report_and_another_one_is_refused() -> None:
    first, again = (varna("report", "-", "--key", "form 7", "--json", given=REPORT).document for _ in range(2))
    assert [again[name] for name in ("case", "receipt", "received")] == [
        first[name] for name in ("case", "receipt", "received")
    ]
    other = varna("report", "-", "--key", "form 7", "--json", given=REPORT | {"what": "Något annat"})
    assert (other.code, other.error["code"], other.error["field"]) == (3, "key_used", "key")
    assert len(at_home(waiting)) == 1


@pytest.mark.usefixtures("home")
def test_a_report_to_an_organisation_without_a_routine_is_kept(furnished: Path) -> None:
    async def forget(house: House) -> None:
        async with house.database.writing() as session:
            await session.execute(delete(tables.routines))

    assert furnished.exists()
    at_home(forget)
    ended = varna("report", "-", "--json", given=REPORT)
    assert (ended.code, ended.error["code"], ended.document["next"]) == (5, "no_routine", None)
    assert len(at_home(waiting)) == 1


@pytest.mark.usefixtures("home")
def test_an_action_while_the_engine_is_down_names_the_id_to_send_again() -> None:
    ref = a_case()
    ended = varna("act", ref, "-", "--as", CHIEF, "--json", given=TRIAGE)
    assert (ended.code, ended.error["code"], ended.document["case"]) == (5, "engine_out_of_reach", ref)
    assert len(ended.document["command"]) == 36
    told = varna("act", ref, "-", "--as", CHIEF, given=TRIAGE | {"id": "my-own-id"})
    assert told.code == 5
    assert "my-own-id" in told.err


@pytest.mark.parametrize("words", [("cases",), ("case", "9001-FV-2026-00001"), ("rebuild",), ("notices",)])
def test_a_database_out_of_reach_is_told(words: tuple[str, ...], home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert home.exists()
    monkeypatch.setenv("VARNA_DATABASE_URL", "postgresql+asyncpg://nobody@127.0.0.1:1/nothing")
    ended = varna(*words)
    assert (ended.code, ended.out) == (5, "")
    assert ended.err == "Databasen går inte att nå. Inget har ändrats. Kör varna doctor\n"


@pytest.mark.parametrize("language", ["sv", "en"])
def test_a_machine_where_nothing_was_set_up_says_what_to_do(empty: Path, language: str) -> None:
    ended = varna("--language", language, "doctor")
    assert ended.code == 5
    assert "varna migrate" in ended.out
    listed = varna("--language", language, "cases")
    assert (listed.code, listed.out) == (5, "")
    assert "master.key" in listed.err
    assert not empty.exists()


def test_a_database_that_was_not_migrated_is_told(home: Path) -> None:
    for file in home.glob("varna.db*"):
        file.unlink()
    ended = varna("--language", "en", "cases")
    assert ended.code == 5
    assert "varna migrate" in ended.err


def test_keys_that_do_not_fit_the_database_are_told(home: Path) -> None:
    ref = a_case()
    (home / "keys" / "master.key").write_text(f"1 {'ab' * 32}\n")
    assert varna("case", ref, "--json").error["code"] == "keys_do_not_fit"
    (home / "keys" / "master.key").write_text("no key\n")
    assert varna("case", ref).code == 5


def test_an_erased_case_is_not_found(home: Path) -> None:
    ref = a_case()

    async def end(house: House) -> None:
        await erase(house.database, house.ring, ref, datetime.now(UTC))

    at_home(end)
    assert home.exists()
    ended = varna("case", ref, "--json")
    assert (ended.code, ended.error["code"]) == (4, "erased")


@pytest.mark.usefixtures("home")
def test_a_fault_of_ours_is_one_short_line_and_a_log_entry_without_what_it_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError("Kvastskaft")

    monkeypatch.setattr(cases, "worklist", fails)
    ended = varna("cases")
    assert (ended.code, ended.out) == (1, "")
    assert "ZeroDivisionError" in ended.err
    assert "Kvastskaft" not in ended.err
    assert varna("cases", "--json").error["code"] == "fault"


def test_a_real_process_leaves_its_code_and_no_traceback(home: Path) -> None:
    assert home.exists()
    for words, code in ((("cases", "--json"), 0), (("case", "X"), 4), (("frobnicate",), 2)):
        done = subprocess.run(
            [sys.executable, "-m", "cli", *words],
            cwd=ROOT, env=subprocess_environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code
        assert "Traceback" not in done.stdout + done.stderr


def test_a_reader_that_has_seen_enough_is_no_error(home: Path) -> None:
    assert home.exists()
    shell = shutil.which("sh")
    assert shell is not None
    line = f'"{sys.executable}" -m cli routine schema | head -c 1'
    done = subprocess.run(
        [shell, "-c", line], cwd=ROOT, env=subprocess_environment(), capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("{", "")


async def waiting(house: House) -> list[reports.Waiting]:
    async with house.database.reading() as session:
        return await reports.waiting(session, 10)
