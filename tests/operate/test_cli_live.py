"""The commands on an installation that runs: engine and worker as processes of their own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.engine import installation
from tests.operate.commands import CHIEF, REPORT, TRIAGE, Ended, varna


async def does(*words: str, given: object = None) -> Ended:
    """Run a command beside the test's own event loop."""
    return await asyncio.to_thread(varna, *words, given=given)


async def test_a_case_is_worked_on_by_command_from_report_to_refusal(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with installation(empty) as running:
        monkeypatch.setenv("VARNA_TEMPORAL_ADDRESS", running.settings.temporal_address)
        monkeypatch.setenv("VARNA_LOG_LEVEL", "ERROR")
        assert (await does("doctor", "--json")).code == 0
        assert (await does("migrate", "--wait", "10")).code == 0  # the search attributes are registered already

        reported = await does("report", "-", "--json", given=REPORT)
        assert (reported.code, reported.err) == (0, "")
        ref = reported.document["case"]
        assert reported.document["started"] is True

        done = await does("act", ref, "-", "--as", CHIEF, "--json", given=TRIAGE | {"id": "first-look"})
        assert (done.code, done.err) == (0, "")
        assert done.document["stage"] == "risk"
        again = await does("act", ref, "-", "--as", CHIEF, "--json", given=TRIAGE | {"id": "first-look"})
        assert again.document == done.document

        shown = await does("history", ref, "--json")
        causes = [event["cause"] for event in shown.document["events"]]
        assert causes.count("first-look") == 2  # triaged, and the level with it

        refused = await does("act", ref, "-", "--as", CHIEF, given=TRIAGE)
        assert (refused.code, refused.out) == (3, "")
        assert refused.err.startswith("already_triaged: outcome: Rapporten är redan bedömd.")
        told = await does("act", ref, "-", "--as", "granvik-registrator", "--json", given=TRIAGE)
        assert (told.code, told.error["code"], told.error["field"]) == (3, "not_allowed", "actor")
        unseen = await does("act", ref, "-", "--as", "nordmyra-sakerhetschef", given={"type": "add_note", "text": "x"})
        assert unseen.code == 4
        unknown = await does("act", "9001-FV-2026-99999", "-", "--as", CHIEF, given=TRIAGE)
        assert (unknown.code, unknown.err) == (4, unseen.err)

        assert (await does("keys", "rotate")).code == 0  # beside a worker that knows only the old key
        later = (await does("report", "-", "--json", given=REPORT)).document["case"]
        assert (await does("act", later, "-", "--as", CHIEF, given=TRIAGE)).code == 0

        await running.stop(running.worker)
        idle = await does("doctor", "--json")
        assert idle.code in {0, 3}  # the engine remembers a worker that has just left
