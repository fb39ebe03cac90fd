import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from models.obligations import obligations as owed_by
from models.vocabulary.case import Answer, Level, Stage
from storage import cases, ledger, obligations, tables
from storage.database import Database
from storage.keys import KeyDestroyed, KeyRing
from storage.ledger import LedgerConflict
from storage.rebuild import rebuild
from storage.record import record
from tests.erasing import erase
from tests.storage.town import MARKED, NOON, Town, found, note, report, triage


async def snapshot(town: Town) -> list[object]:
    """All rows of the read model; the states decrypted, since no two encryptions are alike."""
    async with town.database.reading() as session:
        rows = (await session.execute(select(tables.cases).order_by("ref"))).mappings().all()
        lists = [{name: value for name, value in row.items() if name not in {"state", "brief"}} for row in rows]
        states = [await cases.load(session, town.ring, row["ref"]) for row in rows]
        owed = (await session.execute(select(tables.obligations).order_by("case", "key"))).all()
        tied = (await session.execute(select(tables.case_relations).order_by("case", "relation", "subject"))).all()
        return [lists, states, owed, tied]


def files(sqlite_url: str) -> bytes:
    path = Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))
    return path.read_bytes() + path.with_name(f"{path.name}-wal").read_bytes()


async def test_a_recorded_case_is_loaded_as_it_is(town: Town) -> None:
    case, _ = await town.opens()
    case, _ = await town.acts(case, triage())
    async with town.database.reading() as session:
        assert await cases.load(session, town.ring, case.ref) == case
        with pytest.raises(cases.UnknownCase):
            await cases.load(session, town.ring, "9001-FV-2026-99999")


async def test_the_rows_of_obligations_say_what_the_rule_says(town: Town) -> None:
    case, _ = await town.opens()
    case, _ = await town.acts(case, triage())
    async with town.database.reading() as session:
        rows = await obligations.of_case(session, case.ref)
        (line,) = await cases.worklist(session)
    assert rows == [obligations.Owed.of(one) for one in owed_by(case, town.routine)]
    assert [(row.key, row.met is None) for row in rows] == [("triage", False), ("first_contact", True)]
    assert (line.next_obligation, line.next_due) == ("first_contact", NOON + timedelta(hours=48))
    assert (line.stage, line.level, line.seq) == (Stage.RISK, Level.HIGH, case.seq)


async def test_recording_again_changes_nothing_even_when_the_case_has_moved_on(town: Town) -> None:
    first, events = await town.opens()
    await town.acts(first, triage())
    before = await snapshot(town)
    await town.records(first, events)
    assert await snapshot(town) == before


async def test_nothing_is_recorded_by_halves(town: Town) -> None:
    case, _ = await town.opens()
    before = await snapshot(town)
    after, events = town.decides(case, note(9))
    await town.breaks_off(lambda session: record(session, town.ring, after, events, town.routine))
    assert await snapshot(town) == before
    async with town.database.reading() as session:
        assert [entry.seq for entry in await ledger.entries(session, case.ref)] == [1]


async def test_a_case_that_is_not_the_case_after_its_events_is_refused(town: Town) -> None:
    case, _ = await town.opens()
    _, events = town.decides(case, note(9))
    with pytest.raises(LedgerConflict, match="not the case after"):
        await town.records(case, events)


async def test_two_recorders_of_the_same_place_cannot_both_win(town: Town) -> None:
    case, _ = await town.opens()
    outcomes = await asyncio.gather(*(town.acts(case, note(number)) for number in range(4)), return_exceptions=True)
    assert sum(isinstance(outcome, LedgerConflict) for outcome in outcomes) == 3
    async with town.database.reading() as session:
        assert await ledger.verify(session, case.ref) == []
        assert (await cases.load(session, town.ring, case.ref)).seq == 2


async def test_the_worklist_puts_overdue_acute_cases_first_then_what_is_due_next_then_the_higher_level(
    town: Town,
) -> None:
    low = (await town.opens(presumed=Level.LOW))[0].ref
    high = (await town.opens(presumed=Level.HIGH))[0].ref
    acute = (await town.opens(presumed=Level.ACUTE))[0].ref
    idle = (await town.opens(presumed=Level.LOW))[0].ref
    async with town.database.writing() as session:
        row = tables.cases.c
        for ref, days in ((low, -3), (acute, -1), (idle, None)):
            due = None if days is None else NOON + timedelta(days=days)
            await session.execute(update(tables.cases).where(row.ref == ref).values(next_due=due))
    async with town.database.reading() as session:
        ordered = [line.ref for line in await cases.worklist(session, now=NOON)]
        not_yet = [line.ref for line in await cases.worklist(session, now=NOON - timedelta(days=2))]
        soon = [line.ref for line in await cases.worklist(session, due_before=NOON, now=NOON)]
        filtered = [
            await cases.worklist(session, level=Level.HIGH),
            await cases.worklist(session, stage=Stage.INTAKE, organisation="9001"),
            await cases.worklist(session, stage=Stage.RISK),
            await cases.worklist(session, organisation="90"),
        ]
    assert ordered == [acute, low, high, idle]
    assert not_yet == [low, acute, high, idle]
    assert soon == [acute, low]
    assert [len(lines) for lines in filtered] == [1, 4, 0, 0]
    assert filtered[0][0].ref == high


async def test_closed_cases_are_listed_only_when_asked_for_and_protected_ones_are_flagged(town: Town) -> None:
    hidden = (await town.opens(report(protected_identity=Answer.YES)))[0]
    closed = (await town.opens())[0]
    async with town.database.writing() as session:
        await session.execute(update(tables.cases).where(tables.cases.c.ref == closed.ref).values(closed=NOON))
    async with town.database.reading() as session:
        assert [(line.ref, line.protected) for line in await cases.worklist(session)] == [(hidden.ref, True)]
        assert len(await cases.worklist(session, include_closed=True)) == 2


async def test_a_rebuilt_read_model_equals_the_live_one(town: Town) -> None:
    for number in range(3):
        case, _ = await town.opens(report(danger_now=bool(number)), presumed=Level.ACUTE if number else Level.LOW)
        for step in range(number):
            case, _ = await town.acts(case, triage() if step == 0 else note(step))
    live = await snapshot(town)
    async with town.database.writing() as session:
        await session.execute(update(tables.cases).values(seq=0, pace=Level.LOW, next_due=None))
        await session.execute(tables.obligations.delete())
        ghost = dict((await session.execute(select(tables.cases).limit(1))).mappings().one())
        await session.execute(tables.cases.insert(), ghost | {"ref": "9001-FV-2026-99999"})
    assert await rebuild(town.database, town.ring) == 3
    assert await snapshot(town) == live


async def test_an_erased_case_is_not_rebuilt(town: Town) -> None:
    case, _ = await town.opens()
    other, _ = await town.opens()
    await erase(town.database, town.ring, case.ref, NOON)
    assert await rebuild(town.database, town.ring) == 1
    async with town.database.reading() as session:
        assert [line.ref for line in await cases.worklist(session)] == [other.ref]
        with pytest.raises(KeyDestroyed):
            await town.ring.key(session, case.ref)


async def test_no_narrative_name_or_address_stands_in_clear_in_the_files_of_the_database(
    sqlite_url: str, ring: KeyRing
) -> None:
    town = await found(Database(sqlite_url), ring)
    case, _ = await town.opens()
    await town.acts(case, triage())
    await town.accepts(key=f"nyckel-{MARKED}")
    content = files(sqlite_url)
    await town.database.close()
    assert b"granvik-sakerhetschef" in content
    assert MARKED.encode() not in content


async def test_no_narrative_name_or_address_stands_in_clear_in_any_row(town: Town) -> None:
    case, _ = await town.opens()
    await town.acts(case, triage())
    await town.accepts(key=f"nyckel-{MARKED}")
    async with town.database.reading() as session:
        for table in tables.metadata.sorted_tables:
            for row in await session.execute(select(table)):
                assert all(MARKED.encode() not in value for value in row if isinstance(value, bytes)), table.name
                assert MARKED not in repr([value for value in row if not isinstance(value, bytes)]), table.name
