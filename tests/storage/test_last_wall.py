"""The lowest wall: no way of deleting passes it while a case is open, held, or not agreed on by two; both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from models.vocabulary.records import HoldGround, RetentionClass
from storage import holds, tables
from storage.keys import KeyKept
from tests.erasing import approved, closed
from tests.storage.town import NOON, Town

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy import Executable
    from sqlalchemy.ext.asyncio import AsyncSession

KEYS, LISTS, ITEMS, HOLDS = tables.case_keys, tables.destruction_lists, tables.destruction_items, tables.holds
WAYS = ("ring", "cleared", "deleted", "replaced", "overwritten")


async def ready(town: Town, *, close: bool = True, agree: bool = True, hold: bool = False) -> str:
    ref = (await town.opens())[0].ref
    async with town.database.writing() as session:
        if close:
            await closed(session, ref, NOON)
        if agree:
            await approved(session, ref, NOON)
        if hold:
            await holds.put(session, ref, HoldGround.POLICE_INVESTIGATION, "KS 2026-9", "jurist", NOON)
    return ref


async def wrapped(town: Town, ref: str) -> bytes | None:
    async with town.database.reading() as session:
        found: bytes | None = (await session.execute(select(KEYS.c.wrapped).where(KEYS.c.scope == ref))).scalar_one()
    return found


def way(town: Town, name: str, ref: str) -> Callable[[AsyncSession], Awaitable[object]]:
    this = KEYS.c.scope == ref
    replaced = (
        text("REPLACE INTO case_keys (scope, organisation, master) VALUES (:ref, '9001', '1')").bindparams(ref=ref)
        if town.database.one_writer
        else text("TRUNCATE case_keys")
    )
    deeds: dict[str, Callable[[AsyncSession], Awaitable[object]]] = {
        "ring": lambda session: town.ring.destroy(session, ref, NOON),
        "cleared": lambda session: session.execute(update(KEYS).where(this).values(wrapped=None)),
        "deleted": lambda session: session.execute(delete(KEYS).where(this)),
        "replaced": lambda session: session.execute(replaced),
        "overwritten": lambda session: session.execute(update(KEYS).where(this).values(wrapped=b"nothing")),
    }
    return deeds[name]


def runs(statement: Executable) -> Callable[[AsyncSession], Awaitable[object]]:
    return lambda session: session.execute(statement)


async def refused(town: Town, deed: Callable[[AsyncSession], Awaitable[object]]) -> str:
    with pytest.raises((KeyKept, DBAPIError), match=r"open|on_hold|not_approved|varna:") as no:
        async with town.database.writing() as session:
            await deed(session)
    return str(no.value)


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("state,code", [("open", "open"), ("hold", "on_hold"), ("alone", "not_approved")])
async def test_no_way_of_deleting_passes(town: Town, name: str, state: str, code: str) -> None:
    ref = await ready(town, close=state != "open", agree=state != "alone", hold=state == "hold")
    before = await wrapped(town, ref)
    said = await refused(town, way(town, name, ref))
    assert name not in {"ring", "cleared"} or code in said
    assert await wrapped(town, ref) == before


async def test_with_everything_in_order_the_key_goes_and_never_comes_back(town: Town) -> None:
    ref = await ready(town)
    before = await wrapped(town, ref)
    for name in ("deleted", "replaced", "overwritten"):  # not even then by another way
        await refused(town, way(town, name, ref))
    async with town.database.writing() as session:
        await town.ring.destroy(session, ref, NOON)
    assert await wrapped(town, ref) is None
    back = update(KEYS).where(KEYS.c.scope == ref).values(wrapped=before, destroyed_at=None)
    assert "key_row" in await refused(town, lambda session: session.execute(back))


async def test_the_key_of_an_organisation_goes_by_no_list(town: Town) -> None:
    assert await refused(town, lambda session: town.ring.destroy(session, "org:9001", NOON)) in {"open", "not_approved"}


async def test_a_hold_is_released_by_somebody_and_neither_taken_away_nor_rewritten(town: Town) -> None:
    ref = await ready(town, hold=True)
    for change in (
        delete(HOLDS),
        update(HOLDS).values(case="9001-FV-2026-99999"),
        update(HOLDS).values(reference="annan"),
        update(HOLDS).values(by="någon"),
    ):
        assert "hold_row" in await refused(town, runs(change))
    async with town.database.writing() as session:
        (hold,) = await holds.listed(session, "9001")
        assert await holds.held(session, [ref, "9001-FV-2026-99999"]) == {ref}
        assert await holds.release(session, hold.id, "KS 2026-10", "arkivarie", NOON)
        assert not await holds.release(session, hold.id, "KS 2026-11", "annan", NOON)
        ended = await holds.get(session, hold.id)
    assert ended is not None
    assert (ended.stands, ended.release_reference, ended.reference) == (False, "KS 2026-10", "KS 2026-9")
    async with town.database.writing() as session:
        await town.ring.destroy(session, ref, NOON)
    assert "hold_row" in await refused(town, lambda session: session.execute(update(HOLDS).values(released=None)))


async def test_nobody_approves_alone_and_nothing_is_added_to_what_was_approved(town: Town) -> None:
    ref = await ready(town, agree=False)
    async with town.database.writing() as session:
        name = await approved(session, ref, NOON, by=None)
    alone = update(LISTS).where(LISTS.c.id == name).values(approved_by="arkivarie", approved=NOON, decision="KS § 1")
    for wrong in (alone, update(LISTS).where(LISTS.c.id == name).values(approved_by="chef", approved=NOON)):
        with pytest.raises(IntegrityError):
            async with town.database.writing() as session:
                await session.execute(wrong)
    async with town.database.writing() as session:
        await session.execute(alone.values(approved_by="chef"))
    item: dict[str, object] = {
        "list": name,
        "case": "9001-FV-2026-00009",
        "organisation": "9001",
        "kind": RetentionClass.OTHER,
    }
    for change in (
        insert(ITEMS).values(item | {"closed": NOON, "ends": NOON}),
        update(ITEMS).values(case="9001-FV-2026-00009"),
        delete(ITEMS),
        update(LISTS).values(proposed_by="någon"),
        update(LISTS).values(approved_by="någon"),
        update(LISTS).values(decision="annat"),
        update(LISTS).values(approved_by=None, decision=None),
        delete(LISTS),
    ):
        assert "_row" in await refused(town, runs(change))


async def test_what_was_spared_or_withdrawn_stays(town: Town) -> None:
    spared, withdrawn = await ready(town), await ready(town)
    async with town.database.writing() as session:
        await session.execute(update(ITEMS).where(ITEMS.c.case == spared).values(spared_by="chef", spared=NOON))
        await session.execute(update(LISTS).where(LISTS.c.id == f"list-{withdrawn}".lower()).values(withdrawn=NOON))
    for ref in (spared, withdrawn):
        assert await refused(town, way(town, "ring", ref)) == "not_approved"
