import asyncio

import pytest

from models.report import Reach
from storage import reports
from storage.keys import KeyDestroyed
from tests.erasing import erase
from tests.storage.town import NOON, Town, prevention, report


async def test_case_numbers_count_up_within_organisation_kind_and_year(town: Town) -> None:
    told = [report(), report(), prevention(), report(organisation="90")]
    assert [(await town.accepts(one)).case for one in told] == [
        "9001-FV-2026-00001",
        "9001-FV-2026-00002",
        "9001-FB-2026-00001",
        "90-FV-2026-00001",
    ]


async def test_drills_are_counted_in_a_series_of_their_own(town: Town) -> None:
    async with town.database.writing() as session:
        drills = [await reports.accept(session, town.ring, report(), NOON, drill=True) for _ in range(2)]
    assert [one.case for one in drills] == ["9001-OV-2026-00001", "9001-OV-2026-00002"]
    assert (await town.accepts()).case == "9001-FV-2026-00001"


async def test_the_year_of_a_case_number_begins_at_midnight_in_sweden(town: Town) -> None:
    last_hour_in_utc = NOON.replace(month=12, day=31, hour=23, minute=30)
    async with town.database.writing() as session:
        accepted = await reports.accept(session, town.ring, report(), last_hour_in_utc)
    assert accepted.case == "9001-FV-2027-00001"


async def test_a_number_is_never_given_twice_after_an_accept_that_was_rolled_back(town: Town) -> None:
    before = await town.accepts()
    await town.breaks_off(lambda session: reports.accept(session, town.ring, report(), NOON))
    after = [await town.accepts() for _ in range(2)]
    assert len({before.case, *(one.case for one in after)}) == 3
    async with town.database.reading() as session:
        kept = await reports.waiting(session, 10)
        assert {one.case for one in kept} == {before.case, *(one.case for one in after)}
        assert await reports.read(session, town.ring, after[0].report) == report()


async def test_a_number_whose_case_was_erased_is_not_given_again(town: Town) -> None:
    first = await town.accepts()
    await erase(town.database, town.ring, first.case, NOON)
    assert (await town.accepts()).case != first.case
    async with town.database.reading() as session:
        with pytest.raises(KeyDestroyed):
            await reports.read(session, town.ring, first.report)


async def test_reports_in_the_same_instant_get_different_numbers_and_receipts(town: Town) -> None:
    accepted = await asyncio.gather(*(town.accepts() for _ in range(8)))
    assert {one.case for one in accepted} == {f"9001-FV-2026-0000{number}" for number in range(1, 9)}
    assert len({one.receipt_code for one in accepted}) == 8


async def test_the_same_report_twice_gets_the_same_answer(town: Town) -> None:
    first = await town.accepts(key="webb-1")
    again = await town.accepts(key="webb-1")
    assert not first.repeated
    assert again.repeated
    assert (again.report, again.case, again.receipt_code, again.received) == (
        first.report,
        first.case,
        first.receipt_code,
        first.received,
    )
    async with town.database.reading() as session:
        assert len(await reports.waiting(session, 10)) == 1


async def test_the_same_report_sent_twice_at_once_becomes_one_case_and_costs_one_number(town: Town) -> None:
    accepted = await asyncio.gather(*(town.accepts(key="webb-1") for _ in range(6)))
    assert {one.case for one in accepted} == {"9001-FV-2026-00001"}
    assert sorted(one.repeated for one in accepted) == [False, *[True] * 5]
    assert (await town.accepts(key="webb-2")).case == "9001-FV-2026-00002"


async def test_the_same_key_for_another_report_is_refused_and_for_another_organisation_is_not(town: Town) -> None:
    first = await town.accepts(key="webb-1")
    with pytest.raises(reports.IdempotencyConflict):
        await town.accepts(report("Något helt annat."), key="webb-1")
    other = await town.accepts(report(organisation="90"), key="webb-1")
    assert (first.case, other.case) == ("9001-FV-2026-00001", "90-FV-2026-00001")


async def test_a_report_to_nobody_we_know_is_refused(town: Town) -> None:
    with pytest.raises(reports.UnknownOrganisation, match="4711"):
        await town.accepts(report(organisation="4711"))


async def test_a_receipt_code_can_be_read_aloud(town: Town) -> None:
    code = (await town.accepts()).receipt_code
    assert [len(part) for part in code.split("-")] == [4, 4, 4, 4]
    assert set(code) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ-")


async def test_a_report_is_read_back_as_it_was_told(town: Town) -> None:
    told = report(reach=Reach(telephone="0000-00 00 00", safe_time="efter sex"), danger_now=True)
    accepted = await town.accepts(told)
    async with town.database.reading() as session:
        assert await reports.read(session, town.ring, accepted.report) == told
        with pytest.raises(reports.UnknownReport):
            await reports.read(session, town.ring, "no-such-report")


async def test_a_report_waits_until_its_case_is_started(town: Town) -> None:
    first, second, third = [await town.accepts() for _ in range(3)]
    async with town.database.writing() as session:
        await reports.mark_started(session, second.report)
    async with town.database.reading() as session:
        assert {one.case for one in await reports.waiting(session, 10)} == {first.case, third.case}
        assert len(await reports.waiting(session, 1)) == 1
