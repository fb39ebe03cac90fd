"""Who is told: whoever holds the role now, and nobody who must not hear of this case."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.event import listen

from models.notices import Notice
from models.rota import Override
from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from storage import duty, people
from storage.duty import Absence
from storage.recipients import Found, find
from tests.storage.town import NOON, Town

TWO_HATS = """
[[organisations]]
code = "9001"
name = "Granviks kommun"
kind = "municipality"

  [[organisations.people]]
  code = "granvik-en-hatt"
  name = "Tova Kvastskaft"
  roles = ["duty_officer"]

  [[organisations.people]]
  code = "granvik-tva-hattar"
  name = "Ulf Kvastskaft"
  roles = ["duty_officer", "chief_executive"]
"""
NOTICE = Notice(
    id="9001-FV-2026-00001.1.duty_officer",
    case="9001-FV-2026-00001",
    organisation="9001",
    seq=1,
    role=Role.DUTY_OFFICER,
    urgency=Urgency.NOW,
    about="reported",
    level=Level.HIGH,
    routine="0" * 64,
)


async def told(town: Town, **changes: object) -> set[str]:
    async with town.database.writing() as session:
        await people.load(session, town.ring, tomllib.loads(TWO_HATS))
        found = await find(session, NOTICE.model_copy(update=changes), NOON)
    return {recipient.code for recipient in found.recipients} - {"granvik-tib"}


@pytest.mark.parametrize(
    "changes, codes",
    [
        ({}, {"granvik-en-hatt", "granvik-tva-hattar"}),
        ({"never": frozenset({"granvik-tva-hattar"})}, {"granvik-en-hatt"}),
        ({"never_roles": frozenset({Role.CHIEF_EXECUTIVE})}, {"granvik-en-hatt"}),
        ({"only": frozenset({"granvik-tva-hattar"})}, {"granvik-tva-hattar"}),
        ({"only": frozenset({"granvik-tva-hattar"}), "never_roles": frozenset({Role.CHIEF_EXECUTIVE})}, set()),
        ({"role": Role.HANDLER, "handler": "granvik-tva-hattar"}, {"granvik-tva-hattar"}),
        (
            {
                "role": Role.HANDLER,
                "handler": "granvik-tva-hattar",
                "never_roles": frozenset({Role.CHIEF_EXECUTIVE}),
            },
            set(),
        ),
        ({"organisation": "90"}, set()),
    ],
)
async def test_a_role_is_told_without_those_who_must_not_hear(
    town: Town, changes: dict[str, object], codes: set[str]
) -> None:
    assert await told(town, **changes) == codes


TOGETHER = """
[[organisations]]
code = "9001"
name = "Granviks kommun"
kind = "municipality"

  [[organisations.people]]
  code = "granvik-tib"
  name = "Tora Kvastskaft"
  roles = ["duty_officer", "deputy"]

[[organisations]]
code = "9003"
name = "Sjölidens kommun"
kind = "municipality"

  [[organisations.people]]
  code = "sjoliden-tib"
  name = "Ulf Kvastskaft"
  roles = ["duty_officer"]
  language = "en"

  [[organisations.people]]
  code = "sjoliden-direktor"
  name = "Ida Kvastskaft"
  roles = ["chief_executive"]

[[pools]]
code = "gemensam"
role = "duty_officer"
organisations = ["9001", "9003"]

  [[pools.turns]]
  people = ["granvik-tib", "sjoliden-tib", "sjoliden-direktor"]
  starts = 2026-03-02
"""
"""Their first turn begins on the Monday at whose noon everything here happens; a week later the second begins."""
NEXT_WEEK = NOON + timedelta(days=7)


async def asked(
    town: Town, at: datetime, *, document: str = TOGETHER, away: Sequence[str] = (), **changes: Any
) -> Found:
    async with town.database.writing() as session:
        await people.load(session, town.ring, tomllib.loads(document))
        for code in away:
            await people.absent(session, code, Absence(starts=NOON, ends=NEXT_WEEK + timedelta(days=1)))
        return await find(session, NOTICE.model_copy(update=changes), at)


def because(found: Found) -> list[tuple[str, str]]:
    return [(one.code, one.because) for one in found.recipients]


async def test_cooperating_municipalities_share_one_duty_officer(town: Town) -> None:
    for organisation in ("9001", "9003"):
        assert because(await asked(town, NOON, organisation=organisation)) == [("granvik-tib", "on_duty")]
        found = await asked(town, NEXT_WEEK, organisation=organisation)
        assert (because(found), found.recipients[0].language) == ([("sjoliden-tib", "on_duty")], "en")
    async with town.database.reading() as session:
        abroad = await people.actor(session, "sjoliden-tib", "9001")
        assert (abroad.organisation, abroad.roles) == ("9001", frozenset({Role.DUTY_OFFICER}))
        stranger = await people.actor(session, "granvik-sakerhetschef", "9003")
        assert (stranger.organisation, stranger.roles) == ("9001", frozenset({Role.SECURITY_CHIEF}))


async def test_one_swap_opens_the_neighbour_s_cases_while_it_is_near_and_stands_in_for_nobody_later(town: Town) -> None:
    async with town.database.writing() as session:
        await people.load(session, town.ring, tomllib.loads(TOGETHER))
        once = Override(person="granvik-sakerhetschef", starts=NOON, ends=NOON + timedelta(days=1))
        await duty.override(session, town.ring, "gemensam", once)

        async def acts_in(days: int) -> str:
            now = NOON + timedelta(days=days)
            return (await people.actor(session, "granvik-sakerhetschef", "9003", now)).organisation

        assert [await acts_in(days) for days in (-2, -1, 0, 3, 4, 400)] == [
            "9001",
            "9003",
            "9003",
            "9003",
            "9001",
            "9001",
        ]
    everybody = ["granvik-tib", "sjoliden-tib", "sjoliden-direktor"]
    async with town.database.writing() as session:
        for code in everybody:
            await people.absent(session, code, Absence(starts=NOON, ends=NEXT_WEEK + timedelta(days=1)))
        assert because(await find(session, NOTICE.model_copy(update={"organisation": "9003"}), NEXT_WEEK)) == []


async def test_missing_person_on_duty_is_stood_in_for_by_the_next_in_turn(town: Town) -> None:
    assert because(await asked(town, NOON, away=["granvik-tib"])) == [("sjoliden-tib", "stands_in")]
    both = ["granvik-tib", "sjoliden-tib"]
    assert because(await asked(town, NOON, away=both)) == [("sjoliden-direktor", "stands_in")]


async def test_person_removed_from_the_directory_is_stood_in_for_at_once(town: Town) -> None:
    gone = TOGETHER.replace('roles = ["duty_officer", "deputy"]', 'roles = ["duty_officer"]\n  active = false')
    assert because(await asked(town, NOON, document=gone)) == [("sjoliden-tib", "stands_in")]


async def test_person_blocked_in_the_case_is_stood_in_for_without_knowing_of_it(town: Town) -> None:
    never = frozenset({"granvik-tib"})
    assert because(await asked(town, NOON, never=never)) == [("sjoliden-tib", "stands_in")]


async def test_a_role_blocked_in_one_municipality_says_nothing_of_the_same_role_in_another(town: Town) -> None:
    blocked = frozenset({Role.CHIEF_EXECUTIVE})
    third = NOON + timedelta(days=14)
    assert because(await asked(town, third, organisation="9001", never_roles=blocked)) == [
        ("sjoliden-direktor", "on_duty")
    ]
    assert because(await asked(town, third, organisation="9003", never_roles=blocked)) == [("granvik-tib", "stands_in")]


@pytest.mark.parametrize(
    "changes, empty",
    [
        ({"role": Role.AUDITOR}, "nobody_holds_role"),
        ({"never": frozenset({"granvik-tib", "sjoliden-tib", "sjoliden-direktor"})}, "all_blocked"),
        ({"only": frozenset({"granvik-sakerhetschef"})}, "all_blocked"),
        ({"role": Role.SECURITY_CHIEF, "never": frozenset({"granvik-sakerhetschef"})}, "all_blocked"),
    ],
)
async def test_it_says_why_nobody_is_told(town: Town, changes: dict[str, Any], empty: str) -> None:
    assert await asked(town, NOON, **changes) == Found((), empty)


async def test_rota_gap_tells_nobody_and_says_so(town: Town) -> None:
    assert await asked(town, NOON - timedelta(days=1)) == Found((), "nobody_on_duty")


async def test_everybody_away_is_said_too(town: Town) -> None:
    away = ["granvik-tib", "sjoliden-tib", "sjoliden-direktor", "granvik-sakerhetschef"]
    assert await asked(town, NOON, away=away) == Found((), "all_absent")
    assert await asked(town, NOON, role=Role.SECURITY_CHIEF) == Found((), "all_absent")


@pytest.mark.parametrize("minutes, told", [(-1, True), (0, False), (8 * 24 * 60 - 1, False), (8 * 24 * 60, True)])
async def test_an_absence_counts_from_its_first_minute_to_its_last(town: Town, minutes: int, told: bool) -> None:  # noqa: FBT001
    at = NOON + timedelta(minutes=minutes)
    found = await asked(town, at, role=Role.SECURITY_CHIEF, away=["granvik-sakerhetschef"])
    assert bool(found.recipients) is told


async def test_a_handler_who_is_away_is_stood_in_for_by_the_deputy(town: Town) -> None:
    case: dict[str, Any] = {"role": Role.HANDLER, "handler": "granvik-sakerhetschef"}
    assert because(await asked(town, NOON, **case)) == [("granvik-sakerhetschef", "handler")]
    assert because(await asked(town, NOON, away=["granvik-sakerhetschef"], **case)) == [("granvik-tib", "stands_in")]
    assert because(await asked(town, NOON, role=Role.HANDLER, handler="slutat")) == [("granvik-tib", "stands_in")]
    assert await asked(town, NOON, away=["granvik-tib"], **case) == Found((), "all_absent")


async def test_with_protected_identity_nobody_stands_in_for_the_named(town: Town) -> None:
    case: dict[str, Any] = {"role": Role.HANDLER, "handler": "granvik-sakerhetschef"}
    named = frozenset({"granvik-sakerhetschef"})
    found = await asked(town, NOON, away=["granvik-sakerhetschef"], only=named, **case)
    assert found == Found((), "all_absent")


async def test_finding_whom_to_tell_asks_the_database_twice_at_most(town: Town) -> None:
    await asked(town, NOON, away=["granvik-sakerhetschef"])
    statements: list[str] = []
    listen(town.database.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    for change in ({}, {"role": Role.SECURITY_CHIEF}, {"role": Role.HANDLER, "handler": "granvik-sakerhetschef"}):
        statements.clear()
        async with town.database.reading() as session:
            await find(session, NOTICE.model_copy(update=change), NOON)
        assert len([one for one in statements if one.lstrip().startswith("SELECT")]) <= 2
