"""A dead channel never stops a case: somebody else is told, and it is seen."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from models.notices import Notice
from models.stages.clock import NoticeFailed, NoticeSent
from models.vocabulary.case import Level, Urgency
from models.vocabulary.incident import IncidentKind
from models.vocabulary.people import Role
from operate.town import a_town
from storage.tables import MessageState
from tests.channels.phone import Phone
from tests.reports import a_report
from workflows.case import undelivered

if TYPE_CHECKING:
    from pathlib import Path

HANDLERS = frozenset({"granvik-samordnare", "granvik-handlaggare"})


async def test_a_refused_number_lets_the_next_one_up_the_ladder_ring(tmp_path: Path) -> None:
    phone = Phone(dead=HANDLERS)
    async with a_town(tmp_path, {"outbox": phone}) as town:
        case = await town.report(a_report())
        await town.wait(minutes=1)
        facts = [event.data for event in await case.events()]
        states = {told.recipient: told.state for told in await case.told()}
    failed = next(fact for fact in facts if isinstance(fact, NoticeFailed))
    assert (failed.role, failed.failure) == (Role.SECURITY_COORDINATOR, "no_such_number")
    assert phone.rang
    assert not HANDLERS & set(phone.rang)
    assert all(states[handler] is MessageState.FAILED for handler in HANDLERS & states.keys())


async def test_a_busy_line_is_rung_again(tmp_path: Path) -> None:
    phone = Phone(busy={"granvik-samordnare": 2})
    async with a_town(tmp_path, {"outbox": phone}) as town:
        town.step = timedelta(seconds=5)
        case = await town.report(a_report())
        await town.wait(minutes=1)
        facts = [event.data for event in await case.events()]
    assert phone.rang.count("granvik-samordnare") == 1
    assert not any(isinstance(fact, NoticeFailed) for fact in facts)


async def test_one_broken_line_does_not_ring_the_others_twice(tmp_path: Path) -> None:
    phone = Phone(busy={"granvik-samordnare": 1})
    async with a_town(tmp_path, {"outbox": phone}) as town:
        town.step = timedelta(seconds=5)
        await town.report(a_report())
        await town.wait(minutes=1)
    assert len(phone.rang) == len(set(phone.rang))


async def test_a_line_that_stays_busy_ends_in_a_failure_and_the_case_goes_on(tmp_path: Path) -> None:
    phone = Phone(busy={"granvik-samordnare": 1000, "granvik-handlaggare": 1000})
    async with a_town(tmp_path, {"outbox": phone}) as town:
        case = await town.report(a_report())
        await case.does("granvik-sakerhetschef", "triage", outcome="open", level="low")
        town.step = timedelta(minutes=5)
        await town.wait(minutes=20)
        facts = [event.data for event in await case.events()]
    assert "channel_out_of_reach" in {fact.failure for fact in facts if isinstance(fact, NoticeFailed)}
    assert "granvik-sakerhetschef" in phone.rang


async def test_an_alarm_rings_until_somebody_takes_it(tmp_path: Path) -> None:
    phone = Phone()
    async with a_town(tmp_path, {"outbox": phone}) as town:
        case = await town.report(a_report(IncidentKind.THREAT_DEATH, danger_now=True))
        await town.wait(minutes=35)
        rings = phone.rang.count("granvik-tib")
        assert rings >= 2
        await case.does("granvik-tib", "acknowledge")
        await town.wait(minutes=30)
        alarms = [event for event in await case.events() if event.cause.startswith("alarm")]
        sent = [event.data for event in await case.events() if isinstance(event.data, NoticeSent)]
    assert [event.type for event in alarms] == ["escalated"] * len(alarms)
    assert {fact.role for fact in sent} >= {Role.DUTY_OFFICER, Role.SECURITY_CHIEF}


def test_nobody_else_is_told_of_a_time_that_got_into_no_calendar() -> None:
    told = Notice(
        id="9001-FV-2026-00001.3.security_chief",
        case="9001-FV-2026-00001",
        organisation="9001",
        seq=3,
        role=Role.SECURITY_CHIEF,
        urgency=Urgency.NOW,
        about="follow_up",
        level=Level.HIGH,
    )
    (lost,) = undelivered((told, told.model_copy(update={"invite": "follow_up.P7D/2"})))
    assert (lost.notice, lost.failure) == (told.id, "channel_out_of_reach")
