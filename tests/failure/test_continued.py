"""Thousands of actions on one case: it goes on in new runs, and nobody notices."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from models.stages.casework import AddNote
from operate.intake import accept, start
from storage import ledger
from tests.engine import installation
from tests.reports import a_report
from workflows.client import workflow_id

if TYPE_CHECKING:
    from pathlib import Path

    from models.message import Actor
    from workflows.client import Cases
    from workflows.messages import Receipt

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

OFFICERS, EACH = 4, 275
EARLY = ("--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=200")


async def write(cases: Cases, ref: str, officer: Actor, name: str) -> list[Receipt]:
    return [
        await cases.act(ref, AddNote(id=f"{name}-{number}", text=f"Anteckning {number}."), officer)
        for number in range(EACH)
    ]


async def test_a_thousand_actions_by_four_officers_at_once(tmp_path: Path) -> None:
    async with installation(tmp_path, *EARLY) as town:
        cases, officer = await town.cases(), await town.person("granvik-samordnare")
        accepted = await accept(town.house, a_report(), datetime.now(UTC))
        await start(town.house, cases, accepted)
        wrote = await asyncio.gather(*(write(cases, accepted.case, officer, f"o{n}") for n in range(OFFICERS)))
        receipts = [receipt for receipts in wrote for receipt in receipts]
        handle = (await town.client()).get_workflow_handle(workflow_id(accepted.case))
        info = (await handle.describe()).raw_description.workflow_execution_info
        runs = 1 + (info.first_run_id not in {"", info.execution.run_id})
        again = await cases.act(accepted.case, AddNote(id=receipts[-1].command, text="Om igen."), officer)
        async with town.house.database.reading() as session:
            key = await town.house.ring.key(session, accepted.case)
            events = await ledger.read(session, key, accepted.case)
            assert await ledger.verify(session, accepted.case) == []
        live = await cases.view(accepted.case)
    notes = [event for event in events if event.type == "note_added"]
    assert runs > 1, "it never went on in a new run"
    assert len(notes) == len({event.cause for event in notes}) == OFFICERS * EACH
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert {(r.command, r.first) for r in receipts} == {(event.cause, event.seq) for event in notes}
    assert again == receipts[-1]
    assert live.seq == events[-1].seq
