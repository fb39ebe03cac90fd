"""What lists, counts, search and a case cost in the database and on the way there, without the page around them."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from statistics import quantiles
from time import perf_counter
from typing import TYPE_CHECKING, Any

from desk import look, reader
from models.vocabulary.case import CaseKind, Level, Stage
from storage import worklist
from storage.tables import Via
from storage.worklist import Wanted, Whose
from tests.benchmarks.crowd import COMMON, USUAL, rare_word
from tests.benchmarks.lists import WHO

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from desk.desk import Desk

READERS = (WHO, "granvik-sakerhetschef", "granvik-tib")
FILTERS = (
    Wanted(),
    Wanted(whose=Whose.MINE),
    Wanted(whose=Whose.UNASSIGNED),
    Wanted(stage=Stage.RISK),
    Wanted(level=Level.HIGH),
    Wanted(level=Level.LOW, stage=Stage.INTAKE),
    Wanted(kind=CaseKind.PREVENTION),
    Wanted(drill=True),
)
SEARCHES = (
    "00012",
    COMMON,
    f"{COMMON} {USUAL[0]}",
    f"{USUAL[1]} {USUAL[2]}",
    rare_word(7),
    f"{COMMON} hög",
    "finnsinte",
)


TIMES = 6
OPENED = 200
"""Cases, each for the first time in its quarter of an hour: the reading is written, too."""


async def measure(desk: Desk) -> dict[str, float]:
    """The 95th percentile of each in milliseconds, over people and what they ask."""
    now = datetime.now(UTC)
    async with reader.everywhere(desk, WHO, now) as (session, actors):
        page = await worklist.worklist(session, desk.ring, actors, Wanted(), now, limit=OPENED)

    async def listed(person: str, wanted: Wanted) -> None:
        now = datetime.now(UTC)
        async with reader.everywhere(desk, person, now) as (session, actors):
            await worklist.worklist(session, desk.ring, actors, wanted, now)

    async def counted(person: str, wanted: Wanted) -> None:
        now = datetime.now(UTC)
        async with reader.everywhere(desk, person, now) as (session, actors):
            await worklist.counts(session, actors, wanted, now)

    async def searched(person: str, text: str) -> None:
        await look.search(desk, person, text)

    async def opened(person: str, ref: str) -> None:
        await look.case(desk, ref, person, via=Via.PAGE)

    return {
        "worklist": await _percentile(listed, list(product(READERS, FILTERS))),
        "counts": await _percentile(counted, list(product(READERS, FILTERS))),
        "search": await _percentile(searched, list(product(READERS, SEARCHES))),
        "case": await _percentile(opened, [(WHO, item.ref) for item in page.items], rounds=1),
    }


async def _percentile(
    ask: Callable[[str, Any], Awaitable[None]], all_of_them: Sequence[tuple[str, Any]], rounds: int = TIMES
) -> float:
    spent = []
    for number in range(rounds):
        for person, asked in all_of_them:
            began = perf_counter()
            await ask(person, asked)
            if number or rounds == 1:  # the first time, questions are still being put together
                spent.append((perf_counter() - began) * 1000)
    return round(quantiles(spent, n=20)[-1], 1)
