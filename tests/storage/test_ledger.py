from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import Delete, Update, delete, update

from models.case import Case
from models.events import Event
from storage import ledger
from storage.chain import START, Entry, Finding, Head, findings, hash_of
from storage.keys import Unreadable
from storage.tables import heads
from storage.tables import ledger as table
from tests.audit.intruder import breaks_in
from tests.erasing import erase
from tests.storage.town import CHIEF, NOON, Town, note, triage

Told = tuple[Case, list[Event]]


@pytest.fixture
async def told(town: Town) -> Told:
    """A case of five events."""
    case, events = await town.opens()
    for command in (triage(), note(2), note(3)):
        case, more = await town.acts(case, command)
        events += more
    assert len(events) == 5
    return case, events


@pytest.fixture
def verified(town: Town, told: Told) -> Callable[..., Awaitable[list[Finding]]]:
    """Somebody does this to the database; the chain is verified."""

    async def verify(*deeds: Update | Delete) -> list[Finding]:
        async with town.database.writing() as session:
            await breaks_in(session)
            for deed in deeds:
                await session.execute(deed)
            return await ledger.verify(session, told[0].ref)

    return verify


Verified = Callable[..., Awaitable[list[Finding]]]


def codes(found: list[Finding]) -> list[tuple[int, str]]:
    return [(one.seq, one.code) for one in found]


async def test_what_was_recorded_is_read_back_in_order(town: Town, told: Told) -> None:
    case, events = told
    async with town.database.reading() as session:
        key = await town.ring.key(session, case.ref)
        assert await ledger.read(session, key, case.ref) == events
        assert await ledger.read(session, key, case.ref, up_to_seq=2) == events[:2]
        assert await ledger.known(session) == [case.ref]


async def test_the_same_events_again_change_nothing(town: Town, told: Told) -> None:
    case, events = told
    async with town.database.writing() as session:
        key = await town.ring.key(session, case.ref)
        before = await ledger.entries(session, case.ref)
        assert not await ledger.append(session, key, events, "9001")
        assert not await ledger.append(session, key, events[1:3], "9001")
        assert await ledger.entries(session, case.ref) == before


async def test_a_batch_that_stands_there_in_part_is_completed(town: Town, told: Told) -> None:
    case, events = told
    new = events[-1].model_copy(update={"seq": 6, "cause": "c9"})
    async with town.database.writing() as session:
        key = await town.ring.key(session, case.ref)
        assert await ledger.append(session, key, [*events[3:], new], "9001")
        assert await ledger.read(session, key, case.ref) == [*events, new]
        assert await ledger.verify(session, case.ref) == []


async def test_other_events_in_the_same_place_are_refused(town: Town, told: Told) -> None:
    case, events = told
    async with town.database.writing() as session:
        key = await town.ring.key(session, case.ref)
        with pytest.raises(ledger.LedgerConflict, match="other events"):
            await ledger.append(session, key, [events[-1].model_copy(update={"cause": "c9"})], "9001")


async def test_an_event_that_leaves_a_gap_is_refused(town: Town, told: Told) -> None:
    case, events = told
    ahead = [events[-1].model_copy(update={"seq": seq}) for seq in (6, 7, 9)]
    async with town.database.writing() as session:
        key = await town.ring.key(session, case.ref)
        for row, reason in ((ahead[1:2], "the last event is 5"), (ahead, "unbroken")):
            with pytest.raises(ledger.LedgerConflict, match=reason):
                await ledger.append(session, key, row, "9001")
        assert await ledger.read(session, key, case.ref) == events


async def test_an_untouched_chain_has_no_findings(verified: Verified) -> None:
    assert await verified() == []


@pytest.mark.parametrize(
    "damage,code",
    [
        ({"hash": None}, "no_hash"),
        ({"hash": ""}, "no_hash"),
        ({"algorithm": None}, "unknown_algorithm"),
        ({"algorithm": "crc32"}, "unknown_algorithm"),
        ({"body": None}, "no_body"),
        ({"previous": None}, "unlinked"),
        ({"body": b"other"}, "changed"),
        ({"organisation": "90"}, "changed"),
        ({"actor": "somebody"}, "changed"),
        ({"cause": "c9"}, "changed"),
        ({"type": "note"}, "changed"),
        ({"at": NOON}, "changed"),
        ({"recorded": NOON}, "changed"),
    ],
)
async def test_what_is_missing_unknown_or_changed_in_a_row_is_found(
    verified: Verified, damage: dict[str, object], code: str
) -> None:
    assert (3, code) in codes(await verified(update(table).where(table.c.seq == 3).values(damage)))


async def test_a_removed_row_is_found(verified: Verified) -> None:
    assert codes(await verified(delete(table).where(table.c.seq == 3))) == [(4, "gap"), (4, "unlinked")]


async def test_a_removed_beginning_is_found(verified: Verified) -> None:
    assert codes(await verified(delete(table).where(table.c.seq == 1))) == [(2, "gap"), (2, "unlinked")]


async def test_a_cut_tail_is_found(verified: Verified) -> None:
    assert codes(await verified(delete(table).where(table.c.seq > 3))) == [(3, "truncated")]


async def test_a_missing_anchor_is_found(verified: Verified) -> None:
    assert codes(await verified(delete(heads))) == [(5, "no_head")]


async def test_a_known_case_with_no_ledger_at_all_is_found(town: Town, told: Told, verified: Verified) -> None:
    assert codes(await verified(delete(table), delete(heads))) == [(0, "empty")]
    async with town.database.reading() as session:
        assert await ledger.known(session) == [told[0].ref]


async def test_rows_that_somebody_changed_and_computed_anew_do_not_fit_the_anchor(town: Town, told: Told) -> None:
    case, _ = told
    async with town.database.writing() as session:
        forged, previous = [], START
        for entry in await ledger.entries(session, case.ref):
            changed = replace(entry, actor="somebody-else", previous=previous)
            previous = hash_of(changed)
            forged.append(vars(replace(changed, hash=previous)))
        await breaks_in(session)
        await session.execute(delete(table))
        await session.execute(table.insert(), forged)
        assert codes(await ledger.verify(session, case.ref)) == [(5, "head_differs")]


async def test_an_erased_case_is_verified_like_any_other(town: Town, told: Told) -> None:
    case, _ = told
    await erase(town.database, town.ring, case.ref, NOON)
    async with town.database.reading() as session:
        assert await ledger.verify(session, case.ref) == []


async def test_a_body_moved_to_another_place_cannot_be_read(town: Town, told: Told) -> None:
    case, _ = told
    async with town.database.writing() as session:
        key = await town.ring.key(session, case.ref)
        await breaks_in(session)
        bodies = {entry.seq: entry.body for entry in await ledger.entries(session, case.ref)}
        await session.execute(update(table).where(table.c.seq == 4).values(body=bodies[5]))
        with pytest.raises(Unreadable):
            await ledger.read(session, key, case.ref)


def test_the_hash_of_an_entry_never_changes_between_versions() -> None:
    entry = Entry("9001-FV-2026-00001", 1, "9001", NOON, NOON, CHIEF.id, "report:r1", "reported", b"body", START)
    assert hash_of(entry) == "a64d7226230a533e253423c33ee5141934a983c45ad4ff3c99c6ca73ed44b174"
    assert findings("x", [], Head("x", 1, "0")) == [Finding("x", 0, "empty")]
