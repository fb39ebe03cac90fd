from datetime import date

import pytest
from sqlalchemy import func, select

from models.routine import Routine
from storage import routines, tables
from tests.storage.town import Town, routine

SPRING, SUMMER = date(2026, 4, 1), date(2026, 7, 1)


async def adopt(town: Town, *adopted: Routine) -> None:
    async with town.database.writing() as session:
        for one in adopted:
            await routines.adopt(session, one)


async def test_an_adopted_routine_is_found_by_its_digest_as_it_was(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routines, "_known", {})
    async with town.database.reading() as session:
        read = await routines.by_digest(session, town.routine.ref.digest)
        assert read == town.routine
        assert read.ref == town.routine.ref
        assert await routines.by_digest(session, town.routine.ref.digest) is read
        with pytest.raises(routines.UnknownRoutine):
            await routines.by_digest(session, "0" * 64)


async def test_the_routine_in_force_is_the_latest_valid_and_then_the_last_adopted(town: Town) -> None:
    later, amended = routine("2", "2026-06-01"), routine("2b", "2026-06-01")
    await adopt(town, later)
    async with town.database.reading() as session:
        assert (await routines.current(session, "9001", SPRING)).version == "1"
        assert (await routines.current(session, "9001", SUMMER)).version == "2"
    await adopt(town, amended, later)
    async with town.database.reading() as session:
        assert (await routines.current(session, "9001", SUMMER)).version == "2b"


async def test_adopting_the_same_routine_again_changes_nothing(town: Town) -> None:
    await adopt(town, routine(), routine())
    async with town.database.reading() as session:
        assert (await session.execute(select(func.count()).select_from(tables.routines))).scalar() == 1


async def test_the_routine_of_a_drill_is_found_by_its_digest_and_never_in_force(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routines, "_known", {})
    drilled = routine("exercise")
    async with town.database.writing() as session:
        for _ in range(2):
            await routines.keep(session, drilled)
    async with town.database.reading() as session:
        assert await routines.by_digest(session, drilled.ref.digest) == drilled
        for day in (SPRING, SUMMER, date(9999, 12, 30)):
            assert (await routines.current(session, "9001", day)).version == "1"


@pytest.mark.parametrize("organisation,day", [("9001", date(2025, 12, 31)), ("90", SPRING)])
async def test_without_a_routine_in_force_there_is_no_answer(town: Town, organisation: str, day: date) -> None:
    async with town.database.reading() as session:
        with pytest.raises(routines.UnknownRoutine):
            await routines.current(session, organisation, day)
