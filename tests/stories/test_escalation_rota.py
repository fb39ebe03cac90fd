"""Who is called is who has the turn: a hole in the rota, nights when the clocks change, one officer for two towns."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from desk import look
from models.refusal import Refusal
from models.rota import Override, Turns
from models.stages.clock import NoticeFailed
from models.vocabulary.people import Role
from operate.town import STOCKHOLM, a_town
from storage import duty
from storage.duty import Pool
from storage.worklist import Wanted
from tests.channels.phone import Phone
from tests.reports import a_report
from tests.stories.alarm import CHIEF, DEPUTY, HEAD, TIB, a_quiet_monday, pages, queue, rungs, takers, takes, unreached

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from operate.town import Town

SJOLIDEN, BJORKANG = "sjoliden-tib", "bjorkang-tib"


@pytest.fixture
def phone() -> Phone:
    return Phone()


@pytest.fixture
async def town(tmp_path: Path, phone: Phone, database_url: str) -> AsyncIterator[Town]:
    async with a_town(tmp_path, {"outbox": phone}, database_url) as town:
        yield town


async def has(town: Town, **rota: Any) -> None:
    """Nordmyra has a duty pool of its own."""
    pool = Pool(code="nordmyra", role=Role.DUTY_OFFICER, organisations=("9002",), **rota)
    async with town.house.database.writing() as session:
        await duty.put(session, town.house.ring, pool)


# Nobody on call


async def test_escalation_gap_when_nobody_is_on_call_the_rung_is_skipped_at_once(town: Town, phone: Phone) -> None:
    monday = await a_quiet_monday(town, "03:00")
    sunday = Override(person=TIB, starts=monday - timedelta(days=1), ends=monday - timedelta(hours=1))
    await has(town, overrides=(sunday,))
    case = await town.report(a_report(organisation="9002", danger_now=True))
    await town.wait(seconds=30)
    (skipped,) = [event for event in await case.events() if isinstance(event.data, NoticeFailed)]
    assert (skipped.data.role, skipped.data.failure) == ("duty_officer", "nobody_on_duty")  # type: ignore[union-attr]
    assert skipped.recorded - monday < timedelta(minutes=1)
    assert {CHIEF, HEAD} <= set(pages(phone))  # the head of administration is the one above
    assert TIB not in phone.rang

    await town.wait(minutes=10)  # the alarm's first rung is the duty officer alone
    (climb,) = [event for event in await case.events() if event.type == "escalated"]
    failures = [event for event in await case.events() if isinstance(event.data, NoticeFailed)]
    assert await rungs(case) == [0]
    assert failures[1].recorded - climb.recorded < timedelta(minutes=1)
    assert pages(phone).count(HEAD) == 2
    await town.wait(minutes=10)
    assert await rungs(case) == [0, 1]
    assert DEPUTY in pages(phone)
    await takes(town, case, DEPUTY)
    assert await takers(case) == [DEPUTY]


async def test_rota_gap_ends_and_the_next_call_goes_to_whoever_came_on_duty(town: Town, phone: Phone) -> None:
    monday = await a_quiet_monday(town, "07:55")
    await has(town, turns=(Turns(people=(TIB,), starts=monday.astimezone(STOCKHOLM).date()),))
    case = await town.report(a_report(organisation="9002", danger_now=True))
    await town.wait(minutes=1)
    assert TIB not in phone.rang
    await town.wait(minutes=10)  # handed over at eight
    assert TIB in pages(phone)
    assert await unreached(case) == [("duty_officer", "nobody_on_duty")]


# The nights when the clocks change


def last_sunday(year: int, month: int) -> date:
    """In Sweden the clocks change on that night."""
    end = date(year, month, 31)
    return end - timedelta(days=(end.weekday() + 1) % 7)


@pytest.mark.parametrize(
    "month,fold,hours,on_duty",
    [
        (3, 0, timedelta(0), "Sunday's"),  # half past two does not exist: it is half past three, after the handover
        (3, 0, timedelta(hours=-1), "Saturday's"),
        (10, 0, timedelta(0), "Saturday's"),
        (10, 1, timedelta(0), "Saturday's"),  # half past two a second time
        (10, 1, timedelta(minutes=31), "Sunday's"),
    ],
)
async def test_rota_across_summer_time_an_alarm_at_half_past_two_reaches_whoever_has_the_turn(
    tmp_path: Path, month: int, fold: int, hours: timedelta, on_duty: str
) -> None:
    people, phone = {"Saturday's": TIB, "Sunday's": DEPUTY}, Phone()
    async with a_town(tmp_path, {"outbox": phone}) as town:
        sunday = last_sunday((await town.now()).astimezone(STOCKHOLM).year + 1, month)
        half_past_two = datetime(sunday.year, month, sunday.day, 2, 30, fold=fold, tzinfo=STOCKHOLM).astimezone(UTC)
        turns = Turns(people=tuple(people.values()), starts=sunday - timedelta(days=1), days=1, handover=time(3))
        await has(town, turns=(turns,))
        await town.until(half_past_two + hours)
        case = await town.report(a_report(organisation="9002", danger_now=True))
        await town.wait(minutes=1)
        called = [row.recipient for row in await case.told() if row.role is Role.DUTY_OFFICER]
        assert called == [people[on_duty]]
        assert called[0] in pages(phone)
        await takes(town, case, called[0])
        await town.wait(minutes=30)
        assert await rungs(case) == []


# Co-operating municipalities


async def test_cooperating_municipalities_the_shared_duty_officer_takes_the_neighbours_alarm_and_nobody_else_hears(
    town: Town, phone: Phone
) -> None:
    await a_quiet_monday(town)
    async with town.house.database.reading() as session:
        shared = await duty.rota(session, "9003", Role.DUTY_OFFICER)
    assert shared is not None
    while shared.on_duty(await town.now()).person != SJOLIDEN:
        await town.wait(days=1)
    alarm = await town.report(a_report(organisation="9004", danger_now=True))
    await town.wait(minutes=1)
    assert SJOLIDEN in pages(phone)
    assert {who for who in phone.rang if who.startswith("sjoliden")} == {SJOLIDEN}
    assert BJORKANG not in phone.rang
    await takes(town, alarm, SJOLIDEN)
    await town.wait(hours=1)
    assert await takers(alarm) == [SJOLIDEN]
    assert await rungs(alarm) == []

    other = await town.report(a_report(organisation="9003"))
    await town.wait(days=1)
    for person, foreign in (("sjoliden-sakerhetschef", alarm.ref), ("bjorkang-sakerhetschef", other.ref)):
        with pytest.raises(Refusal, match="unknown_case"):
            await look.case(town.house, foreign, person)
        assert foreign not in {item.ref for item in await look.open_cases(town.house, person, Wanted())}
    told = {(one.case, one.recipient.partition("-")[0]) for one in await queue(town)}
    assert told == {(alarm.ref, "bjorkang"), (alarm.ref, "sjoliden"), (other.ref, "sjoliden")}
    mine = [one.case for one in await queue(town) if one.recipient == SJOLIDEN]
    assert set(mine) >= {alarm.ref}
