"""A case that lives long: many runs, nights without a worker, a worker that dies at the worst moment, newer code."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from temporalio.client import Client

from models.stages.clock import Escalated, Reminded
from models.vocabulary.incident import IncidentKind
from operate.up import Child
from tests.engine import installation, until
from tests.failure import dying_worker
from tests.failure.officers import (
    alive,
    assert_nothing_lost_or_doubled,
    begin,
    events_of,
    insist,
    note,
    told_of,
)
from tests.reports import GRANVIK, a_report
from tests.routine import routine
from workflows.client import workflow_id
from workflows.options import RECEIPTS_KEPT

OFFICERS = 4
ACTIONS = 260
"""Per officer: more than a thousand together."""
REMEMBERED = RECEIPTS_KEPT // OFFICERS // 2
"""So many of each officer's actions are answered again as they were, even if some of them were long in coming."""
SHORT_RUNS = ("--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=60")


async def runs_of(client: Client, ref: str) -> int:
    """How many runs the engine remembers of a case."""
    return len([run async for run in client.list_workflows(f"WorkflowId = '{workflow_id(ref)}'")])


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_thousand_actions_by_four_officers_outlive_many_runs(tmp_path: Path) -> None:
    async with installation(tmp_path, *SHORT_RUNS) as running:
        ref = await begin(running)
        await alive(running, ref)
        at = await running.cases()
        first = await insist(at, ref, note("the-first"))
        receipts = {}

        async def officer(name: str, actions: range) -> None:
            for number in actions:
                receipt = await insist(at, ref, note(f"{name}.{number}"))
                receipts[receipt.command] = receipt

        async def all_of_them(actions: range) -> None:
            await asyncio.gather(*(officer(f"o{number}", actions) for number in range(OFFICERS)))

        await all_of_them(range(REMEMBERED))
        assert await runs_of(await running.client(), ref) > 1
        assert await insist(at, ref, note("the-first")) == first
        await all_of_them(range(REMEMBERED, ACTIONS))
        last = await insist(at, ref, note("the-last"))
        recent = list(receipts.values())[-REMEMBERED:]
        for receipt in recent:
            assert await insist(at, ref, note(receipt.command)) == receipt
        acted = ["the-first", *receipts, "the-last"]
        events = await assert_nothing_lost_or_doubled(running, ref, acted)
        by_cause = {event.cause: event.seq for event in events}
        assert len(receipts) == OFFICERS * ACTIONS
        for receipt in [first, *receipts.values(), last]:
            assert receipt.first == receipt.last == by_cause[receipt.command]
        assert await runs_of(await running.client(), ref) > 20


@pytest.mark.slow
async def test_a_worker_that_slept_past_a_ladder_takes_the_highest_step_once(tmp_path: Path) -> None:
    async with installation(tmp_path) as running:
        await running.adopt(routine("exercise", GRANVIK))
        ref = await begin(running, a_report(IncidentKind.THREAT_DEATH))
        await alive(running, ref)
        started = (await events_of(running, ref))[0].at
        await running.stop(running.worker)
        # Triage is due after 10 seconds; the third step of its ladder comes at 1.5 times that.
        await until(lambda: _past(started + timedelta(seconds=16)))
        await running.start(running.worker)

        async def looked() -> bool:
            return any(isinstance(event.data, Reminded | Escalated) for event in await events_of(running, ref))

        await until(looked)
        await insist(await running.cases(), ref, note("n1"))
        events = await assert_nothing_lost_or_doubled(running, ref, ["n1"])
        triage = [
            (event.type, event.data.step)
            for event in events
            if isinstance(event.data, Reminded | Escalated) and event.data.obligation == "triage"
        ]
        assert triage[0][0] == "escalated"
        assert triage[0][1] >= 4
        assert [step for _, step in triage] == sorted({step for _, step in triage})
        told = [one for one in await told_of(running, ref) if one.about == "triage"]
        assert len({(one.seq, one.role, one.recipient) for one in told}) == len(told)


@pytest.mark.slow
async def test_what_a_dying_worker_recorded_but_never_answered_is_taken_over(tmp_path: Path) -> None:
    async with installation(tmp_path, start=("engine",)) as running:
        fuse = tmp_path / "fuse"
        short_lived = Child("worker", dying_worker.command(fuse), running.worker.environment, running.worker.ready)
        await running.start(short_lived)
        ref = await begin(running)
        await alive(running, ref)
        at = await running.cases()
        await insist(at, ref, note("before"))
        fuse.touch()
        acted = [f"n{number}" for number in range(6)]
        receipts = await asyncio.gather(*(insist(at, ref, note(identity)) for identity in acted))
        assert short_lived.starts == 2
        assert not fuse.exists()
        for identity, receipt in zip(acted, receipts, strict=True):
            assert await insist(at, ref, note(identity)) == receipt
        events = await assert_nothing_lost_or_doubled(running, ref, ["before", *acted])
        assert {event.cause: event.seq for event in events if event.cause in acted} == {
            receipt.command: receipt.first for receipt in receipts
        }
        await running.stop(short_lived)


async def _past(moment: datetime) -> bool:
    return datetime.now(UTC) > moment
