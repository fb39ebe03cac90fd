"""Routine files: what is written is whole, and what is wrong is told by file and line."""

import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from models.refusal import BadInput
from models.routine import Responsibility
from models.term import Term
from models.vocabulary.case import Level
from models.vocabulary.people import Role
from storage.people import Directory
from storage.routine_file import ROUTINES, load, schema
from tests.routine import routine, standard

FILES = sorted(path for path in ROUTINES.glob("*.toml") if path.stem != "fictitious")
HEAD = """extends = "standard"
organisation = "9001"
name = "Granvik"
version = "1"
decision = "KS 1"
"""

Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a routine that extends the standard one, and say where it lies."""
    shutil.copy(ROUTINES / "standard.toml", tmp_path)

    def written(text: str) -> Path:
        path = tmp_path / "granvik.toml"
        path.write_text(HEAD + text)
        return path

    return written


def problems(path: Path) -> list[str]:
    with pytest.raises(BadInput) as refused:
        load(path)
    return [f"{problem.field}: {problem.reason}" for problem in refused.value.problems]


def against_schema(path: Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(ROUTINES / "routine.schema.json")]
    return subprocess.run([*command, str(path)], capture_output=True, check=False)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_routine_we_ship_is_whole(path: Path) -> None:
    assert load(path).obligations


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_routine_we_ship_is_written_as_the_schema_says(path: Path) -> None:
    assert against_schema(path).returncode == 0


def test_the_published_schema_is_that_of_the_program() -> None:
    assert (ROUTINES / "routine.schema.json").read_text() == schema()


def test_the_schema_knows_a_misspelt_key(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('[obligations.triage]\nstrats = "reported"\n')
    assert b"strats" in against_schema(wrong).stdout


def test_every_role_a_routine_names_is_held_and_deputies_are_other_people() -> None:
    directory = Directory.parse(tomllib.loads((ROUTINES / "fictitious.toml").read_text()))
    routines = {load(path).organisation: load(path) for path in FILES}
    for organisation in directory.organisations:
        adopted = routines[organisation.code]
        held = {role: {person.code for person in organisation.people if role in person.roles} for role in Role}
        assert [role for role in adopted.roles if not held[role]] == []
        assert [role for role, deputy in adopted.notices.deputies.items() if held[role] & held[deputy]] == []


def test_invented_people_have_addresses_that_cannot_exist_and_names_of_their_own() -> None:
    directory = Directory.parse(tomllib.loads((ROUTINES / "fictitious.toml").read_text()))
    people = [person for organisation in directory.organisations for person in organisation.people]
    assert all(person.email and person.email.endswith(".example") for person in people)
    assert len({person.name for person in people}) == len({person.code for person in people}) == len(people)


def test_holidays_and_eves_become_days_off_of_the_years_it_covers() -> None:
    calendar = standard().calendar
    assert calendar.days_off[date(2026, 6, 19)] == "Midsommarafton"
    assert {date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 26), date(2026, 12, 31)} <= calendar.days_off.keys()
    assert min(calendar.days_off).year == 2024
    assert max(calendar.days_off).year == 2040
    assert date(2026, 3, 1) not in calendar.days_off  # a Sunday is a weekend, no holiday


def test_the_day_before_a_holiday_is_half_unless_the_office_is_closed_then() -> None:
    calendar = standard().calendar
    assert calendar.half_days[date(2026, 4, 2)].name == "Skärtorsdagen"
    assert date(2026, 1, 5) in calendar.half_days
    assert date(2025, 1, 5) not in calendar.half_days  # a Sunday


def test_a_municipality_may_close_on_days_of_its_own_and_end_others_early(write: Write) -> None:
    own = load(write('[calendar.days_off]\n2026-04-02 = "Stängt"\n[calendar.office_hours]\nfriday = "08:00-15:00"\n'))
    assert own.calendar.days_off[date(2026, 4, 2)] == "Stängt"
    assert date(2026, 4, 2) not in own.calendar.half_days
    assert date(2026, 6, 19) in own.calendar.days_off
    assert own.calendar.office_hours["friday"] == "08:00-15:00"
    assert own.calendar.office_hours["monday"] == "08:00-17:00"


def test_half_days_may_be_written_as_dates_too(write: Write) -> None:
    path = write('[calendar.half_days]\n2026-12-23 = { name = "Lillejul", closes = "12:00" }\n')
    own = load(path)
    assert against_schema(path).returncode == 0
    assert list(own.calendar.half_days) == [date(2026, 12, 23)]


def test_what_a_file_says_holds_over_what_it_extends_key_by_key() -> None:
    granvik, vasterlund = routine("granvik"), routine("vasterlund")
    contact = granvik.obligations["first_contact"]
    assert contact.due is not None
    assert contact.due[Level.RAISED] == Term.parse("8 working hours")
    assert contact.due[Level.HIGH] == Term.parse("PT4H")
    assert "matter_note" in granvik.obligations
    assert vasterlund.responsibility is Responsibility.SHARED
    assert Role.CRISIS_GROUP not in vasterlund.roles


def test_the_standard_is_nobodys_until_it_is_read_for_somebody() -> None:
    assert routine("standard").organisation == "00"
    assert standard("9002").organisation == "9002"
    assert standard("9002").ref != standard("9003").ref


@pytest.mark.parametrize(
    "text, told",
    [
        (
            '\n[obligations.own]\nstage = "risk"\nstarts = "reported"\nmet_by = "triaged"\ndue = { acute = "PT1H" }\n',
            "granvik.toml:7 obligations.own: due: no time for level low, raised, high; write",
        ),
        ('first_handler = "auditor"\n', "granvik.toml:6 first_handler: nobody holds the role auditor"),
        (
            '[escalation]\nladder = [\n  ["handler"],\n  ["auditor"],\n]\n',
            "granvik.toml:7 escalation.ladder.1: nobody holds the role auditor",
        ),
        (
            '[obligations.triage]\nmet_by = "looked_at"\n',
            "granvik.toml:7 obligations.triage.met_by: nothing is called looked_at",
        ),
        (
            "[obligations.triage]\nmet_by = []\n",
            "granvik.toml:7 obligations.triage.met_by: nothing could start or meet it",
        ),
        (
            '[obligations.follow_up.schedule]\nlow = ["P1M"]\n',
            "granvik.toml:7 obligations.follow_up.schedule.low.0: not a term: 'P1M'; write",
        ),
        (
            '[obligations.triage]\ndue = { high = "2 working hours" }\n',
            "granvik.toml:7 obligations.triage.due.high: 2 working hours counts office time, but high runs",
        ),
        (
            '[notices.level.low]\nauditor = "now"\n',
            "granvik.toml:7 notices.level.low.auditor: nobody holds the role auditor",
        ),
        (
            '[risk.presumed]\nabus = "high"\n',
            "granvik.toml:7 risk.presumed.abus: no kind of incident is called abus",
        ),
        (
            '[texts.sv]\n"notice.owed" = "Ring {name}"\n',
            "granvik.toml:7 texts.sv.notice.owed: it may carry nothing but {about} {case}",
        ),
        (
            '[texts.sv]\n"level.high" = "Hög"\n"level.huge" = "Enorm"\n',
            "granvik.toml:8 texts.sv.level.huge: no text of ours is called so",
        ),
        ("colour = 1\n", "granvik.toml:6 colour: Extra inputs are not permitted"),
        (
            '[[calendar.half_days]]\nbefore = "Julbocken"\nname = "x"\ncloses = "12:00"\n',
            "granvik.toml:6 calendar.half_days: no holiday is called Julbocken",
        ),
        ('[calendar]\nholidays = "NO"\n', "granvik.toml:7 calendar.holidays: Input should be 'SE'"),
        ('[calendar]\ncovers = "2026"\n', "granvik.toml:7 calendar.covers: Input should be a valid array"),
    ],
)
def test_a_hole_is_told_by_file_line_key_and_reason(write: Write, text: str, told: str) -> None:
    assert any(line.startswith(told) for line in problems(write(text)))


def test_a_hole_left_by_what_is_extended_is_told_where_it_stands(write: Write) -> None:
    found = problems(write('roles = ["security_coordinator", "security_chief", "deputy"]\n'))
    assert any("obligations.alarm.owner: nobody holds the role duty_officer" in line for line in found)
    at = next(line for line in found if "obligations.alarm.owner" in line)
    name, number = at.split()[0].split(":")
    assert name == "standard.toml"
    assert (ROUTINES / name).read_text().splitlines()[int(number) - 1] == 'owner = "duty_officer"'


def test_all_holes_are_told_at_once(write: Write) -> None:
    text = '[obligations.triage]\nmet_by = "x"\nstarts = "y"\n[notices.deputies]\nsecurity_chief = "security_chief"\n'
    assert len(problems(write(text))) == 3


def test_broken_toml_is_told_by_its_line(write: Write) -> None:
    assert problems(write("name name\n"))[0].startswith("granvik.toml:6: ")


def test_what_it_extends_must_lie_beside_it_and_not_extend_it_back(tmp_path: Path) -> None:
    one, other = tmp_path / "one.toml", tmp_path / "other.toml"
    one.write_text('extends = "other"\n')
    assert problems(one) == ["one.toml:1 extends: no other file beside it is called other.toml"]
    other.write_text('extends = "one"\n')
    assert problems(one) == ["other.toml:1 extends: no other file beside it is called one.toml"]


def test_a_file_that_says_nothing_is_told_all_that_is_missing(tmp_path: Path) -> None:
    (tmp_path / "empty.toml").write_text("")
    found = problems(tmp_path / "empty.toml")
    assert "empty.toml calendar: Field required" in found
    assert "empty.toml obligations: Field required" in found
