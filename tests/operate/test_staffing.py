"""Who could not be called when it matters: found by day."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest

from desk.staffing import Lack, lacks
from operate.fictitious import load_fictitious
from operate.house import House
from settings import Settings
from storage import duty, people, routines
from storage.database import Database
from storage.duty import Absence
from storage.keys import KeyRing

MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""The Björkäng officer has the week."""


@pytest.fixture
async def house(database: Database, ring: KeyRing) -> House:
    house = House.around(Settings(), database, ring)
    await load_fictitious(house)
    return house


async def found(
    house: House, document: str = "", organisation: str = "9004", available: Collection[str] = ("email", "outbox")
) -> list[Lack]:
    async with house.database.writing() as session:
        await people.load(session, house.ring, tomllib.loads(document))
        routine = await routines.current(session, organisation, MONDAY.date())
        return await lacks(session, house.ring, organisation, routine, MONDAY, available)


def person(code: str, roles: str, rest: str = "", organisation: str = "9004") -> str:
    head = f'[[organisations]]\ncode = "{organisation}"\nname = "Björkängs kommun"\nkind = "municipality"\n'
    who = f'[[organisations.people]]\ncode = "{code}"\nname = "Tora"\nroles = [{roles}]\n'
    return f"{head}{who}{rest}\n"


async def test_the_fictitious_organisations_lack_nobody(house: House) -> None:
    for organisation in ("9001", "9002", "9003", "9004", "90"):
        assert await found(house, organisation=organisation) == []


async def test_a_role_nobody_holds(house: House) -> None:
    document = person("bjorkang-registrator", '"archivist"')
    assert await found(house, document) == [Lack("9004", "nobody_holds", "registrar")]  # type: ignore[arg-type]


async def test_a_deputy_who_is_the_same_person(house: House) -> None:
    document = person("bjorkang-ersattare", '"hr"') + ""
    chief = person("bjorkang-sakerhetschef", '"security_chief", "deputy"', 'email = "chef@bjorkang.example"')
    await found(house, document)
    lacking = await found(house, chief)
    assert [(one.code, one.role, one.detail) for one in lacking] == [
        ("same_deputy", "deputy", "security_chief: bjorkang-sakerhetschef"),
        ("same_deputy", "security_chief", "deputy: bjorkang-sakerhetschef"),
    ]


async def test_somebody_on_duty_who_is_away(house: House) -> None:
    async with house.database.writing() as session:
        away = Absence(starts=MONDAY + timedelta(days=14), ends=MONDAY + timedelta(days=16))
        await people.absent(session, "bjorkang-tib", away)
        # At the same time the other officer has no duty.
        await people.absent(session, "sjoliden-tib", away)
    for organisation in ("9003", "9004"):
        lacking = await found(house, organisation=organisation)
        assert [(one.code, one.detail) for one in lacking] == [("duty_absent", "bjorkang-tib 2026-03-16 13:00")]


async def test_somebody_on_duty_who_has_left(house: House) -> None:
    document = person("sjoliden-tib", '"duty_officer"', "active = false", "9003")
    lacking = await found(house, document)
    assert [(one.code, one.detail) for one in lacking] == [("duty_left", "sjoliden-tib 2026-03-09 08:00")]


async def test_the_first_gap_in_the_rota_within_sixty_days(house: House) -> None:
    pool = '[[pools]]\ncode = "sjobjork-tib"\nrole = "duty_officer"\norganisations = ["9003", "9004"]\nturns = {}'
    turn = '[{ people = ["bjorkang-tib"], starts = 2026-01-05, window = "office_hours" }]'
    lacking = await found(house, pool.format(turn))
    assert [(one.code, one.detail) for one in lacking] == [("rota_gap", "sjobjork-tib 2026-03-02 17:00")]
    async with house.database.reading() as session:
        assert (await duty.get(session, house.ring, "sjobjork-tib")).turns[0].window == "office_hours"


@pytest.mark.parametrize(
    "available, lacking",
    [
        (("outbox",), []),
        ((), ["bjorkang-direktor", "bjorkang-ersattare", "bjorkang-sakerhetschef", "bjorkang-tib", "sjoliden-tib"]),
        (("sms", "outbox"), ["bjorkang-tib"]),
    ],
)
async def test_a_contact_with_no_way_to_be_woken(house: House, available: tuple[str, ...], lacking: list[str]) -> None:
    document = person("bjorkang-tib", '"duty_officer"', 'email = "tib@bjorkang.example"')
    told = await found(house, document, available=available)
    assert sorted(one.detail for one in told) == lacking
    assert {one.code for one in told} <= {"no_way"}
