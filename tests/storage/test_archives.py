"""Where histories are archived, and what became of replaying them: on both kinds of database."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from models.message import Actor
from models.vocabulary.people import Role
from storage import archives, replays
from storage.archives import Archive
from storage.replays import Replay
from storage.tables import Verdict
from tests.storage.town import NOON

if TYPE_CHECKING:
    from storage.database import Database
    from tests.storage.town import Town

ONE, TWO, THREE = (f"9001-FV-2026-0000{number}" for number in (1, 2, 3))
REVIEWER, STRANGER = (
    Actor(id="revisor", organisation=code, roles=frozenset({Role.AUDITOR})) for code in ("9001", "9002")
)
LAST = Archive(ONE, "run-1", "9001", 1, None, "completed", 40, "history-1", 900, "d" * 64, NOON, NOON)


async def put(database: Database, *several: Archive) -> None:
    async with database.writing() as session:
        for one in several:
            await archives.put(session, one)


async def done(database: Database, *cases: str) -> set[str]:
    async with database.reading() as session:
        return await archives.closed_and_archived(session, cases)


@pytest.mark.parametrize(
    "lacks",
    [
        {"end": None},
        {"proved": None},
        {"end": "continued"},
        {"number": 2},
    ],
    ids=["still_running", "never_read_back", "goes_on_elsewhere", "one_before_it_missing"],
)
async def test_a_case_is_archived_only_when_all_of_it_is(database: Database, lacks: dict[str, object]) -> None:
    await put(database, replace(LAST, **lacks))  # type: ignore[arg-type]
    assert await done(database, ONE) == set()
    await put(database, LAST)
    assert await done(database, ONE, TWO) == {ONE}


async def test_every_run_of_a_case_counts(database: Database) -> None:
    first = replace(LAST, case=TWO, run="a", end="continued", object="history-a")
    last = replace(LAST, case=TWO, run="b", number=2, previous="a", object="history-b")
    await put(database, LAST, last)
    assert await done(database, ONE, TWO, THREE) == {ONE}
    await put(database, replace(first, proved=None))
    assert await done(database, ONE, TWO) == {ONE}
    async with database.writing() as session:
        await archives.mark_proved(session, TWO, "a", "history-another", NOON)
    assert await done(database, TWO) == set()
    async with database.writing() as session:
        await archives.mark_proved(session, TWO, "a", "history-a", NOON)
    assert await done(database, ONE, TWO) == {ONE, TWO}
    async with database.reading() as session:
        assert [one.run for one in await archives.of_case(session, TWO)] == ["a", "b"]
        assert await archives.final_runs(session, ["a", "b", "c"]) == {"a", "b"}
        assert await archives.known(session, ["history-a", "history-x"]) == {"history-a"}


async def test_the_last_replay_of_each_case_is_listed_by_number(database: Database, town: Town) -> None:
    refs = []
    for _ in range(3):
        case, events = await town.opens()
        await town.records(case, events)
        refs.append(case.ref)
    kept = Replay(refs[1], "9001", NOON, Verdict.DIFFERS, "c" * 64, "e" * 64, 3, 1, seq=4, state="f" * 64)
    async with database.writing() as session:
        await replays.put(session, replace(kept, verdict=Verdict.IDENTICAL))
        await replays.put(session, kept)
        await archives.put(session, replace(LAST, case=refs[2]))
    async with database.reading(of={"9001"}) as session:
        lines = await replays.listed(session, REVIEWER, limit=2)
        rest = await replays.listed(session, REVIEWER, before=lines[-1].case, limit=2)
        one = await replays.line(session, REVIEWER, refs[1])
        assert await replays.of_cases(session, refs) == {refs[1]: kept}
        assert await replays.listed(session, STRANGER, limit=9) == []
        assert await replays.line(session, STRANGER, refs[1]) is None
    assert [line.case for line in (*lines, *rest)] == sorted(refs, reverse=True)
    assert [line.archived for line in lines] == [True, False]
    assert lines[1] == one
    assert one is not None
    assert (one.replay, one.erased, one.moved_on) == (kept, None, False)


async def test_any_number_of_cases_may_be_asked_about_at_once(database: Database) -> None:
    await put(database, LAST)
    many = [f"9001-FV-2026-{number:05}" for number in range(40_000)]
    assert await done(database, *many) == {ONE}
    async with database.reading() as session:
        assert await replays.of_cases(session, many) == {}
