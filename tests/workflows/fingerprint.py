"""What a workflow asks of the engine, in source order: a change to it is a change to running cases.

`python -m tests.workflows.fingerprint` renews the baseline. Renew it together with a `workflow.patched(...)`, or with
the reason in the commit message why no running case can notice.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path

ROOM = Path("workflows")
BASELINE = Path("tests/histories/fingerprints.json")
COMMANDS = frozenset(
    {
        "continue_as_new",
        "deprecate_patch",
        "execute_activity",
        "execute_activity_method",
        "execute_child_workflow",
        "execute_local_activity",
        "execute_local_activity_method",
        "patched",
        "random",
        "signal_external_workflow",
        "sleep",
        "start_activity",
        "start_child_workflow",
        "start_local_activity",
        "upsert_memo",
        "upsert_search_attributes",
        "uuid4",
        "wait_condition",
    }
)
"""Calls that issue commands, or decide when the next one is issued."""


def fingerprint() -> dict[str, list[str]]:
    """Per file of the room: where which command is issued, in source order."""
    files = sorted(ROOM.glob("*.py"))
    found = {path.as_posix(): _commands(ast.parse(path.read_text(encoding="utf-8"))) for path in files}
    return {path: commands for path, commands in found.items() if commands}


def baseline() -> dict[str, list[str]]:
    """The committed fingerprint."""
    document: dict[str, list[str]] = json.loads(BASELINE.read_text(encoding="utf-8"))
    return document


def _commands(tree: ast.Module) -> list[str]:
    commands: list[str] = []
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
        for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
            owner, _, name = ast.unparse(call.func).rpartition(".")
            if owner == "workflow" and name in COMMANDS:
                what = ast.unparse(call.args[0]) if call.args and name != "wait_condition" else ""
                commands.append(f"{function.name}: {name}({what})")
    return commands


if __name__ == "__main__":
    BASELINE.write_text(json.dumps(fingerprint(), indent=2) + "\n", encoding="utf-8")
