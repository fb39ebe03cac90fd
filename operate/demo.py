"""`varna demo`: the thirteen scenarios side by side in one town, months in seconds."""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from typer import echo

from i18n import label
from operate import logs
from operate.scenarios import SCENARIOS
from operate.scenarios.dutylog import DutyLog
from operate.show import ICONS
from operate.together import Together
from operate.town import a_town

if TYPE_CHECKING:
    from i18n import Words
    from operate.scenarios.scenario import Scenario


async def demo(words: Words) -> None:
    """Play them all and print one line for each case, the summary last. Progress goes to standard error."""
    logs.configure("ERROR", "console")
    began = time.monotonic()
    async with a_town() as place:
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
