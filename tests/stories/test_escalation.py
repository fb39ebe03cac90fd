"""Escalation as a duty log tells it: who was rung when, who took it, and what happened when a line was down."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from models.events import moments
from models.routine import read_routine
from models.stages.clock import Escalated, NoticeFailed
from models.stages.deadlines import Acknowledged
from operate.town import a_town
from storage import messages, routines
from storage.tables import MessageState
from tests.channels.phone import Phone
from tests.stories.alarm import CHIEF, COORDINATOR, DEPUTY, HEAD, OFFICER, TIB, an_alarm, leaves, pages, rungs, takes

if TYPE_CHECKING:
    from pathlib import Path


async def test_escalation_rings_the_next_one_after_two_misses_until_somebody_follows_the_link(tmp_path: Path) -> None:
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
        await takes(town, case, DEPUTY)
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


async def test_manual_escalation_help_is_asked_for_by_hand(tmp_path: Path) -> None:
    phone = Phone()
    async with a_town(tmp_path, {"outbox": phone}) as town:
        case = await an_alarm(town)
        await case.does(TIB, "acknowledge")
        await town.wait(minutes=1)
        phone.rang.clear()
        await case.does(TIB, "escalate", rung=3, text="Behöver beslut om skydd.")
        await town.wait(minutes=1)
    assert {CHIEF, HEAD} <= set(phone.rang)


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


async def test_a_text_message_put_off_rings_after_all_though_the_letter_is_there(tmp_path: Path) -> None:
    phone, letters = Phone("sms", busy={TIB: 3}), Phone("email")
    async with a_town(tmp_path, {"sms": phone, "email": letters}) as town:
        case = await an_alarm(town)
        town.step = timedelta(seconds=5)
        await town.wait(minutes=2)
        told = {one.channel: one.state for one in await case.told() if one.recipient == TIB and one.seq == 1}
    # A mail wakes nobody: the telephone is tried until it rings.
    assert (letters.rang.count(TIB), phone.rang.count(TIB)) == (1, 1)
    assert told == {"sms": MessageState.SENT, "email": MessageState.SENT}


async def test_a_text_message_is_not_tried_for_ever_once_the_letter_is_there(tmp_path: Path) -> None:
    phone, letters = Phone("sms", busy={TIB: 1000}), Phone("email")
    async with a_town(tmp_path, {"sms": phone, "email": letters}) as town:
        case = await an_alarm(town)
        town.step = timedelta(seconds=30)
        await town.wait(minutes=12)
        told = {one.channel: one.failure for one in await case.told() if one.recipient == TIB and one.seq == 1}
    assert told == {"sms": "reached_otherwise", "email": None}


async def test_one_broken_recipient_does_not_block_another(tmp_path: Path) -> None:
    phone = Phone(silent=frozenset({TIB}))
    async with a_town(tmp_path, {"outbox": phone}) as town:
        case = await an_alarm(town)
        await town.wait(minutes=1)
        assert {CHIEF, COORDINATOR, OFFICER} <= set(phone.rang)
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


async def test_policy_edited_while_an_alarm_runs_bends_nothing(tmp_path: Path) -> None:
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
