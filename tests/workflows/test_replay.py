"""A change to running work is visible: committed histories replay, and the fingerprint says what changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from tests.workflows.fingerprint import baseline, fingerprint
from workflows.case import CaseWorkflow
from workflows.messages import CaseStart

HISTORIES = sorted(path for path in Path("tests/histories").glob("*.json") if path.stem != "fingerprints")


@workflow.defn(name="case")
class Hasty(CaseWorkflow):
    """The case workflow with one step more, unversioned: what must not happen."""

    @workflow.init
    def __init__(self, start: CaseStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: CaseStart) -> None:
        await workflow.sleep(1)
        await super().run(start)


def a_history(path: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(f"case-{path.stem}", path.read_text(encoding="utf-8"))


async def replay(kind: type, history: WorkflowHistory) -> None:
    await Replayer(workflows=[kind], data_converter=pydantic_data_converter).replay_workflow(history)


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_committed_history_replays(path: Path) -> None:
    await replay(CaseWorkflow, a_history(path))


async def test_one_step_more_is_noticed() -> None:
    with pytest.raises(workflow.NondeterminismError):
        await replay(Hasty, a_history(HISTORIES[0]))


def test_there_is_a_history_for_each_way_a_case_can_end() -> None:
    endings = set()
    for path in HISTORIES:
        text = json.dumps(json.loads(path.read_text(encoding="utf-8")))
        endings.add("continued" if "WorkflowExecutionContinuedAsNew" in text else "lived")
    assert len(HISTORIES) >= 5
    assert "lived" in endings


def test_the_fingerprint_is_the_committed_one() -> None:
    assert fingerprint() == baseline(), (
        "A workflow asks other things of the engine than the committed fingerprint says. If running cases could "
        "notice, put the change behind workflow.patched() (CONTRIBUTING, «To change a workflow»); then renew the "
        "baseline with `python -m tests.workflows.fingerprint` and say in the commit message why that is safe."
    )


def test_a_new_command_changes_the_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "workflows").mkdir()
    source = Path("workflows/case.py").read_text(encoding="utf-8")
    hasty = source.replace("self.alarm.stop()", "self.alarm.stop()\n        await workflow.sleep(1)")
    (tmp_path / "workflows" / "case.py").write_text(hasty, encoding="utf-8")
    committed = baseline()["workflows/case.py"]
    monkeypatch.chdir(tmp_path)
    assert fingerprint()["workflows/case.py"] != committed
