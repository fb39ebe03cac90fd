"""`varna duty`: who would be called and why, holes, swaps, and calendars in and out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.operate.commands import a_case, plain, varna

pytestmark = pytest.mark.usefixtures("home")

TODAY = datetime.now(UTC).date()


def who(*words: str, organisation: str = "9003") -> list[dict[str, Any]]:
    ended = varna("duty", "who", "--organisation", organisation, "--role", "duty_officer", "--json", *words)
    assert ended.code == 0, ended.err
    return list(ended.document["steps"][0]["people"])


def codes(*words: str, organisation: str = "9003") -> list[tuple[str, str]]:
    return [(one["person"], one["because"]) for one in who(*words, organisation=organisation)]


def pool(tmp_path: Path, *, starts: date = date(2026, 1, 5), feed: str = "") -> None:
    file = tmp_path / "pool.toml"
    turns = f'turns = [{{ people = ["sjoliden-tib", "bjorkang-tib"], starts = {starts} }}]\n'
    head = '[[pools]]\ncode = "sjobjork-tib"\nrole = "duty_officer"\norganisations = ["9003", "9004"]\n'
    file.write_text(head + turns + feed, encoding="utf-8")
    ended = varna("duty", "import", str(file))
    assert ended.code == 0, ended.err


def calendar(path: Path, *persons: str, days: int = 1) -> Path:
    """Each in turn has a day, from this morning."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//y//SV"]
    for number, person in enumerate(persons):
        starts, ends = TODAY + timedelta(number), TODAY + timedelta(number + days)
        lines += ["BEGIN:VEVENT", f"UID:{number}", f"DTSTART;VALUE=DATE:{starts:%Y%m%d}"]
        lines += [f"DTEND;VALUE=DATE:{ends:%Y%m%d}", f"SUMMARY:{person}", "END:VEVENT"]
    path.write_text("\r\n".join([*lines, "END:VCALENDAR", ""]), encoding="utf-8")
    return path


def noon(days: int = 0) -> str:
    return datetime.combine(TODAY + timedelta(days), time(12)).isoformat()


def test_the_whole_ladder_of_an_acute_alarm_is_shown_with_reasons_and_channels() -> None:
    ended = varna("duty", "who", "--organisation", "9003", "--at", "2026-03-03T22:00")
    lines = [plain(line) for line in ended.out.splitlines()]
    assert lines[0] == "Steg Roll Mottagare Varför Kanal Till"
    assert "Genast Säkerhetschef sjoliden-sakerhetschef har rollen Utkorgen på maskinen" in lines
    officer = "Tjänsteman i beredskap (TiB) bjorkang-tib har jour (enligt schemat) Utkorgen på maskinen"
    assert f"Steg 1 {officer} mån 9 mars 2026 kl. 08:00" in lines
    assert lines[-1].startswith("Steg 4")
    english = varna("--language", "en", "duty", "who", "--organisation", "9003", "--at", "2026-03-03T22:00").out
    assert "is on duty (by the rota)" in english
    assert "@" not in ended.out
    assert "070-174" not in ended.out


def test_cooperating_municipalities_share_one_duty_officer_who_turns_weekly() -> None:
    for organisation in ("9003", "9004"):
        assert codes("--at", "2026-03-03T22:00", organisation=organisation) == [("bjorkang-tib", "on_duty")]
        assert codes("--at", "2026-03-10T22:00", organisation=organisation) == [("sjoliden-tib", "on_duty")]
    assert codes("--at", "2026-03-03T22:00", organisation="9001") == [("granvik-tib", "holds_role")]


def test_a_swap_takes_the_duty_over_and_a_second_one_at_that_time_is_a_conflict() -> None:
    span = ("--from", "2026-03-03T20:00", "--until", "2026-03-04T08:00")
    ended = varna("duty", "override", "sjoliden-tib", *span)
    assert ended.code == 0
    assert "sjoliden-tib har jour i sjobjork-tib från tis 3 mars 2026 kl. 20:00" in ended.out
    assert codes("--at", "2026-03-03T22:00") == [("sjoliden-tib", "on_duty")]
    conflict = varna("duty", "override", "bjorkang-samordnare", *span)
    assert conflict.code == 3
    assert "sjoliden-tib" in conflict.err
    assert "bjorkang-samordnare" in conflict.err
    assert codes("--at", "2026-03-03T22:00") == [("sjoliden-tib", "on_duty")]
    assert varna("duty", "override", "okand", "--from", noon(), "--until", noon(1)).code == 2
    assert varna("duty", "override", "sjoliden-tib", *span, "--pool", "okand").code == 2


def test_missing_person_is_stood_in_for_while_away() -> None:
    for person in ("sjoliden-tib", "bjorkang-tib"):
        assert codes("--at", noon())[0][1] in {"on_duty", "stands_in"}
        varna("contacts", "absent", person, "--from", noon(-1), "--until", noon(1))
    steps = varna("duty", "who", "--organisation", "9003", "--role", "duty_officer", "--json").document["steps"]
    assert steps[0]["empty"] == "all_absent"
    shown = varna("duty", "who", "--organisation", "9003", "--role", "duty_officer")
    assert "Alla med rollen är frånvarande" in shown.out


def test_rota_gap_is_found_two_months_ahead_and_by_the_doctor(tmp_path: Path) -> None:
    assert varna("duty", "gaps", "--organisation", "9003").code == 0
    pool(tmp_path, starts=TODAY + timedelta(days=10))
    ended = varna("duty", "gaps", "--organisation", "9003", "--days", "60", "--json")
    assert ended.code == 3
    (gap,) = ended.document["gaps"]
    assert gap["pool"] == "sjobjork-tib"
    assert datetime.fromisoformat(gap["ends"]).date() == TODAY + timedelta(days=10)
    assert "sjobjork-tib" in varna("duty", "gaps", "--organisation", "9003").out
    assert varna("duty", "gaps", "--organisation", "9003", "--days", "1").code == 3
    lacks = varna("contacts", "check", "--organisation", "9004", "--json").document["lacks"]
    assert [(one["code"], one["role"]) for one in lacks] == [("rota_gap", "duty_officer")]
    found = {one["name"]: one for one in varna("doctor", "--quiet", "--json").document["checks"]}
    assert found["rota_gap"]["state"] == "warning"
    assert "9003 sjobjork-tib" in found["rota_gap"]["detail"]
    steps = varna("duty", "who", "--organisation", "9003", "--role", "duty_officer", "--json").document["steps"]
    assert (steps[0]["people"], steps[0]["empty"]) == ([], "nobody_on_duty")


def test_a_calendar_says_who_is_on_duty_by_code_or_address_and_the_next_one_takes_its_place(tmp_path: Path) -> None:
    file = calendar(tmp_path / "jour.ics", "bjorkang-samordnare", "sjoliden-samordnare")
    assert varna("duty", "import", str(file)).out == "Händelser i kalendern: 2\n"
    assert codes("--at", noon()) == [("bjorkang-samordnare", "on_duty")]
    assert codes("--at", noon(1)) == [("sjoliden-samordnare", "on_duty")]
    by_address = file.read_text().replace("SUMMARY:bjork", "ATTENDEE:mailto:handlaggare@bjorkang.example\r\nSUMMARY:x")
    file.write_text(by_address.replace("SUMMARY:sjoliden-samordnare", "SUMMARY:bjorkang-tib"))
    assert varna("duty", "import", str(file), "--pool", "sjobjork-tib").code == 0
    assert codes("--at", noon()) == [("bjorkang-handlaggare", "on_duty")]
    assert codes("--at", noon(1)) == [("bjorkang-tib", "on_duty")]


@pytest.mark.parametrize(
    "change, field, exit_code",
    [
        (("BEGIN:VCALENDAR", "<html>"), "calendar", 2),
        (("SUMMARY:sjoliden-tib", "SUMMARY:Lena på jouren"), "calendar ", 2),
        (("SUMMARY:sjoliden-tib", "SUMMARY:granvik-tib"), "calendar ", 2),
        (("DTSTART;VALUE=DATE:", "DTSTART;VALUE=DATE:x"), "calendar", 2),
    ],
)
def test_a_calendar_with_anything_wrong_in_it_changes_nothing(
    tmp_path: Path, change: tuple[str, str], field: str, exit_code: int
) -> None:
    varna("duty", "import", str(calendar(tmp_path / "jour.ics", "bjorkang-samordnare")))
    bad = calendar(tmp_path / "annan.ics", "sjoliden-tib", "bjorkang-tib")
    bad.write_text(bad.read_text().replace(*change), encoding="utf-8")
    ended = varna("duty", "import", str(bad))
    assert (ended.code, ended.err.startswith(field)) == (exit_code, True)
    assert "Lena" not in ended.err
    assert codes("--at", noon()) == [("bjorkang-samordnare", "on_duty")]


def test_two_people_on_duty_at_once_in_a_calendar_are_a_conflict(tmp_path: Path) -> None:
    ended = varna("duty", "import", str(calendar(tmp_path / "jour.ics", "sjoliden-tib", "bjorkang-tib", days=2)))
    assert ended.code == 3
    assert ended.err.startswith("override_conflict: calendar: Både sjoliden-tib och bjorkang-tib")


def test_a_calendar_says_when_a_person_is_away(tmp_path: Path) -> None:
    file = calendar(tmp_path / "ledig.ics", "Semester", "Tandläkare")
    assert varna("duty", "import", str(file), "--person", "granvik-tib").out == "Händelser i kalendern: 2\n"
    assert codes("--at", noon(), organisation="9001") == []
    assert codes("--at", noon(2), organisation="9001") == [("granvik-tib", "holds_role")]
    assert varna("duty", "import", str(file), "--person", "okand").code == 2


@pytest.mark.parametrize("form", ["toml", "ics"])
def test_what_is_exported_comes_back_as_the_same_duties(tmp_path: Path, form: str) -> None:
    span = ("--from", f"{noon(3)}+00:00", "--until", f"{noon(4)}+00:00")
    varna("duty", "override", "bjorkang-samordnare", *span)
    before = [codes("--at", noon(days)) for days in range(30)]
    exported = varna("duty", "export", "--format", form)
    assert exported.code == 0
    assert "@bjorkang" not in exported.out
    file = tmp_path / f"jour.{form}"
    file.write_text(exported.out, encoding="utf-8", newline="")
    assert varna("duty", "import", str(file)).code == 0
    assert [codes("--at", noon(days)) for days in range(30)] == before
    assert varna("duty", "export", "--format", "toml").out.count("bjorkang-samordnare") == 1 + 1 * (form == "ics")


def test_the_shared_duty_officer_sees_what_is_acute_in_both_and_nobody_else_from_next_door_sees_any() -> None:
    chief = "bjorkang-sakerhetschef"
    acute = a_case(by=chief, organisation="9004", danger_now=True)
    calm = a_case(by=chief, organisation="9004")
    assert varna("case", acute, "--as", "sjoliden-tib", "--json").document["sight"] == "whole"
    assert varna("case", calm, "--as", "sjoliden-tib", "--json").document["sight"] == "headline"
    for stranger in ("sjoliden-sakerhetschef", "granvik-tib"):
        assert varna("case", acute, "--as", stranger).code == 4
