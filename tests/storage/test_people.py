import tomllib
from datetime import UTC, datetime

import pytest

from models.message import Actor
from models.refusal import BadInput
from models.vocabulary.people import Role
from storage import people
from tests.storage.town import CHIEF, DIRECTORY, MARKED, Town

CHANGED = """
[[organisations]]
code = "9001"
name = "Granviks kommun"
kind = "municipality"

  [[organisations.people]]
  code = "granvik-tib"
  name = "Tora Kvastskaft"
  roles = ["handler"]
  telephone = "0000-00 00 00"

  [[organisations.people]]
  code = "granvik-slutat"
  name = "Ulf Kvastskaft"
  roles = ["handler"]
  active = false
"""


async def test_people_are_known_by_code_with_the_roles_they_hold(town: Town) -> None:
    async with town.database.reading() as session:
        assert await people.actor(session, "granvik-sakerhetschef") == CHIEF
        assert await people.holders(session, "9001", Role.DUTY_OFFICER) == ["granvik-tib"]
        assert await people.holders(session, "90", Role.DUTY_OFFICER) == []
        assert (await people.contact(session, town.ring, "granvik-sakerhetschef")).name == f"Siv {MARKED}"


async def test_loading_the_same_document_again_changes_nobody(town: Town) -> None:
    async with town.database.writing() as session:
        await people.load(session, town.ring, DIRECTORY)
        assert await people.actor(session, "granvik-sakerhetschef") == CHIEF


async def test_loading_a_newer_document_changes_those_in_it_and_leaves_the_others(town: Town) -> None:
    async with town.database.writing() as session:
        await people.load(session, town.ring, tomllib.loads(CHANGED))
    async with town.database.reading() as session:
        changed = await people.actor(session, "granvik-tib")
        assert changed == Actor(id="granvik-tib", organisation="9001", roles=frozenset({Role.HANDLER}))
        assert (await people.contact(session, town.ring, "granvik-tib")).telephone == "0000-00 00 00"
        assert await people.holders(session, "9001", Role.HANDLER) == ["granvik-tib"]
        assert await people.actor(session, "granvik-sakerhetschef") == CHIEF


@pytest.mark.parametrize("code", ["granvik-slutat", "nobody"])
async def test_nobody_acts_under_a_code_that_is_unknown_or_no_longer_active(town: Town, code: str) -> None:
    async with town.database.writing() as session:
        await people.load(session, town.ring, tomllib.loads(CHANGED))
        with pytest.raises(people.UnknownUser):
            await people.actor(session, code)
        with pytest.raises(people.UnknownUser):
            await people.contact(session, town.ring, "nobody")


def test_a_malformed_document_is_refused_naming_each_key() -> None:
    document = tomllib.loads(CHANGED.replace("handler", "king").replace("municipality", "kingdom"))
    with pytest.raises(BadInput) as refused:
        people.Directory.parse(document)
    assert [problem.field for problem in refused.value.problems] == [
        "organisations.0.kind",
        "organisations.0.people.0.roles.0",
        "organisations.0.people.1.roles.0",
    ]
    assert MARKED not in str(refused.value)


WHOLE = """
[[organisations]]
code = "9005"
name = "Nya kommun"
kind = "municipality"

[[organisations.people]]
code = "nya-tib"
name = "Tora \\"Tuss\\" Kvastskaft"
roles = ["duty_officer", "deputy"]
email = "tora@nya.example"
telephone = "070-174 06 05"
chat = "msteams://nya/rum"
feed = "https://kalender.nya.example/tora.ics"
channels = { page = ["sms", "chat"], digest = ["email"] }
absences = [{ starts = 2026-12-20T08:00:00, ends = 2027-01-07T08:00:00+01:00 }]
language = "en"

[[organisations.people]]
code = "nya-slutat"
name = "Ulf Kvastskaft"
roles = []
active = false
"""


async def test_an_organisation_reads_back_as_it_was_written_and_times_without_a_zone_are_swedish(town: Town) -> None:
    document = tomllib.loads(WHOLE)
    async with town.database.writing() as session:
        await people.load(session, town.ring, document)
        it = await people.directory(session, town.ring, "9005")
    expected = people.Directory.parse(document).organisations[0]
    assert it.people == tuple(sorted(expected.people, key=lambda one: one.code))
    assert (it.code, it.name, it.kind) == ("9005", "Nya kommun", expected.kind)
    assert it.people[1].absences[0].starts == datetime(2026, 12, 20, 7, 0, tzinfo=UTC)


async def test_a_newer_document_that_says_nothing_of_absences_leaves_them(town: Town) -> None:
    silent = {**tomllib.loads(WHOLE)}
    async with town.database.writing() as session:
        await people.load(session, town.ring, tomllib.loads(WHOLE))
        del silent["organisations"][0]["people"][0]["absences"]
        await people.load(session, town.ring, silent)
        assert (await people.directory(session, town.ring, "9005")).people[1].absences
        silent["organisations"][0]["people"][0]["absences"] = []
        await people.load(session, town.ring, silent)
        assert (await people.directory(session, town.ring, "9005")).people[1].absences == ()


def test_a_code_that_stands_twice_is_refused_for_one_of_them_would_be_lost() -> None:
    with pytest.raises(BadInput, match="nya-tib"):
        people.Directory.parse(tomllib.loads(WHOLE.replace("nya-slutat", "nya-tib")))


async def test_nobody_is_taken_from_another_organisation_by_a_file_that_uses_their_code(town: Town) -> None:
    with pytest.raises(BadInput, match="granvik-tib"):
        async with town.database.writing() as session:
            await people.load(session, town.ring, tomllib.loads(WHOLE.replace("nya-tib", "granvik-tib")))
    async with town.database.reading() as session:
        assert await people.holders(session, "9001", Role.DUTY_OFFICER) == ["granvik-tib"]
