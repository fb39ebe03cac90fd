"""`varna demo`: the thirteen scenarios side by side in one town, months in seconds.

What came of them stays in a home of its own (database, keys, archived histories), so that it can be audited afterwards.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from typer import echo

from audit.proof import prove
from i18n import label
from models.refusal import BadInput, Problem
from operate import logs
from operate.proving import checkpoint_all
from operate.scenarios import SCENARIOS
from operate.scenarios.dutylog import DutyLog
from operate.show import ICONS
from operate.together import Together
from operate.town import a_town
from settings import FILE
from storage import ledger
from storage.tables import Verdict
from workflows.archive import archive

if TYPE_CHECKING:
    from pathlib import Path

    from i18n import Words
    from operate.scenarios.scenario import Scenario
    from operate.town import Town


MARK = "demo.txt"
"""Stands in a home that the next demo may clear away."""
ADDRESS, PORT = "127.0.0.1:7253", 7290
"""Where the engine and the pages of such a home would be: not where those of real cases are."""
NOWHERE = "127.0.0.1:1"
"""Nobody answers there: what can be replayed is what the archive has."""
TRIES = 5
"""How often a history is copied until it has all that the ledger has."""


async def demo(home: Path, words: Words) -> None:
    """Play them all and print one line for each case, the summary last. Progress goes to standard error.

    :param home: where they are kept; what an earlier demo left there goes.
    :raises BadInput: if there is anything else.
    """
    logs.configure("ERROR", "console")
    began = time.monotonic()
    clear(home)
    async with a_town(home) as place:
        town = Together(place.house, place.environment, place.cases, place.postman, playing=len(SCENARIOS))
        opened = await town.now()
        with _progress() as progress:
            bar = progress.add_task(words("demo.playing"), total=len(SCENARIOS))

            async def logs_of(scenario: Scenario) -> list[DutyLog]:
                cases = await town.play(scenario)
                progress.advance(bar)
                return [await DutyLog.of(case) for case in cases]

            stories = await asyncio.gather(*map(logs_of, SCENARIOS))
        days = (await town.now() - opened) // timedelta(days=1)
        await archive_all(place)
        await checkpoint_all(place.house, None, datetime.now(UTC))
    for scenario, told in zip(SCENARIOS, stories, strict=True):
        for log in told:
            echo(line(scenario, log, words))
    every = [log for told in stories for log in told]
    echo(
        words(
            "demo.summary",
            cases=len(every),
            met=sum(len(log.met) for log in every),
            missed=sum(len(log.missed) for log in every),
            days=days,
            seconds=round(time.monotonic() - began),
        )
    )
    echo(words("demo.audit", home=home))


def clear(home: Path) -> None:
    """Make an empty home for a demo; raises `BadInput` if what is there is none of ours."""
    if home.exists() and any(home.iterdir()):
        if not (home / MARK).exists():
            raise BadInput(Problem(field="home", code="home_taken", reason="there is something else in it"))
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    (home / MARK).write_text("Invented cases. The next `varna demo` removes this folder.\n", encoding="utf-8")
    own = f'temporal_address = "{ADDRESS}"\nweb_port = {PORT}\nfictitious = true\n'
    (home / FILE).write_text(own, encoding="utf-8")


async def archive_all(town: Town) -> None:
    """Archive the history of every case, of those too that go on: the engine of a demo is gone when it is over."""
    later = replace(town.house, engine_address=NOWHERE)
    async with town.house.database.reading() as session:
        refs = await ledger.known(session)
    with town.environment.auto_time_skipping_disabled():
        for ref in refs:
            for _ in range(TRIES):
                kept = await archive(town.environment.client, town.house.task_queue, ref, running=True)
                await kept.result()
                if (await prove(later, ref)).verdict is not Verdict.AHEAD:
                    break


def line(scenario: Scenario, log: DutyLog, words: Words) -> str:
    """One case: its number, what it is about, the highest level and the last, how it ended, deadlines, who was told."""
    case = log.states[-1]
    highest = max((state.pace for state in log.states), key=lambda level: level.rank)
    levels = " → ".join(f"{ICONS[level]} {label(level, words)}" for level in dict.fromkeys((highest, case.pace)))
    end = label(case.closing.reason, words) if case.closing else label(case.headline, words) if case.headline else ""
    deadlines = words("demo.deadlines", met=len(log.met), missed=len(log.missed))
    roles = ", ".join(sorted(label(role, words) for role in log.roles))
    return "  ".join(
        (
            f"{case.ref:<19}",
            f"F{scenario.number:<3}",
            f"{words(scenario.title):<32}",
            f"{levels:<18}",
            f"{end:<28}",
            f"{deadlines:<24}",
            words("demo.told", roles=roles),
        )
    )


def _progress() -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, disable=not sys.stderr.isatty(), transient=True)
