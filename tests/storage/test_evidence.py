"""Evidence as it is written down: names and notes sealed, amounts counted, what waits for its case."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from storage import evidence, tables
from storage.evidence import Piece, UnknownEvidence
from storage.keys import KeyDestroyed
from storage.tables import EvidenceState
from tests.erasing import erase
from tests.storage.town import MARKED, NOON, Town


def piece(case: str, number: int = 1, **rest: object) -> Piece:
    given: dict[str, object] = {
        "id": f"{number:032x}",
        "organisation": "9001",
        "case": case,
        "report": None,
        "received": NOON + timedelta(minutes=number),
        "by": "reporter",
        "size": 10,
        "digest": "ab" * 32,
        "type": "image/png",
        "name": f"{MARKED}.png",
        "note": f"{MARKED} i brevlådan",
    }
    return Piece(**given | rest)  # type: ignore[arg-type]


async def put(town: Town, *pieces: Piece) -> None:
    async with town.database.writing() as session:
        for one in pieces:
            await evidence.put(session, town.ring, one)


async def test_it_is_read_back_as_it_was_and_what_is_personal_is_sealed(town: Town) -> None:
    case = (await town.accepts()).case
    first, second = piece(case), piece(case, 2, by="granvik-tib", name="", note="")
    await put(town, second, first)
    async with town.database.reading() as session:
        assert await evidence.get(session, town.ring, first.id) == first
        assert await evidence.of_case(session, town.ring, case) == [first, second]
        for row in await session.execute(select(tables.evidence)):
            assert MARKED not in str(row._mapping)
        with pytest.raises(UnknownEvidence):
            await evidence.get(session, town.ring, "f" * 32)


async def test_it_is_erased_with_its_case(town: Town) -> None:
    case = (await town.accepts()).case
    await put(town, piece(case))
    await erase(town.database, town.ring, case, NOON)
    async with town.database.reading() as session:
        with pytest.raises(KeyDestroyed):
            await evidence.get(session, town.ring, piece(case).id)


async def test_what_the_case_was_not_told_of_waits_until_it_is_recorded_or_refused(town: Town) -> None:
    case = (await town.opens())[0].ref
    await put(town, *(piece(case, number) for number in (1, 2, 3)))
    async with town.database.writing() as session:
        await evidence.mark_recorded(session, piece(case, 1).id)
        await evidence.mark_refused(session, piece(case, 2).id)
    async with town.database.reading() as session:
        assert [one.id for one in await evidence.unrecorded(session, 10)] == [piece(case, 3).id]
        states = [(one.recorded, one.state) for one in await evidence.of_case(session, town.ring, case)]
        assert states == [(True, EvidenceState.KEPT), (False, EvidenceState.REFUSED), (False, EvidenceState.KEPT)]
        assert await evidence.known(session, [piece(case, 1).id, "f" * 32]) == {piece(case, 1).id}


async def test_those_who_hand_in_at_once_are_counted_one_after_the_other(town: Town) -> None:
    case, other = (await town.accepts()).case, (await town.accepts()).case
    await put(town, piece(other, 90), piece(case, 91, by="granvik-tib"))

    async def hand_in(number: int) -> int:
        async with town.database.writing() as session:
            had = await evidence.amount(session, case, ("reporter", "affected"))
            await evidence.put(session, town.ring, piece(case, number))
            return had.files

    assert sorted(await asyncio.gather(*(hand_in(number) for number in range(6)))) == list(range(6))
    async with town.database.writing() as session:
        assert await evidence.amount(session, case, ("reporter",)) == (6, 60)
