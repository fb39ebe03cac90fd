"""What a case hears of its messages: once, in a new run too, whoever dies while telling it, and not when it is over."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from activities.outcomes import outcome_of
from models.stages.clock import NoticeOutcome, NoticeSent
from models.stages.deadlines import Acknowledge
from models.vocabulary.people import Role
from operate.messenger import tell_cases
from operate.town import a_town
from storage import messages, notices, tokens
from storage.tables import MessageState
from tests.channels.phone import Phone
from tests.reports import a_report
from tests.stories.alarm import COORDINATOR, HEAD, TIB, an_alarm, latest, pages, rungs, takers, unreached
from tests.workflows.test_ledger_ahead import LATER, MORNING, a_file
from workflows.casefile import CaseFile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from operate.town import Town, TownCase
    from storage.messages import Sending

LOST = NoticeOutcome(id="notice:n", notice="n", role=Role.DUTY_OFFICER, failure="bounced")
THERE = NoticeOutcome(id="notice:n", notice="n", role=Role.DUTY_OFFICER, recipients=(TIB,), channel="sms")


@pytest.fixture
def phone() -> Phone:
    return Phone()


@pytest.fixture
async def town(tmp_path: Path, phone: Phone, database_url: str) -> AsyncIterator[Town]:
    async with a_town(tmp_path, {"outbox": phone}, database_url) as town:
        yield town


async def becomes(town: Town, case: TownCase, state: MessageState, reason: str) -> Sending:
    """Something becomes of the duty officer's latest message; the case does not know it yet."""
    sent = await latest(town, case, TIB)
    async with town.house.database.writing() as session:
        assert await messages.mark(session, sent.id, state, await town.now(), reason)
        return await messages.get(session, sent.id)


async def untold(town: Town) -> list[Sending]:
    async with town.house.database.reading() as session:
        return [one for one in await messages.select_where(session) if one.untold]


async def test_a_failure_told_twice_climbs_once(town: Town, phone: Phone) -> None:
    case = await an_alarm(town)
    await town.wait(seconds=10)
    told = pages(phone).count(HEAD)
    (notice,) = [one.notice for one in await case.told() if one.recipient == TIB]
    lost = LOST.model_copy(update={"notice": notice, "id": f"notice:{notice}"})
    for _ in range(3):
        assert await town.cases.hear(case.ref, [lost, lost])
    await town.wait(seconds=10)
    assert await unreached(case) == [("duty_officer", "bounced")]
    assert pages(phone).count(HEAD) == told + 1


async def test_a_worker_that_dies_between_telling_a_case_and_noting_it_tells_it_again_and_nothing_climbs_twice(
    town: Town, phone: Phone
) -> None:
    case = await an_alarm(town)
    await town.wait(seconds=10)
    told = pages(phone).count(HEAD)
    bounced = await becomes(town, case, MessageState.BOUNCED, "bounced")
    async with town.house.database.reading() as session:
        carried = await notices.carried_by(session, [bounced.id])
        news = await notices.outcomes(session, {row.notice for row in carried}, await town.now())
    await town.cases.hear(case.ref, [outcome_of(one) for one in news])  # here it died
    assert [one.id for one in await untold(town)] == [bounced.id]
    await tell_cases(town.house, town.cases, town.postman, await town.now())
    await town.wait(seconds=10)
    assert await untold(town) == []
    assert await unreached(case) == [("duty_officer", "bounced")]
    assert pages(phone).count(HEAD) == told + 1


async def test_a_worker_that_dies_between_accepting_and_noting_it_accepts_once(town: Town) -> None:
    case = await an_alarm(town)
    await town.wait(seconds=10)
    accepted = await becomes(town, case, MessageState.ACCEPTED, "link")
    first = await town.cases.act(case.ref, Acknowledge(id=f"accept:{accepted.id}"), await town.person(TIB))
    await tell_cases(town.house, town.cases, town.postman, await town.now())
    assert (await town.cases.act(case.ref, Acknowledge(id=f"accept:{accepted.id}"), await town.person(TIB))) == first
    assert await takers(case) == [TIB]
    assert await untold(town) == []
    await town.wait(hours=1)
    assert await rungs(case) == []


async def test_what_bounced_and_was_sent_again_by_hand_is_heard_to_have_arrived(town: Town, phone: Phone) -> None:
    case = await an_alarm(town)
    await town.wait(seconds=10)
    bounced = await becomes(town, case, MessageState.BOUNCED, "bounced")
    await town.post()
    async with town.house.database.writing() as session:
        code = partial(tokens.reply_code, session, town.house.ring, "9002")
        again = await messages.again(session, bounced.id, await town.now(), code)
    await town.post()
    await town.wait(seconds=5)
    heard = [event.data for event in await case.events() if isinstance(event.data, NoticeSent)]
    assert [TIB in fact.recipients for fact in heard].count(True) == 2
    assert [said.id for said in phone.said if said.recipient == TIB] == [bounced.id, again]


async def test_a_case_that_is_over_is_told_in_vain_and_nobody_minds(town: Town) -> None:
    case = await town.report(a_report(organisation="9002"))
    await case.does(COORDINATOR, "triage", outcome="register_only", level="low", text="Endast för kännedom.")
    await case.does(COORDINATOR, "close", reason="registered_only")
    await town.wait(days=366)
    events = await case.events()
    assert not await town.cases.hear(case.ref, [LOST])
    sent = [one for one in await case.told() if one.state is MessageState.SENT]
    async with town.house.database.writing() as session:
        await messages.mark(session, sent[0].message or "", MessageState.BOUNCED, await town.now(), "bounced")
        await messages.mark(session, sent[-1].message or "", MessageState.ACCEPTED, await town.now(), "link")
    assert len(await untold(town)) == 2
    await town.post()
    assert await untold(town) == []
    assert await case.events() == events


def test_what_was_heard_is_remembered_in_a_new_run() -> None:
    file = a_file()
    file.hear(LOST, LATER)
    batch, file.pending = file.pending, []
    file.settle(batch, (), LATER)
    new = CaseFile(type(file.start).model_validate_json(file.memory().model_dump_json()), LATER)
    new.hear(LOST, LATER)
    assert new.pending == []
    new.hear(THERE, LATER)
    new.hear(THERE, LATER)
    assert [event.type for proposal in new.pending for event, _ in proposal.events] == ["notice_sent"]


def test_news_is_what_differs_from_what_was_heard_last() -> None:
    file = a_file()
    for outcome in (THERE, THERE, LOST, LOST, THERE):
        file.hear(outcome, MORNING)
    types = [event.type for proposal in file.pending for event, _ in proposal.events]
    assert types == ["notice_sent", "notice_failed", "notice_sent"]
