"""Setting up and keeping up: migrate, rebuild, keys, routines, doctor."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from models.vocabulary.people import Role
from operate.house import House
from storage import tables
from storage.routine_file import ROUTINES, schema
from tests.audit.intruder import breaks_in
from tests.operate.commands import TRIAGE, Ended, a_case, at_home, varna


def checks(ended: Ended) -> dict[str, str]:
    return {check["name"]: check["state"] for check in ended.document["checks"]}


def test_migrate_sets_up_an_empty_machine_and_does_it_only_once(empty: Path) -> None:
    ended = varna("migrate")
    assert (ended.code, ended.out) == (0, "Databasen är uppdaterad\n")
    assert "Kör varna migrate igen" in ended.err  # the engine does not answer yet
    key = (empty / "keys" / "master.key").read_text()
    assert (empty / "keys" / "master.key").stat().st_mode & 0o777 == 0o600
    assert varna("migrate").code == 0
    assert (empty / "keys" / "master.key").read_text() == key
    assert varna("cases").code == 0


def test_migrate_that_was_to_wait_for_the_engine_ends_out_of_reach_with_the_database_migrated(empty: Path) -> None:
    ended = varna("migrate", "--wait", "0.1")
    assert (ended.code, ended.out) == (5, "Databasen är uppdaterad\n")
    assert empty.exists()


@pytest.mark.usefixtures("home")
def test_rebuild_builds_the_same_lists_anew() -> None:
    ref = a_case(TRIAGE)
    before = varna("cases", "--json").document

    async def lose(house: House) -> None:
        async with house.database.writing() as session:
            await session.execute(delete(tables.cases))

    at_home(lose)
    assert varna("case", ref).code == 4
    ended = varna("rebuild")
    assert (ended.code, ended.out) == (0, "1 ärende är ombyggt\n")
    assert varna("cases", "--json").document == before


def test_after_a_rotation_every_case_is_read_under_the_new_master_key_alone(home: Path) -> None:
    ref = a_case(TRIAGE)
    before = varna("history", ref, "--json").document
    ended = varna("keys", "rotate")
    assert ended.code == 0
    file = home / "keys" / "master.key"
    assert file.stat().st_mode & 0o777 == 0o600
    old, new = file.read_text().splitlines()
    assert old.split()[0] != new.split()[0]
    file.write_text(f"{new}\n")
    assert varna("history", ref, "--json").document == before


def test_older_backups_are_given_up_for_good_and_one_is_read_with_a_copy_of_the_keys(
    home: Path, tmp_path: Path
) -> None:
    ref = a_case(TRIAGE)
    before, backup, copy = varna("history", ref, "--json").document, tmp_path / "backup.db", tmp_path / "keys.json"
    with closing(sqlite3.connect(home / "varna.db")) as source, closing(sqlite3.connect(backup)) as target:
        source.backup(target)
    for words in (("keys", "rotate"), ("keys", "retire"), ("keys", "save", str(copy))):
        ended = varna(*words)
        assert ended.code == 0, ended.err
    assert len((home / "keys" / "master.key").read_text().splitlines()) == 1
    assert varna("history", ref, "--json").document == before
    assert varna("keys", "save", str(copy)).code == 2  # no copy is replaced
    for part in home.glob("varna.db*"):
        part.unlink()
    shutil.copy(backup, home / "varna.db")
    assert varna("history", ref, "--json").error["code"] == "keys_do_not_fit"
    assert varna("keys", "load", str(copy)).code == 0
    assert varna("history", ref, "--json").document == before


def test_a_key_file_that_cannot_be_replaced_leaves_everything_as_it_was(home: Path) -> None:
    ref = a_case(TRIAGE)
    (home / "keys" / "master.key.new").mkdir()
    assert varna("keys", "rotate").code == 5
    assert len((home / "keys" / "master.key").read_text().splitlines()) == 1
    assert varna("case", ref).code == 0


def test_a_whole_routine_is_ok_and_shown_as_a_table(empty: Path) -> None:
    file = str(ROUTINES / "granvik.toml")
    checked = varna("--language", "en", "routine", "check", file)
    assert checked.code == 0
    shown = varna("routine", "show", file)
    assert shown.code == 0
    assert "Första kontakt" in shown.out
    assert "PT30M" in shown.out
    document = varna("routine", "show", file, "--json").document
    assert document["organisation"] == "9001"
    assert json.loads(varna("routine", "schema").out) == json.loads(schema())
    assert not empty.exists()


@pytest.mark.usefixtures("home")
def test_a_routine_is_adopted_for_an_organisation_that_exists() -> None:
    file = str(ROUTINES / "exercise.toml")
    assert varna("routine", "adopt", file, "--organisation", "9002").code == 0
    unknown = varna("routine", "adopt", file, "--organisation", "4711")
    assert unknown.code == 2
    assert unknown.err.startswith("organisation: ")


def test_the_doctor_says_what_is_well_and_what_is_out_of_reach(home: Path) -> None:
    a_case()
    ended = varna("doctor", "--json")
    assert ended.code == 5
    found = checks(ended)
    assert (found.pop("engine"), found.pop("channels")) == ("out_of_reach", "warning")
    assert set(found.values()) == {"ok"}
    assert {"settings", "keys", "database", "reports_waiting", "cases_overdue", "staffing", "chains"} == set(found)
    quiet = varna("--language", "en", "doctor", "--quiet")
    assert len([line for line in quiet.out.splitlines() if ":" in line]) == 2
    assert home.exists()


def test_the_doctor_warns_of_a_key_file_that_others_may_read(home: Path) -> None:
    (home / "keys" / "master.key").chmod(0o644)
    assert checks(varna("doctor", "--json"))["keys"] == "warning"


@pytest.mark.usefixtures("home")
def test_the_doctor_finds_a_changed_ledger_an_overdue_case_a_stuck_report_and_a_role_nobody_holds() -> None:
    ref = a_case(TRIAGE)
    long_ago = datetime.now(UTC) - timedelta(days=30)

    async def harm(house: House) -> None:
        async with house.database.writing() as session:
            await breaks_in(session)
            await session.execute(update(tables.ledger).where(tables.ledger.c.seq == 2).values(actor="somebody-else"))
            await session.execute(update(tables.cases).values(next_due=long_ago))
            await session.execute(update(tables.reports).values(started=False, received=long_ago))
            await session.execute(delete(tables.roles).where(tables.roles.c.role == Role.DUTY_OFFICER))
            await session.execute(delete(tables.routines).where(tables.routines.c.organisation == "9002"))

    at_home(harm)
    ended = varna("doctor", "--json")
    found = checks(ended)
    assert (found["chains"], found["cases_overdue"], found["reports_waiting"]) == ("problem", "warning", "warning")
    assert (found["nobody_holds"], found["routine_adopted"]) == ("warning", "problem")
    assert f"{ref}/2 changed" in next(one["detail"] for one in ended.document["checks"] if one["name"] == "chains")
    told = varna("--language", "en", "doctor").out
    assert "varna routine adopt" in told


@pytest.mark.usefixtures("home")
def test_the_doctor_warns_of_links_that_lead_to_this_machine_once_messages_leave_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "links" not in checks(varna("doctor", "--json"))
    monkeypatch.setenv("VARNA_SMTP_HOST", "mail.example")
    monkeypatch.setenv("VARNA_MAIL_FROM", "varna@nordmyra.example")
    assert checks(varna("doctor", "--json"))["links"] == "warning"
    monkeypatch.setenv("VARNA_PUBLIC_URL", "https://varna.nordmyra.example")
    assert checks(varna("doctor", "--json"))["links"] == "ok"
