"""Write new histories: `python -m tests.histories.make`. Committed ones are never made again, only added to.

A history is what some running case out there may look like. It is replayed against every later version of the workflow;
one that no longer replays means cases that would stand still after a deploy.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from operate.scenarios import SCENARIOS
from operate.town import Town, TownCase, a_town, beside_python
from tests.reports import a_report
from workflows.client import workflow_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

FOLDER = Path("tests/histories")


async def scenario(town: Town, number: int) -> TownCase:
    """Play one of the thirteen; its main case."""
    return (await SCENARIOS[number - 1].story(town))[0]


async def completed(town: Town) -> TownCase:
    """Closed, and a year later too late to reopen: the workflow ends."""
    case = await scenario(town, 13)
    await town.wait(days=366)
    return case


async def continued(town: Town) -> TownCase:
    """So much happened that the case goes on in a new run."""
    case = await town.report(a_report())
    for number in range(12):
        await case.does("granvik-samordnare", "add_note", text=f"Anteckning {number}.")
    return case


STORIES: dict[str, Callable[[Town], Awaitable[TownCase]]] = {
    "acute": lambda town: scenario(town, 1),
    "reopened": lambda town: scenario(town, 3),
    "prevention": lambda town: scenario(town, 9),
    "false_alarm": lambda town: scenario(town, 10),
    "completed": completed,
    "continued": continued,
}
"""Each way a run can end, and the longest lives."""


async def an_engine(name: str) -> WorkflowEnvironment:
    """Time skips, but for a case that is to go on in a new run: only the dev server can be told to suggest it early."""
    if name != "continued":
        return await WorkflowEnvironment.start_time_skipping(
            data_converter=pydantic_data_converter, test_server_existing_path=beside_python("temporal-test-server")
        )
    return await WorkflowEnvironment.start_local(
        data_converter=pydantic_data_converter,
        dev_server_existing_path=beside_python("temporal"),
        dev_server_extra_args=["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=50"],
    )


async def make(name: str) -> None:
    """Play one story with invented people, in clear, and keep the history of the first run of its case."""
    async with a_town(environment=await an_engine(name)) as town:
        case = await STORIES[name](town)
        handle = town.environment.client.get_workflow_handle(workflow_id(case.ref))
        first = (await handle.describe()).raw_description.workflow_execution_info.first_run_id
        run = town.environment.client.get_workflow_handle(workflow_id(case.ref), run_id=first or None)
        history = await run.fetch_history()
    text = json.dumps(json.loads(history.to_json()), ensure_ascii=False, separators=(",", ":"))
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


async def main() -> None:
    """Make those that are not there yet."""
    for name in STORIES:
        if not (FOLDER / f"{name}.json").exists():
            await make(name)


if __name__ == "__main__":
    asyncio.run(main())
