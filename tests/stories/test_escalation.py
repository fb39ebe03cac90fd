"""Escalation as a duty log tells it: who was rung when, who took it, and what happened when a line was down."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import update

from models.events import moments
from models.routine import read_routine
from models.stages.clock import Escalated, NoticeFailed, NoticeSent
from models.stages.deadlines import Acknowledged
from operate.town import STOCKHOLM, a_town
from storage import messages, notices, routines, tables
from storage.tables import MessageState
from tests.channels.phone import Phone
from tests.reports import a_report

if TYPE_CHECKING:
    from pathlib import Path

    from operate.town import Town, TownCase

TIB, CHIEF, DEPUTY = "nordmyra-tib", "nordmyra-sakerhetschef", "nordmyra-ersattare"
HANDLERS = {"nordmyra-samordnare", "nordmyra-handlaggare"}


async def an_alarm(town: Town) -> TownCase:
    """Somebody is in danger in Nordmyra, on a Monday morning in February."""
    year = (await town.now()).astimezone(STOCKHOLM).year + 1
    await town.until(datetime(year, 2, 1, tzinfo=STOCKHOLM))
    await town.until_next("monday", "09:00")
    return await town.report(a_report(organisation="9002", danger_now=True))


async def accepts(town: Town, case: TownCase, who: str) -> None:
    """Somebody follows the link in the latest alarm they were sent about this case."""
    latest = max((one for one in await case.told() if one.recipient == who), key=lambda one: one.seq)
    assert latest.message is not None
    async with town.house.database.writing() as session:
        assert await messages.mark(session, latest.message, MessageState.ACCEPTED, await town.now(), "link")
    await town.post()


async def rungs(case: TownCase, kind: str = "alarm") -> list[int]:
    """How far up its ladder an alarm has climbed."""
    return [e.data.rung for e in await case.events() if isinstance(e.data, Escalated) and e.data.kind == kind]


def pages(phone: Phone) -> list[str]:
    """Who was rung, in order, with the day's other messages left out."""
    return [said.recipient for said in phone.said if said.urgency == "page"]


async def test_it_rings_the_next_one_after_two_misses_until_somebody_follows_the_link(tmp_path: Path) -> None:
    phone = Phone()
    async with a_town(tmp_path, {"outbox": phone}) as town:
        case = await an_alarm(town)
        await town.wait(minutes=1)
        assert TIB in pages(phone)
        await town.wait(minutes=10)
        assert (await rungs(case), pages(phone).count(TIB)) == ([0], 2)
        phone.rang.clear()
        await town.wait(minutes=10)  # two misses
        assert await rungs(case) == [0, 1]
        assert {CHIEF, DEPUTY} <= set(phone.rang)
        await accepts(town, case, DEPUTY)
        taken = [event for event in await case.events() if isinstance(event.data, Acknowledged)]
        await town.wait(hours=2)
        assert [event.actor for event in taken] == [DEPUTY]
        assert await rungs(case) == [0, 1]
        told = {one.recipient: one.state for one in await case.told() if one.about == "alarm"}
    assert told[DEPUTY] is MessageState.ACCEPTED
    assert told[CHIEF] is MessageState.SENT


async def test_seen_is_not_accepted(tmp_path: Path) -> None:
    async with a_town(tmp_path, {"outbox": Phone()}) as town:
        case = await an_alarm(town)
        await town.wait(minutes=1)
        for one in await case.told():
            async with town.house.database.writing() as session:
                await messages.mark(session, one.message or "", MessageState.READ, await town.now())
        await town.post()
        await town.wait(minutes=25)
        assert await rungs(case) == [0, 1]


async def test_help_is_asked_for_by_hand(tmp_path: Path) -> None:
    phone = Phone()
    async with a_town(tmp_path, {"outbox": phone}) as town:
        case = await an_alarm(town)
        await case.does(TIB, "acknowledge")
        await town.wait(minutes=1)
        phone.rang.clear()
        await case.does(TIB, "escalate", rung=3, text="Behöver beslut om skydd.")
        await town.wait(minutes=1)
    assert {CHIEF, "nordmyra-direktor"} <= set(phone.rang)


async def test_what_falls_due_at_one_moment_is_one_message_to_each_person(tmp_path: Path) -> None:
    phone = Phone()
    async with a_town(tmp_path, {"outbox": phone}) as town:
        case = await an_alarm(town)
        await case.does(TIB, "acknowledge")
        await town.wait(minutes=29)
        phone.said.clear()
        await town.wait(minutes=2)  # triage, first contact and the police are all due at half an hour
        climbed = {e.data.kind for e in await case.events() if isinstance(e.data, Escalated) and e.data.rung == 0}
        chief = [said for said in phone.said if said.recipient == CHIEF]
        carried = [one.about for one in await case.told() if one.recipient == CHIEF and one.message == chief[0].id]
    assert {"triage", "first_contact", "police_decision"} <= climbed
    assert len(chief) == 1
    assert {"triage", "first_contact", "police_decision"} <= set(carried)


async def test_a_text_message_that_cannot_be_sent_becomes_a_letter_at_once(tmp_path: Path) -> None:
    phone, letters = Phone("sms", dead=frozenset({TIB})), Phone("email")
    async with a_town(tmp_path, {"sms": phone, "email": letters}) as town:
        case = await an_alarm(town)
        await town.wait(minutes=1)
        told = {(one.channel, one.state) for one in await case.told() if one.recipient == TIB}
        failed = [event.data for event in await case.events() if isinstance(event.data, NoticeFailed)]
    assert TIB in letters.rang
    assert {("sms", MessageState.FAILED), ("email", MessageState.SENT)} <= told
    assert not [fact for fact in failed if fact.role == "duty_officer"]


async def test_a_text_message_put_off_is_tried_again_and_not_needed_once_the_letter_is_there(tmp_path: Path) -> None:
    phone, letters = Phone("sms", busy={TIB: 3}), Phone("email")
    async with a_town(tmp_path, {"sms": phone, "email": letters}) as town:
        case = await an_alarm(town)
        town.step = timedelta(seconds=5)
        await town.wait(minutes=2)
        told = {one.channel: one.failure for one in await case.told() if one.recipient == TIB and one.seq == 1}
    assert letters.rang.count(TIB) == 1
    assert TIB not in phone.rang
    assert told == {"sms": "reached_otherwise", "email": None}


async def test_one_who_never_answers_delays_nobody_else(tmp_path: Path) -> None:
    phone = Phone(silent=frozenset({TIB}))
    async with a_town(tmp_path, {"outbox": phone}) as town:
        case = await an_alarm(town)
        await town.wait(minutes=1)
        assert {CHIEF, *HANDLERS} <= set(phone.rang)
        waiting = [one for one in await case.told() if one.state is MessageState.SENDING]
        await case.does(CHIEF, "triage", outcome="open", level="acute")
    assert {one.recipient for one in waiting} == {TIB}


async def test_somebody_who_leaves_while_their_alarm_runs_is_not_rung_again(tmp_path: Path) -> None:
    phone = Phone(busy={TIB: 1000})
    async with a_town(tmp_path, {"outbox": phone}) as town:
        case = await an_alarm(town)
        await town.wait(seconds=30)
        await leaves(town, TIB)
        phone.busy.clear()
        await town.wait(minutes=5)
        ended = [(one.state, one.failure) for one in await case.told() if one.recipient == TIB]
        assert TIB not in phone.rang
        await town.wait(minutes=20)
        told = [event.data for event in await case.events() if isinstance(event.data, NoticeFailed)]
    assert (MessageState.FAILED, "no_longer_active") in ended
    assert {fact.role.value for fact in told} >= {"duty_officer"}
    assert {CHIEF, DEPUTY} <= set(phone.rang)


async def test_a_routine_edited_while_an_alarm_runs_bends_nothing(tmp_path: Path) -> None:
    async with a_town(tmp_path, {"outbox": Phone()}) as town:
        case = await an_alarm(town)
        await town.wait(minutes=11)
        async with town.house.database.writing() as session:
            current = await routines.current(session, "9002", (await town.now()).date())
            document = current.model_dump(mode="json") | {"version": "2026.9"}
            document["obligations"]["alarm"]["escalation"]["ladder"] = [["chief_executive"]]
            await routines.adopt(session, read_routine(document, moments()))
        await town.wait(minutes=10)
        last = max(event.seq for event in await case.events() if isinstance(event.data, Escalated))
        told = {one.role for one in await case.told() if one.seq == last}
    assert told == {"deputy", "security_chief"}


async def test_the_mail_is_down_for_a_day_and_then_all_of_it_comes_once_and_in_order(tmp_path: Path) -> None:
    letters = Phone("email")
    letters.down = True
    async with a_town(tmp_path, {"email": letters}) as town:
        cases = [await an_alarm(town)]
        await cases[0].does(CHIEF, "acknowledge")
        town.step = timedelta(minutes=30)
        for _ in range(3):
            cases.append(await town.report(a_report(organisation="9002")))
            await town.wait(hours=8)
        async with town.house.database.reading() as session:
            waiting = [one for one in await notices.select_where(session) if one.state is MessageState.QUEUED]
        # All the time it can be seen what waits, why, and that the cases know.
        assert {one.failure for one in waiting if one.message} >= {"line_busy"}
        assert len({one.message for one in waiting if one.message}) > 20
        for case in cases:
            failed = [e.data.failure for e in await case.events() if isinstance(e.data, NoticeFailed)]
            assert set(failed) == {"channel_out_of_reach"}
        assert letters.rang == []
        letters.down = False
        town.step = timedelta(minutes=1)
        await town.wait(minutes=10)
        async with town.house.database.reading() as session:
            left = [
                one for one in await notices.select_where(session) if one.state is MessageState.QUEUED and one.message
            ]
            queued = {one.id: one.queued for one in await messages.select_where(session)}
        arrived = [event.data for event in await cases[-1].events() if isinstance(event.data, NoticeSent)]
    assert left == []
    assert len({said.id for said in letters.said}) == len(letters.said)
    for person in set(letters.rang):
        for page in (True, False):
            line = [m.id for m in letters.said if m.recipient == person and (m.urgency == "page") is page]
            assert line == sorted(line, key=lambda one: queued[one])
    assert arrived


async def leaves(town: Town, who: str) -> None:
    """Somebody is no longer in the organisation."""
    async with town.house.database.writing() as session:
        await session.execute(update(tables.users).where(tables.users.c.code == who).values(active=False))
