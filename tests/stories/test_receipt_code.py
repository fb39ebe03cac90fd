"""The dialogue with whoever holds a receipt code, through the whole installation: Ebba writes, also after closing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from pydantic_core import to_json

from models.commands import read_command
from models.outside import Holder
from models.own_view import own_view
from models.refusal import Refusal
from models.vocabulary.own import OwnPromise
from models.vocabulary.people import Role
from operate.scenarios.dutylog import DutyLog
from tests.reports import a_report

if TYPE_CHECKING:
    from operate.town import Town, TownCase
    from workflows.messages import Receipt

ANNA = "granvik-handlaggare"


async def writes(case: TownCase, role: Role = Role.AFFECTED, identity: str = "", **fields: Any) -> Receipt:
    report = (await case.state()).reports[0]
    given = {"id": identity or uuid4().hex, "type": "write_message", "report": report, "text": "Kan ni öppna det igen?"}
    actor = Holder(report, role).actor("9001")
    return await case.town.cases.act(case.ref, read_command(to_json(given | fields)), actor)


async def closed(town: Town) -> TownCase:
    await town.until_next("tuesday", "09:00")
    case = await town.report(a_report())
    await case.does(ANNA, "assign", handler=ANNA)
    await case.does(ANNA, "triage", outcome="register_only", level="low", text="Bara registreras.")
    await case.does(ANNA, "close", reason="registered_only")
    return case


async def test_what_is_written_after_closing_is_told_at_once_and_climbs_the_ladder_until_it_is_answered(
    town: Town,
) -> None:
    case = await closed(town)
    await writes(case)
    await town.wait(days=2)
    log = await DutyLog.of(case)
    assert log.told("message_received") == {"handler": "now"}
    assert log.due("answer_message", "message_received") == "Wed 09:00"
    assert {"handler", "security_chief"} <= log.told("escalated").keys()
    assert log.case.closed

    await case.does(ANNA, "answer_message", text="Ja, vi ringer dig i dag.")
    before = len(log.events)
    await town.wait(days=30)
    after = await DutyLog.of(case)
    assert [event.type for event in after.events[before:] if event.type[:6] != "notice"] == ["message_sent"]


async def test_the_page_shows_the_answer_and_what_comes_next(town: Town) -> None:
    await town.until_next("tuesday", "09:00")
    case = await town.report(a_report())
    await writes(case)
    state, log = await case.state(), await DutyLog.of(case)
    hers = Holder(state.reports[0], Role.AFFECTED)
    page = own_view(state, log.events, log.routine, await town.now(), hers)
    assert page.promised is not None
    assert page.promised.code is OwnPromise.ANSWER
    await case.does(ANNA, "answer_message", text="Vi ringer dig i dag.")
    state, log = await case.state(), await DutyLog.of(case)
    page = own_view(state, log.events, log.routine, await town.now(), hers)
    assert [(one.ours, one.text) for one in page.messages] == [
        (False, "Kan ni öppna det igen?"),
        (True, "Vi ringer dig i dag."),
    ]


async def test_a_message_sent_twice_is_one_and_everything_else_is_refused(town: Town) -> None:
    case = await closed(town)
    first = await writes(case, identity="own-1")
    assert await writes(case, identity="own-1") == first
    assert [event.type for event in await case.events()].count("message_received") == 1
    with pytest.raises(Refusal, match="not_allowed"):
        await writes(case, Role.REPORTER, type="ask_help", wishes=["support"])
    for what in ("add_note", "reopen"):
        given = {"id": "x", "type": what, "text": "x", "reason": "affected_asks", "level": "low"}
        names = {"add_note": {"id", "type", "text"}, "reopen": {"id", "type", "reason", "level"}}[what]
        command = read_command(to_json({name: given[name] for name in names}))
        with pytest.raises(Refusal, match="not_allowed"):
            await town.cases.act(case.ref, command, Holder("r", Role.AFFECTED).actor("9001"))
