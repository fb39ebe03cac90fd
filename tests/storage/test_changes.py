"""Something moved: it is noticed by whose it is, however late it is recorded, and what stood still is not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from models.case import HandOver
from storage import cases
from storage.changes import differ, marks
from storage.database import Database
from storage.keys import KeyRing
from tests.storage.town import NOON, Town, found, note

if TYPE_CHECKING:
    from storage.changes import Marks


async def moved(town: Town) -> Marks:
    async with town.database.reading() as session:
        return await marks(session, NOON - timedelta(minutes=15))


async def test_a_new_case_and_each_event_of_it_moves_the_lists_of_its_organisation(
    database: Database, ring: KeyRing
) -> None:
    town = await found(database, ring)
    nothing = await moved(town)
    case, _ = await town.opens()
    opened = await moved(town)
    assert differ(nothing, opened) == {"9001"}
    assert differ(opened, await moved(town)) == set()
    await town.acts(case, note(1))
    assert differ(opened, await moved(town)) == {"9001"}


async def test_an_offer_and_its_end_move_the_lists_of_both(database: Database, ring: KeyRing) -> None:
    town = await found(database, ring)
    case, _ = await town.opens()
    before = await moved(town)
    offer = HandOver(to="90", offered=NOON)
    offered = case.model_copy(update={"hand_over": offer, "seq": case.seq + 1})
    for now, told in ((offered, {"9001", "90"}), (offered.model_copy(update={"hand_over": None}), {"9001", "90"})):
        async with database.writing() as session:
            await cases.put(session, await ring.key(session, case.ref), now, [])
        after = await moved(town)
        assert differ(before, after) == told
        before = after


async def test_what_moved_long_ago_costs_nothing(database: Database, ring: KeyRing) -> None:
    town = await found(database, ring)
    await town.opens()
    async with database.reading() as session:
        assert await marks(session, NOON + timedelta(hours=1)) == {}
