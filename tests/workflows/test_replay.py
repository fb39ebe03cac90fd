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
from tests.workflows.hasty import Hasty
from workflows.case import CaseWorkflow

HISTORIES = sorted(path for path in Path("tests/histories").glob("*.json") if path.stem != "fingerprints")


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


def test_there_is_a_history_for_each_way_a_run_can_end() -> None:
    last = {path.stem: json.loads(path.read_text(encoding="utf-8"))["events"][-1]["eventType"] for path in HISTORIES}
    assert last["completed"] == "EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED"
    assert last["continued"] == "EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW"
    assert last.keys() >= {"acute", "reopened", "prevention", "false_alarm"}


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
