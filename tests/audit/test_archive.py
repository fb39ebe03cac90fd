"""The engine forgets; the archive does not: what is in the vault is what was, and later replays read it there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from activities.archive import ArchiveActivities
from activities.history import EngineSilent
from audit import runs
from audit.package.engine import histories
from audit.proof import prove
from desk import archiving, custody, intake
from desk.archiving import archive_ended
from models.stages.casework import AddNote
from operate.scenarios import SCENARIOS
from storage import archives, tables
from storage.archives import Archive
from storage.tables import Verdict
from storage.vault import Damaged
from tests.audit.replayed import OFFICER, at_rest, key_of, runs_of
from tests.engine import installation, until
from tests.erasing import erase
from tests.reports import a_report
from workflows.archive import archive
from workflows.client import EngineOutOfReach

if TYPE_CHECKING:
    from pathlib import Path

    from activities.history import Run
    from operate.house import House
    from operate.town import Town, TownCase
    from tests.engine import Installation

NOWHERE = "127.0.0.1:1"


async def archived(town: Town, case: TownCase, *, running: bool = False) -> list[Archive]:
    """The archive workflow has run."""
    with town.environment.auto_time_skipping_disabled():
        started = await archive(town.environment.client, town.house.task_queue, case.ref, running=running)
        await started.result()
    return await of_case(town.house, case.ref)


async def of_case(house: House, ref: str) -> list[Archive]:
    async with house.database.reading() as session:
        return await archives.of_case(session, ref)


async def is_archived(house: House, ref: str) -> bool:
    async with house.database.reading() as session:
        return await archives.closed_and_archived(session, [ref]) == {ref}


def without_engine(house: House) -> House:
    """The same house, years later: nobody answers, or nobody remembers."""
    return replace(house, engine_address=NOWHERE)


async def ended(town: Town) -> TownCase:
    """A case that has lived its whole life."""
    (case,) = await SCENARIOS[12].story(town)
    await town.wait(days=366)
    return case


async def test_a_case_is_archived_once_its_history_was_read_back(town: Town) -> None:
    case = await ended(town)
    assert not await is_archived(town.house, case.ref)
    (kept,) = await archived(town, case)
    assert (kept.number, kept.previous, kept.end, kept.final) == (1, None, "completed", True)
    assert await is_archived(town.house, case.ref)
    there = await prove(town.house, case.ref)
    later = await prove(without_engine(town.house), case.ref)
    assert [run.archived for run in (*there.runs, *later.runs)] == [False, True]
    assert (later.verdict, later.states) == (Verdict.IDENTICAL, there.states)


async def test_a_case_that_goes_on_is_not_archived_but_may_be_copied(town: Town) -> None:
    case = await town.report(a_report())
    with pytest.raises(EngineOutOfReach):
        await prove(without_engine(town.house), case.ref)
    assert await archived(town, case) == []
    await at_rest(case)
    (copy,) = await archived(town, case, running=True)
    assert (copy.end, copy.final) == (None, False)
    assert (await prove(without_engine(town.house), case.ref)).verdict is Verdict.IDENTICAL
    await case.does(OFFICER, "add_note", text="Efteråt.")
    assert (await prove(without_engine(town.house), case.ref)).verdict is Verdict.AHEAD
    (newer,) = await archived(town, case, running=True)
    assert newer.object != copy.object
    assert await town.house.vault.older(await town.now() + timedelta(days=1)) == [newer.object]
    assert not await is_archived(town.house, case.ref)


async def test_what_was_never_read_back_is_no_archive(town: Town) -> None:
    case = await ended(town)
    activities = ArchiveActivities(town.house.database, town.house.ring, town.house.vault)
    (run,) = await runs_of(case)
    await activities._keep(await key_of(case), case.ref, run, 1)
    (kept,) = await of_case(town.house, case.ref)
    assert not kept.final
    assert not await is_archived(town.house, case.ref)
    await town.house.vault.remove(kept.object)
    with pytest.raises(Damaged):
        await activities.read_back(case.ref)
    assert not await is_archived(town.house, case.ref)
    (anew,) = await archived(town, case)
    assert anew.final


async def test_nobody_reads_the_archive_without_the_key_and_every_byte_counts(town: Town) -> None:
    case = await ended(town)
    (kept,) = await archived(town, case)
    file = town.house.settings.home / "evidence" / kept.object
    sealed = file.read_bytes()
    assert b"workflow" not in sealed
    file.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert (await prove(without_engine(town.house), case.ref)).verdict is Verdict.DAMAGED
    file.unlink()
    assert (await prove(without_engine(town.house), case.ref)).verdict is Verdict.DAMAGED


async def test_an_erased_case_says_so_and_its_archive_is_noise(town: Town) -> None:
    case, other = await ended(town), await town.report(a_report())
    await archived(town, case)
    await erase(town.house.database, town.house.ring, case.ref, await town.now())
    proved = await prove(town.house, case.ref)
    assert (proved.verdict, proved.proved, proved.states, proved.runs) == (Verdict.ERASED, True, (), ())
    assert (await prove(town.house, other.ref)).verdict is Verdict.IDENTICAL
    assert await archived(town, case) != []


async def test_what_was_erased_is_not_looked_after_any_more(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case, other = await ended(town), await town.report(a_report())

    async def remembered(_: object) -> dict[str, str]:
        return {"run-1": f"case-{case.ref}", "run-2": f"case-{other.ref}"}

    monkeypatch.setattr(archiving, "ended", remembered)
    await erase(town.house.database, town.house.ring, case.ref, await town.now())
    assert await archive_ended(town.house, town.environment.client) == [other.ref]


async def test_an_engine_that_falls_silent_half_way_is_out_of_reach(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await town.report(a_report())
    await at_rest(case)
    (run,) = await runs_of(case)
    run.events[0].workflow_execution_started_event_attributes.continued_execution_run_id = "the one before"

    async def newest_alone(_: object, __: str, wanted: str | None = None) -> Run:
        if wanted is not None:
            raise EngineSilent
        return run

    monkeypatch.setattr(runs, "fetch", newest_alone)
    with pytest.raises(EngineOutOfReach):
        await prove(town.house, case.ref)


async def test_a_package_has_what_is_archived_though_the_engine_is_away(town: Town) -> None:
    old = await ended(town)
    await archived(town, old)
    new = await town.report(a_report())
    files, lacking = await histories(without_engine(town.house), [new.ref, old.ref], whole=False)
    assert [*files] == [f"cases/{old.ref}/history.jsonl"]
    assert lacking == {new.ref: "out_of_reach"}


async def test_what_is_archived_is_not_cleared_away_as_abandoned(town: Town) -> None:
    case = await ended(town)
    (kept,) = await archived(town, case)
    assert await custody.clear_away(town.house, await town.now() + timedelta(days=30)) == 0
    async with town.house.database.reading() as session:
        assert await archives.known(session, [kept.object, "nobodys"]) == {kept.object}
    assert (await prove(without_engine(town.house), case.ref)).verdict is Verdict.IDENTICAL


async def test_three_runs_are_replayed_and_archived_as_one_life(tmp_path: Path) -> None:
    often = ("--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=50")
    async with installation(tmp_path, *often) as running:
        case = await a_long_case(running)
        house = running.house

        async def quiet() -> bool:
            return (await prove(house, case)).verdict is Verdict.IDENTICAL

        await until(quiet)
        proved = await prove(house, case)
        assert len(proved.runs) >= 3
        assert [run.end for run in proved.runs][:-1] == ["continued"] * (len(proved.runs) - 1)

        async def in_the_vault() -> bool:
            await archive_ended(house, await house.engine())
            return sum(one.final for one in await of_case(house, case)) == len(proved.runs) - 1

        await until(in_the_vault)
        assert await archive_ended(house, await house.engine()) == []
        await running.stop(running.engine)
        with pytest.raises(EngineOutOfReach):  # its last run goes on, and is where nobody answers: it is not lost
            await prove(without_engine(house), case)
        await running.start(running.engine)
        await (await archive(await house.engine(), house.task_queue, case, running=True)).result()
        await running.stop(running.engine)
        whole = await prove(without_engine(house), case)
        assert whole.verdict is Verdict.IDENTICAL
        assert [run.archived for run in whole.runs] == [True] * len(proved.runs)
        await forget(house, case, whole.runs[1].id)
        hole = await prove(without_engine(house), case)
        assert (hole.verdict, hole.run, hole.proved) == (Verdict.RUN_MISSING, whole.runs[1].id, False)


async def a_long_case(running: Installation) -> str:
    """So much happens in it that it goes on in a new run, twice."""
    cases = await running.cases()
    accepted = await intake.accept(running.house, a_report(), datetime.now(UTC))
    await intake.start(running.house, cases, accepted)
    officer = await running.person(OFFICER)
    for number in range(30):
        note = AddNote(id=f"note-{number}", text=f"Anteckning {number}.")
        await cases.act(accepted.case, note, officer)
    return accepted.case


async def forget(house: House, ref: str, run: str) -> None:
    """Somebody takes one run out of the archive."""
    table = tables.archives
    async with house.database.writing() as session:
        await session.execute(table.delete().where(table.c.case == ref, table.c.run == run))
