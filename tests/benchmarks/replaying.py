"""What a proof costs: the history of a case, run through the workflow once more and held against its ledger."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from activities.history import Run, fetch_all
from audit.comparison import compare
from audit.replay import replay
from operate.town import a_town
from storage import ledger
from tests.reports import a_report
from workflows.client import workflow_id

if TYPE_CHECKING:
    from pathlib import Path

    from operate.town import Town

EVENTS = 200
"""Of the engine's history, which the replay goes through; and then of the ledger."""
ROUNDS = 7
OFFICER = "granvik-samordnare"


class Proved(NamedTuple):
    """The quickest of several rounds, in milliseconds, over so many events of the history and of the ledger."""

    milliseconds: float
    rounds: tuple[float, ...]
    history: int
    recorded: int


async def proved(home: Path) -> tuple[Proved, Proved]:
    """Work on a case until its ledger is long enough; replay it, read its ledger and compare, again and again.

    First the beginning of it that has so many events in the engine's history, then all of it.
    """
    async with a_town(home) as town:
        case = await town.report(a_report())
        while True:
            await case.does(OFFICER, "add_note", text="Ringde, inget svar.")
            if (await case.state()).seq >= EVENTS:
                break
        (run,) = await fetch_all(town.environment.client, workflow_id(case.ref))
        beginning = Run(run.workflow, run.id, run.events[:EVENTS])
        return await _measured(town, case.ref, beginning), await _measured(town, case.ref, run)


async def _measured(town: Town, ref: str, run: Run) -> Proved:
    rounds: list[float] = []
    async with town.house.database.reading() as session:
        key = await town.house.ring.key(session, ref)
        for _ in range(ROUNDS):
            began = perf_counter()
            found = compare(await replay([run], key), await ledger.rows(session, key, ref))
            rounds.append(round((perf_counter() - began) * 1000, 1))
            assert found.difference is None
    return Proved(min(rounds), tuple(rounds), len(run.events), found.events)
