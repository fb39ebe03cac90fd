"""Tokens of programs: shown once, good for what they were made for, until they expire or are taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from models.refusal import BadInput
from storage import people, programs, tables
from storage.programs import Scope, UnknownProgram
from tests.storage.town import NOON, Town

CHIEF = "granvik-sakerhetschef"
DAY = timedelta(days=1)


async def test_a_token_is_kept_as_a_hash_and_known_until_it_expires(town: Town) -> None:
    async with town.database.writing() as session:
        token, program = await programs.create(session, "journal", CHIEF, {Scope.READ}, NOON, NOON + 30 * DAY)
        assert token.startswith("varna_")
        assert token not in str((await session.execute(select(tables.programs))).all())
        assert await programs.resolve(session, token, NOON + 30 * DAY - timedelta(seconds=1)) == program
        assert await programs.resolve(session, token, NOON + 30 * DAY) is None
        for wrong in (token[:-1], token + "x", token.upper(), "varna_", "", "å" * 1000, program.code):
            assert await programs.resolve(session, wrong, NOON) is None
    assert (program.user, program.organisation, program.scopes) == (CHIEF, "9001", frozenset({Scope.READ}))


async def test_a_token_taken_back_is_worth_nothing_and_stays_in_the_list(town: Town) -> None:
    async with town.database.writing() as session:
        token, _ = await programs.create(session, "journal", CHIEF, {Scope.READ, Scope.ACT}, NOON, NOON + DAY)
        for at in (NOON, NOON + timedelta(hours=1)):
            await programs.revoke(session, "journal", at)
        assert await programs.resolve(session, token, NOON) is None
        assert [one.revoked for one in await programs.listed(session)] == [NOON]
        assert await programs.listed(session, "90") == []
        with pytest.raises(UnknownProgram):
            await programs.revoke(session, "other", NOON)


async def test_last_used_is_written_once_a_minute(town: Town) -> None:
    async with town.database.writing() as session:
        token, program = await programs.create(session, "journal", CHIEF, {Scope.READ}, NOON, NOON + DAY)
        assert programs.is_stale(program, NOON)
        await programs.touch(session, program, NOON)
        found = await programs.resolve(session, token, NOON)
        assert found
        assert found.used == NOON
        assert not programs.is_stale(found, NOON + timedelta(seconds=59))
        assert programs.is_stale(found, NOON + timedelta(seconds=60))


async def test_a_token_ends_with_whom_it_acts_as(town: Town) -> None:
    from tests.storage.town import DIRECTORY

    first = dict(DIRECTORY["organisations"][0])  # type: ignore[index]
    async with town.database.writing() as session:
        token, _ = await programs.create(session, "journal", CHIEF, {Scope.READ}, NOON, NOON + DAY)
        gone = first | {"people": [first["people"][0] | {"active": False}]}
        await people.load(session, town.ring, {"organisations": [gone]})
        assert await programs.resolve(session, token, NOON) is None


@pytest.mark.parametrize(
    "code, scopes, days, field",
    [
        ("Journal", {Scope.READ}, 1, "code"),
        ("", {Scope.READ}, 1, "code"),
        ("journal", set(), 1, "scope"),
        ("journal", {Scope.READ}, 0, "expires"),
        ("journal", {Scope.READ}, -1, "expires"),
        ("journal", {Scope.READ}, 367, "expires"),
        ("taken", {Scope.READ}, 1, "code"),
    ],
)
async def test_what_makes_no_token_is_named(town: Town, code: str, scopes: set[Scope], days: int, field: str) -> None:
    async with town.database.writing() as session:
        await programs.create(session, "taken", CHIEF, {Scope.READ}, NOON, NOON + DAY)
        with pytest.raises(BadInput) as said:
            await programs.create(session, code, CHIEF, scopes, NOON, NOON + days * DAY)
        assert [problem.field for problem in said.value.problems] == [field]
        with pytest.raises(people.UnknownUser):
            await programs.create(session, "journal", "nobody", {Scope.READ}, NOON, NOON + DAY)
