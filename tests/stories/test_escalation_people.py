"""Who takes an alarm: somebody is away, has left, is involved, or is not alone in having to take it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from models.refusal import Refusal
from models.stages.clock import NoticeSent
from operate.scenarios.f07_protected_identity import REPORT as PROTECTED
from operate.town import a_town
from storage import answers, messages, tokens
from storage.people import UnknownUser
from storage.tables import MessageState
from tests.channels.phone import Phone
from tests.reports import a_report
from tests.stories.alarm import (
    CHIEF,
    COORDINATOR,
    DEPUTY,
    HEAD,
    TIB,
    a_quiet_monday,
    an_alarm,
    digest,
    follows,
    is_away,
    latest,
    leaves,
    queue,
    rungs,
    takers,
    takes,
    unreached,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from operate.town import Town


@pytest.fixture
def phone() -> Phone:
    return Phone()


@pytest.fixture
async def town(tmp_path: Path, phone: Phone, database_url: str) -> AsyncIterator[Town]:
    async with a_town(tmp_path, {"outbox": phone}, database_url) as town:
        yield town


# Somebody is not there


async def test_missing_person_the_deputy_is_told_in_place_of_a_handler_who_is_away(town: Town, phone: Phone) -> None:
    await a_quiet_monday(town)
    case = await town.report(a_report(organisation="9002"))
    await case.does(CHIEF, "assign", handler=COORDINATOR)
    await is_away(town, COORDINATOR, days=5)
    await town.wait(minutes=1)
    phone.rang.clear()
    await town.wait(hours=12)  # reminders and escalations for the handler
    assert DEPUTY in phone.rang
    assert COORDINATOR not in phone.rang
    assert await unreached(case) == []


async def test_missing_person_the_alarm_of_an_absent_duty_officer_goes_to_the_next_one_up_at_once(
    town: Town, phone: Phone
) -> None:
    await a_quiet_monday(town)
    await is_away(town, TIB, hours=8)
    case = await town.report(a_report(organisation="9002", danger_now=True))
    await town.wait(seconds=30)
    assert ("duty_officer", "all_absent") in await unreached(case)
    assert {CHIEF, HEAD} <= set(phone.rang)
    assert TIB not in phone.rang


async def test_somebody_removed_while_their_alarm_runs_can_no_longer_take_it(town: Town, phone: Phone) -> None:
    case = await an_alarm(town)
    await town.wait(minutes=1)
    await leaves(town, TIB)
    with pytest.raises(UnknownUser):
        await case.does(TIB, "acknowledge")
    with pytest.raises(answers.NotTheirs):
        await takes(town, case, TIB)
    phone.rang.clear()
    await town.wait(minutes=20)
    assert await takers(case) == []
    assert await rungs(case) == [0, 1]
    assert TIB not in phone.rang
    await case.does(CHIEF, "acknowledge")


async def test_somebody_removed_and_restored_gets_what_is_sent_again_and_the_case_hears_of_it(
    town: Town, phone: Phone
) -> None:
    phone.busy[TIB] = 1000
    case = await an_alarm(town)
    await town.wait(seconds=20)
    await leaves(town, TIB)
    phone.busy.clear()
    await town.wait(minutes=3)
    lost = await latest(town, case, TIB)
    assert (lost.state, lost.reason) == (MessageState.FAILED, "no_longer_active")

    await leaves(town, TIB, active=True)
    async with town.house.database.writing() as session:
        code = partial(tokens.reply_code, session, town.house.ring, "9002")
        again = await messages.again(session, lost.id, await town.now(), code)
    await town.post()
    await town.wait(seconds=5)
    sent = [event.data for event in await case.events() if isinstance(event.data, NoticeSent)]
    assert [said.id for said in phone.said if said.recipient == TIB] == [again]
    assert [fact.role for fact in sent if TIB in fact.recipients] == ["duty_officer"]
    await takes(town, case, TIB)
    assert await takers(case) == [TIB]


async def test_a_digest_for_somebody_who_has_left_reaches_the_deputy_instead(town: Town, phone: Phone) -> None:
    await a_quiet_monday(town)
    case = await town.report(a_report(organisation="9002"))
    await case.does(COORDINATOR, "triage", outcome="open", level="low")
    await town.wait(minutes=1)
    waiting = [one.recipient for one in await case.told() if one.message is None]
    assert CHIEF in waiting
    await leaves(town, CHIEF)
    phone.rang.clear()
    await digest(town)
    await town.wait(seconds=5)
    assert ("security_chief", "no_longer_active") in await unreached(case)
    assert CHIEF not in phone.rang
    assert phone.rang


# Somebody is involved


async def test_a_role_holder_who_is_the_suspect_is_passed_over_and_their_old_link_accepts_nothing(
    town: Town, phone: Phone
) -> None:
    case = await an_alarm(town)
    await town.wait(minutes=1)
    assert TIB in phone.rang
    await case.does(COORDINATOR, "block_role", people=[TIB], text="Hen pekas ut i rapporten.")
    with pytest.raises(Refusal, match="unknown_case"):
        await case.does(TIB, "acknowledge")
    with pytest.raises(answers.NotTheirs):
        await takes(town, case, TIB)
    phone.rang.clear()
    await town.wait(minutes=25)
    assert TIB not in phone.rang
    assert ("duty_officer", "all_blocked") in await unreached(case)
    assert {CHIEF, DEPUTY} <= set(phone.rang)
    assert await rungs(case) == [0, 1]
    await takes(town, case, DEPUTY)
    await town.wait(hours=1)
    assert await takers(case) == [DEPUTY]
    assert await rungs(case) == [0, 1]


async def test_a_role_holder_who_is_the_suspect_does_not_get_what_was_waiting_for_them(
    town: Town, phone: Phone
) -> None:
    phone.busy = dict.fromkeys([TIB, CHIEF], 1000)
    case = await an_alarm(town)
    await town.wait(seconds=20)
    await case.does(COORDINATOR, "block_role", people=[TIB], text="Hen pekas ut i rapporten.")
    phone.busy.clear()
    await town.wait(minutes=3)
    lost = await latest(town, case, TIB)
    assert (lost.state, lost.reason) == (MessageState.FAILED, "no_longer_for_them")
    assert TIB not in phone.rang
    assert CHIEF in phone.rang


async def test_protected_identity_nobody_but_the_named_and_the_head_of_security_is_ever_told(town: Town) -> None:
    chief, handler = "bjorkang-sakerhetschef", "bjorkang-handlaggare"
    await a_quiet_monday(town, "13:20")
    case = await town.report(PROTECTED)
    await town.wait(hours=3)
    assert {one.recipient for one in await queue(town)} == {chief}
    await case.does(chief, "assign", handler=handler)
    await town.wait(days=3)  # nobody does anything: every ladder climbs to its top
    await digest(town, "9004")
    await town.wait(minutes=1)
    assert max(await rungs(case, "triage")) == 3
    assert {one.recipient for one in await queue(town)} == {chief, handler}
    assert {one.recipient for one in await case.told()} == {chief, handler}


async def test_protected_identity_known_late_keeps_back_what_was_waiting_and_closes_the_links_already_sent(
    town: Town, phone: Phone
) -> None:
    phone.busy = dict.fromkeys([TIB, "nordmyra-registrator"], 1000)
    case = await an_alarm(town)
    await town.wait(seconds=20)
    before = set(phone.rang)
    incident = (await case.state()).incident.model_copy(update={"protected_identity": "yes"})
    await case.does(CHIEF, "correct", corrects=1, incident=incident, text="Skyddade personuppgifter.")
    phone.busy.clear()
    phone.rang.clear()
    await town.wait(minutes=6)
    assert {HEAD, COORDINATOR} <= before
    named = {CHIEF, *(await case.state()).named}
    assert set(phone.rang) <= named | {TIB}  # the duty officer, because it is acute
    assert TIB in phone.rang
    lost = await latest(town, case, "nordmyra-registrator")
    assert (lost.state, lost.reason) == (MessageState.FAILED, "no_longer_for_them")
    with pytest.raises(answers.NotTheirs):
        await takes(town, case, HEAD)


# Several must accept


async def test_several_must_accept_the_first_does_not_stop_the_ladder_and_the_second_does(town: Town) -> None:
    await follows(town, met_by=["acknowledged_by_two"])
    case = await an_alarm(town)
    await town.wait(minutes=2)
    await takes(town, case, TIB)
    await case.may_not(TIB, "acknowledge")
    assert case.refusals == ["already_accepted"]
    await town.wait(minutes=20)
    assert await rungs(case) == [0, 1]
    await takes(town, case, DEPUTY)
    await town.wait(hours=1)
    assert await rungs(case) == [0, 1]
    assert await takers(case) == [TIB, DEPUTY]
