"""Write new histories: `python -m tests.histories.make [NUMBER …]`. Committed ones are never made again, only added to.

A history is what some running case out there may look like. It is replayed against every later version of the workflow;
one that no longer replays means cases that would stand still after a deploy.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from temporalio.contrib.pydantic import pydantic_data_converter

from operate.scenarios import SCENARIOS
from operate.town import a_town
from workflows.client import workflow_id

if TYPE_CHECKING:
    from operate.scenarios.scenario import Scenario

FOLDER = Path("tests/histories")
WANTED = (1, 3, 9, 10, 13)
"""One for each way a case can end: long, reopened, preventive, false alarm, registered only."""


async def make(scenario: Scenario) -> None:
    """Play one scenario with invented people, in clear, and keep the history of its first case."""
    async with a_town(converter=pydantic_data_converter) as town:
        cases = await scenario.story(town)
        handle = town.environment.client.get_workflow_handle(workflow_id(cases[0].ref))
        history = await handle.fetch_history()
    text = json.dumps(json.loads(history.to_json()), ensure_ascii=False, separators=(",", ":"))
    (FOLDER / f"f{scenario.number:02}.json").write_text(text + "\n", encoding="utf-8")


async def main(numbers: list[int]) -> None:
    """Make the wanted histories that are not there yet."""
    for scenario in SCENARIOS:
        if scenario.number in numbers and not (FOLDER / f"f{scenario.number:02}.json").exists():
            await make(scenario)


if __name__ == "__main__":
    asyncio.run(main([int(number) for number in sys.argv[1:]] or list(WANTED)))
