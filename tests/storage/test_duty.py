"""Duty pools: shared, checked, and not forgotten when a file is read again."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.refusal import BadInput, Refusal
from models.rota import Override
from models.vocabulary.people import Role
from storage import duty, people, tables
from storage.duty import Absence, Pool
from storage.keys import KeyRing
from tests.storage.town import NOON, Town

FEED = "https://kalender.granvik.example/hemlig-nyckel.ics"
POOL = """
[[pools]]
code = "tib"
role = "duty_officer"
organisations = ["9001"]
turns = [{ people = ["granvik-tib", "granvik-sakerhetschef"], starts = 2026-03-02, handover = 16:30:00 }]
"""


async def taken(town: Town, document: str = POOL) -> Pool:
    async with town.database.writing() as session:
        await people.load(session, town.ring, tomllib.loads(document))
        return await duty.get(session, town.ring, "tib")


def swap(person: str = "granvik-sakerhetschef", days: int = 1) -> Override:
    return Override(person=person, starts=NOON, ends=NOON + timedelta(days=days))


async def test_a_pool_reads_back_as_it_was_written(town: Town) -> None:
    pool = await taken(town, f'{POOL}feed = "{FEED}"')
    assert (pool.code, pool.role, pool.organisations, pool.feed) == ("tib", Role.DUTY_OFFICER, ("9001",), FEED)
    assert pool.people == ("granvik-tib", "granvik-sakerhetschef")
    async with town.database.reading() as session:
        assert await duty.pools(session, town.ring, "9001") == await duty.pools(session, town.ring) == [pool]
        assert await duty.pools(session, town.ring, "90") == []
        assert await duty.rota(session, "90", Role.DUTY_OFFICER) is None


async def test_the_address_of_a_calendar_never_stands_in_the_database_in_clear(town: Town) -> None:
    await taken(town, f'{POOL}feed = "{FEED}"')
    async with town.database.reading() as session:
        row = (await session.execute(select(tables.pools))).one()
    assert "hemlig-nyckel" not in row.body
    assert b"hemlig-nyckel" not in row.feed


async def test_reading_the_same_file_again_forgets_no_swap_no_calendar_and_no_feed(town: Town) -> None:
    await taken(town, f'{POOL}feed = "{FEED}"')
    async with town.database.writing() as session:
        await duty.override(session, town.ring, "tib", swap())
        before = await duty.get(session, town.ring, "tib")
        await duty.put(session, town.ring, before.changed(calendar=(swap(),)))
    again = await taken(town)
    assert (again.overrides, again.calendar, again.feed) == ((swap(),), (swap(),), FEED)


async def test_override_conflict_names_both_and_changes_nothing(town: Town) -> None:
    await taken(town)
    async with town.database.writing() as session:
        await duty.override(session, town.ring, "tib", swap())
    with pytest.raises(Refusal, match=r"override_conflict.*granvik-sakerhetschef.*granvik-tib"):
        async with town.database.writing() as session:
            await duty.override(session, town.ring, "tib", swap("granvik-tib", days=2))
    async with town.database.reading() as session:
        assert (await duty.get(session, town.ring, "tib")).overrides == (swap(),)


@pytest.mark.parametrize(
    "wrong, field, code",
    [
        (POOL.replace("granvik-tib", "okand"), "pools.tib.people", "unknown_user"),
        (POOL.replace('"9001"', '"9009"'), "pools.tib.organisations", "unknown_organisation"),
        (POOL.replace("2026-03-02", '"i morgon"'), "pools.0.turns.0.starts", "date_parsing"),
        (POOL.replace("duty_officer", "king"), "pools.0.role", "enum"),
        (f'{POOL}feed = "granvik"', "pools.0.feed", "implausible_address"),
        (f'{POOL}timezone = "Europe/Granvik"', "pools.0.timezone", "value_error"),
    ],
)
async def test_a_pool_that_makes_no_sense_is_refused_naming_the_field(
    town: Town, wrong: str, field: str, code: str
) -> None:
    with pytest.raises(BadInput) as refused:
        await taken(town, wrong)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [(field, code)]


async def test_an_organisation_has_one_pool_for_a_role_and_may_move_to_another(town: Town) -> None:
    await taken(town)
    second = POOL.replace('"tib"', '"ny"')
    with pytest.raises(Refusal, match=r"pool_taken.*organisation=9001.*pool=tib"):
        await taken(town, second)
    left = POOL.replace('["9001"]', "[]")
    await taken(town, left + second)
    async with town.database.reading() as session:
        assert [pool.code for pool in await duty.pools(session, town.ring, "9001")] == ["ny"]
        assert (await duty.get(session, town.ring, "tib")).organisations == ()
        with pytest.raises(duty.UnknownPool):
            await duty.get(session, town.ring, "okand")


async def test_absences_from_a_calendar_take_the_place_of_those_that_it_had_before_and_of_no_others(town: Town) -> None:
    def span(start: int, end: int) -> Absence:
        return Absence(starts=NOON + timedelta(days=start), ends=NOON + timedelta(days=end))

    async def away(**which: Any) -> list[Absence]:
        async with town.database.reading() as session:
            return (await duty.absences(session, ["granvik-tib"], **which)).get("granvik-tib", [])

    async with town.database.writing() as session:
        await people.absent(session, "granvik-tib", span(0, 1))
        await people.absent(session, "granvik-tib", span(0, 1))
        await people.put_absences(session, "granvik-tib", [span(2, 3), span(4, 5)], duty.CALENDAR)
        await people.put_absences(session, "granvik-tib", [span(4, 6)], duty.CALENDAR)
        with pytest.raises(people.UnknownUser):
            await people.absent(session, "okand", span(0, 1))
    assert await away() == [span(0, 1), span(4, 6)]
    assert await away(source=duty.BY_HAND) == [span(0, 1)]
    assert await away(until_after=NOON + timedelta(days=1)) == [span(4, 6)]


async def test_contacts_written_before_channels_were_known_are_still_read(town: Town, ring: KeyRing) -> None:
    old = b'{"name": "Tor Kvastskaft", "email": "vid vaxeln", "telephone": "0000-00 00 00"}'
    async with town.database.writing() as session:
        key = await ring.key(session, "org:9001")
        body = key.encrypt(old, "user/granvik-tib")
        users = tables.users
        await session.execute(users.update().where(users.c.code == "granvik-tib").values(body=body))
        contact = await people.contact(session, ring, "granvik-tib")
    assert (contact.name, contact.email, contact.telephone, contact.channels) == (
        "Tor Kvastskaft",
        None,
        "0000-00 00 00",
        {},
    )
