"""Newer code while cases are open: idle cases move to it by themselves, and the old worker can go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from temporalio.api.workflowservice.v1 import SetWorkerDeploymentCurrentVersionRequest
from temporalio.service import RPCError

from models.vocabulary.incident import IncidentKind
from tests.engine import Installation, installation, until
from tests.failure.officers import alive, assert_nothing_lost_or_doubled, begin, insist, note
from tests.reports import GRANVIK, a_report
from tests.routine import routine
from workflows.client import workflow_id

if TYPE_CHECKING:
    from pathlib import Path

    from temporalio.client import Client


async def make_current(client: Client, build: str) -> None:
    """Let new runs begin on this version, as soon as the engine has heard of it."""
    request = SetWorkerDeploymentCurrentVersionRequest(
        namespace=client.namespace, deployment_name="varna", build_id=build, ignore_missing_task_queues=True
    )

    async def done() -> bool:
        try:
            await client.workflow_service.set_worker_deployment_current_version(request)
        except RPCError:
            return False
        return True

    await until(done)


async def version_of(client: Client, ref: str) -> str:
    """The version that did the latest work of a case."""
    described = await client.get_workflow_handle(workflow_id(ref)).describe()
    info = described.raw_description.workflow_execution_info.versioning_info
    return info.deployment_version.build_id


async def have_moved(running: Installation, refs: list[str], build: str) -> bool:
    client = await running.client()
    return {await version_of(client, ref) for ref in refs} == {build}


@pytest.mark.slow
async def test_open_cases_move_to_newer_code_when_they_next_wake(tmp_path: Path) -> None:
    async with installation(tmp_path, build_id="a") as running:
        client, at = await running.client(), await running.cases()
        await running.adopt(routine("exercise", GRANVIK))
        await make_current(client, "a")
        busy, silent = await begin(running), await begin(running, a_report(IncidentKind.THREAT_DEATH))
        await alive(running, busy, silent)
        first = await insist(at, busy, note("n1"))
        assert await have_moved(running, [busy, silent], "a")

        environment = {**running.worker.environment, "VARNA_BUILD_ID": "b"}
        newer = replace(running.worker, name="newer", environment=environment, process=None)
        try:
            await running.start(newer)
            await make_current(client, "b")
            await until(lambda: have_moved(running, [busy, silent], "b"))
            await running.stop(running.worker)
            assert await insist(at, busy, note("n1")) == first
            for ref in (busy, silent):
                await insist(at, ref, note("n2"))
            await assert_nothing_lost_or_doubled(running, busy, ["n1", "n2"])
            await assert_nothing_lost_or_doubled(running, silent, ["n2"])
        finally:
            await running.stop(newer)
