"""`varna drill`: who may start one, what it reports, and one from start to end on an installation that runs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from desk.look import History, View
from models.access import Sight
from models.message import WORLD
from models.refusal import BadInput
from models.stages.clock import NoticeOutcome
from models.stages.drill import exercise
from models.vocabulary.case import Level, Urgency
from models.vocabulary.people import Role
from operate.drill import Drill, report_of, report_on
from operate.house import House
from storage import messages, notices, tables
from storage.messages import Change
from storage.notices import Delivery
from storage.tables import MessageState
from tests.engine import Installation, installation, until
from tests.models.life import Life
from tests.operate.commands import CHIEF, Ended, a_case, at_home, varna
from tests.routine import routine, standard

TIB = "granvik-tib"
START = ("drill", "start", "--organisation", "9001", "--as", CHIEF)


# Who may, and of what


@pytest.mark.parametrize(
    "who, whose, code, no",
    [
        ("granvik-registrator", "9001", 3, "may_not_drill"),
        ("granvik-direktor", "9001", 3, "may_not_drill"),
        ("nordmyra-sakerhetschef", "9001", 3, "may_not_drill"),
        (CHIEF, "9009", 3, "may_not_drill"),
        ("nobody", "9001", 2, "bad_input"),
        (CHIEF, "9001", 5, "engine_out_of_reach"),
    ],
)
@pytest.mark.usefixtures("home")
def test_a_drill_that_cannot_or_may_not_be_started_leaves_nothing_behind(
    who: str, whose: str, code: int, no: str
) -> None:
    ended = varna("drill", "start", "--organisation", whose, "--as", who, "--json")
    assert (ended.code, ended.error["code"]) == (code, no)

    async def kept(house: House) -> list[Any]:
        async with house.database.reading() as session:
            return [
                *(await session.execute(select(tables.reports))),
                *(await session.execute(select(tables.sequences))),
            ]

    assert at_home(kept) == []


@pytest.mark.parametrize("words", [("show",), ("end", "--as", CHIEF)])
@pytest.mark.usefixtures("home")
def test_a_real_case_is_no_drill(words: tuple[str, ...]) -> None:
    ref = a_case()
    ended = varna("drill", words[0], ref, *words[1:], "--json")
    assert ended.code in {3, 5}  # whether it may be ended only the engine can say, and it is down
    assert ended.error["code"] in {"not_a_drill", "engine_out_of_reach"}
    assert varna("case", ref, "--json").document["drill"] is False
    assert varna("cases", "--json").document["cases"][0]["drill"] is False
    assert "ÖVNING" not in varna("cases").out + varna("case", ref).out


@pytest.mark.parametrize("level", Level)
def test_the_report_of_a_drill_is_presumed_to_be_of_the_level_asked_for(level: Level) -> None:
    drill = exercise(standard(), routine("exercise", "9001"))
    report = report_of(drill, level, "Övning.")
    assert Life("2026-03-02 10:00", routine=drill, drill=True, **codes(report.incident())).case.pace is level


def test_a_level_that_the_routine_presumes_of_nothing_cannot_be_drilled() -> None:
    own = standard()
    risk = own.risk.model_copy(update={"presumed": {**dict.fromkeys(own.risk.presumed, Level.ACUTE)}})
    always = own.model_copy(update={"risk": risk})
    with pytest.raises(BadInput, match="level"):
        report_of(always, Level.LOW, "Övning.")


# What it reports


def test_the_report_says_of_each_who_was_reached_how_fast_or_why_not() -> None:
    life = a_drill()
    rows = [
        row(life, "tib", "duty_officer", "sms", "page", MessageState.SENT, sent=2),
        row(life, "chief", "security_chief", "email", "page", MessageState.BOUNCED, "bounced", sent=1),
        row(life, "chief", "security_chief", "sms", "page", MessageState.ACCEPTED, sent=3, accepted=9.25),
        row(life, "anna", "handler", "email", "page", MessageState.FAILED, "no_address"),
        row(life, "clerk", "registrar", "email", "digest", MessageState.SENT, sent=1),
    ]
    seen = report(life, *rows)
    told = {(one.person, one.channel): (one.state, one.reason, one.sent, one.accepted) for one in seen.told}
    assert told == {
        ("tib", "sms"): ("sent", "not_accepted", 2, None),
        ("chief", "email"): ("bounced", "bounced", None, None),
        ("chief", "sms"): ("accepted", None, 3, 9.2),
        ("anna", "email"): ("failed", "no_address", None, None),
        ("clerk", "email"): ("sent", None, 1, None),
    }
    assert seen.accepted == ("chief",)
    assert not seen.answered  # one of those who were reached is still silent


def test_the_report_counts_an_acceptance_at_the_screen_as_well_as_one_by_link() -> None:
    life = a_drill()
    rows = [row(life, "duty_officer", "duty_officer", "sms", "page", MessageState.SENT, sent=1)]
    assert not report(life, *rows).answered
    life.at(timedelta(seconds=7)).does("acknowledge", "duty_officer")
    seen = report(life, *rows)
    assert [(one.state, one.accepted) for one in seen.told] == [("accepted", 7)]
    assert seen.answered
    assert not seen.climbing


def test_the_report_names_the_role_that_nobody_has_and_each_rung_with_its_time() -> None:
    life = a_drill()
    notice = next(notice for notice in life.notices if notice.role is Role.DUTY_OFFICER)
    life.at(timedelta(seconds=1)).world(
        NoticeOutcome(id="n", notice=notice.id, role=notice.role, failure="nobody_holds_role")
    )
    for seconds in (14, 15, 15, 15):
        life.at(timedelta(seconds=seconds)).tick()
    assert WORLD in {event.actor for event in life.events}
    seen = report(life)
    assert [(gap.role, gap.reason, gap.after) for gap in seen.nobody] == [("duty_officer", "nobody_holds_role", 1)]
    assert [(one.rung, one.after) for one in seen.escalations] == [(0, 15), (1, 30), (2, 45), (3, 60)]
    assert seen.climbing  # the top has not had its time to answer
    life.at(timedelta(seconds=15)).tick()
    assert not report(life).climbing
    assert report(life.does("end_drill")).ended == life.now


# As a whole


async def does(*words: str) -> Ended:
    return await asyncio.to_thread(varna, *words)


async def test_a_drill_runs_from_start_to_end_by_command(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with installation(empty) as running:
        monkeypatch.setenv("VARNA_TEMPORAL_ADDRESS", running.settings.temporal_address)
        monkeypatch.setenv("VARNA_LOG_LEVEL", "ERROR")

        silent = await does(*START, "--wait", "1", "--json")
        assert (silent.code, silent.err) == (3, "")
        assert silent.document["case"].startswith("9001-OV-")
        assert silent.document["accepted"] == []
        assert silent.document["ended"] is not None
        assert (await does("cases")).out == "Inga ärenden\n"

        drilling = asyncio.create_task(does(*START, "--keep"))
        ref = await accepts(running, TIB)
        taken = await drilling
        assert (taken.code, taken.err) == (0, "")
        assert taken.out.startswith(f"Övningen {ref} har börjat.")
        assert f"Tog larmet: {TIB}" in taken.out

        listed = await does("cases", "--json")
        assert [(case["ref"], case["drill"]) for case in listed.document["cases"]] == [(ref, True)]
        for words in (("cases",), ("case", ref), ("drill", "show", ref)):
            assert "ÖVNING" in (await does(*words)).out
        assert (await does("drill", "end", ref, "--as", TIB, "--json")).document["happened"] == ["drill_ended"]
        assert (await does("drill", "end", ref, "--as", TIB)).code == 0  # twice is once
        assert (await does("drill", "show", ref, "--json")).document["ended"] is not None

        letters = [file.read_text(encoding="utf-8") for file in (empty / "outbox" / "9001").glob("*.txt")]
        told = [letter for letter in letters if "-OV-" in letter]
        assert len(told) > 10
        assert all("Subject: ÖVNING" in letter for letter in told)


async def accepts(running: Installation, who: str) -> str:
    """Somebody takes the second drill as soon as they have it; its number."""
    found: list[Delivery] = []

    async def sent() -> bool:
        async with running.house.database.reading() as session:
            mine = tables.notices.c.recipient == who, tables.notices.c.case.like("%-00002")
            found[:] = [one for one in await notices.select_where(session, *mine) if one.state == MessageState.SENT]
        return bool(found)

    await until(sent)
    assert found[0].message
    async with running.house.database.writing() as session:
        assert await messages.mark(session, found[0].message, MessageState.ACCEPTED, datetime.now(UTC))
    return found[0].case


def a_drill() -> Life:
    drill = exercise(standard(), routine("exercise", "9001"))
    return Life("2026-03-02 03:00", routine=drill, drill=True, danger_now=True, affected_known=False)


def report(life: Life, *rows: Delivery) -> Drill:
    return report_on(History(View(life.case, life.routine, Sight.WHOLE, life.now), life.events, {}), rows)


def row(
    life: Life,
    person: str,
    role: str,
    channel: str,
    urgency: str,
    state: MessageState,
    failure: str | None = None,
    **after: float,
) -> Delivery:
    """One message about the report; `after` says how many seconds later it came into which state."""
    begun = life.events[0].recorded
    told = {"id": f"{life.case.ref}.1.{role}", "role": Role(role), "urgency": Urgency(urgency)}
    notice = life.notices[0].model_copy(update=told)
    changes = tuple(
        Change(begun + timedelta(seconds=seconds), MessageState(name), None) for name, seconds in after.items()
    )
    made = notices.row_of(notice, person, channel, begun, f"m-{person}-{channel}")
    return replace(made, state=state, failure=failure, changes=changes)


def codes(incident: Any) -> dict[str, Any]:
    return {name: value for name, value in incident.model_dump(mode="json").items() if value is not None}
