"""`varna audit replay` and `varna rehearse`, on cases whose engine is gone and on one whose engine runs."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from audit.rounds import rehearse
from operate import demo
from operate.demo import archive_all, clear
from operate.scenarios import SCENARIOS
from operate.town import a_town
from tests.audit.replayed import OFFICER, at_rest, change, key_of, sealed, take_away
from tests.operate.commands import varna
from tests.reports import a_report
from tests.workflows.hasty import Hasty

if TYPE_CHECKING:
    from pathlib import Path

    from operate.town import Town, TownCase


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VARNA_HOME", str(tmp_path / "demo"))
    monkeypatch.setenv("VARNA_LOG_LEVEL", "ERROR")
    clear(tmp_path / "demo")
    return tmp_path / "demo"


async def two_cases(town: Town) -> tuple[TownCase, TownCase]:
    """One that has run its course, one that goes on."""
    (ended,) = await SCENARIOS[12].story(town)
    await town.wait(days=366)
    going = await town.report(a_report())
    await going.does(OFFICER, "add_note", text="Ringde, inget svar.")
    await at_rest(going)
    return ended, going


async def test_what_a_demo_leaves_behind_is_proved_by_command(home: Path) -> None:
    async with a_town(home) as town:
        ended, going = await two_cases(town)
        await archive_all(town)
    await asyncio.to_thread(replays_all, ended.ref, going.ref)


def replays_all(ended: str, going: str) -> None:
    told = varna("audit", "replay", "--all")
    assert (told.code, told.out.count("Identiskt"), "2 av 2 ärenden är styrkta" in told.out) == (0, 2, True)
    again = varna("audit", "replay", "--all", "--resume", "--json")
    assert (again.code, again.document) == (0, {"cases": [], "left_out": 2})
    one = varna("audit", "replay", ended, "--json")
    assert (one.code, one.document["verdict"], one.document["events"]) == (0, "identical", len(one.document["states"]))
    assert [run["archived"] for run in one.document["runs"]] == [True]
    assert varna("audit", "replay", going, "--json").document["verdict"] == "identical"
    assert varna("audit", "replay").code == 2
    assert varna("audit", "replay", going, "--all").code == 2
    assert varna("audit", "replay", "9001-FV-2020-00009").code == 4
    assert varna("rehearse").code == 5  # nobody can say which cases go on


async def test_a_changed_ledger_is_told_with_both_sides_and_without_a_word_of_what_happened(home: Path) -> None:
    async with a_town(home) as town:
        ended, going = await two_cases(town)
        await archive_all(town)
        note = next(event for event in await going.events() if event.type == "note_added")
        forged = note.model_copy(update={"data": note.data.model_copy(update={"text": "Allt är bra."})})
        await change(going, note.seq, body=sealed(await key_of(going), forged))
        await take_away(ended, 4)
    told = await asyncio.to_thread(varna, "audit", "replay", "--all")
    assert told.code == 3
    assert f"Skiljer sig vid händelse {note.seq}" in told.out
    assert "Skiljer sig vid händelse 4" in told.out
    for part in ("Historiken", "Liggaren", "Skiljer sig i: data.text", "0 av 2 ärenden är styrkta"):
        assert part in told.out
    assert "Ringde" not in told.out
    assert "Allt är bra" not in told.out
    document = (await asyncio.to_thread(varna, "audit", "replay", going.ref, "--json")).document
    assert document["difference"]["history"]["content"] != document["difference"]["ledger"]["content"]


async def test_a_release_that_open_cases_would_not_survive_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_town(home) as town:
        monkeypatch.setenv("VARNA_TEMPORAL_ADDRESS", town.environment.client.service_client.config.target_host)
        town.house._known[:] = [town.environment.client]
        ended, going = await two_cases(town)
        fine = await asyncio.to_thread(varna, "rehearse", "--json")
        assert (fine.code, fine.document) == (0, {"open": 1, "broken": []})
        tried = {ref: broken async for ref, broken in rehearse(town.house, Hasty)}
        assert ended.ref not in tried
        hasty = tried[going.ref]
        assert hasty is not None
        assert hasty.reason == "nondeterministic"
        await change(going, 2, body=sealed(await key_of(going), (await going.events())[2]))
        refused = await asyncio.to_thread(varna, "rehearse")
        assert (refused.code, "skulle ha beslutat annorlunda vid händelse 2" in refused.out) == (3, True)
        assert "ta inte koden i drift" in refused.out


def test_only_an_earlier_demo_makes_way(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "SCENARIOS", ())
    (home / "varna.db").write_text("of the demo before")
    clear(home)
    assert sorted(path.name for path in home.iterdir()) == ["demo.txt", "settings.toml"]
    (home / "demo.txt").unlink()
    (home / "cases").mkdir()
    refused = varna("demo", "--home", str(home))
    assert (refused.code, (home / "cases").exists()) == (2, True)
