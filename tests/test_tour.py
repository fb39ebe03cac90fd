"""The README's tour, played as it is written."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from models.refusal import Refusal
from models.report import read_report
from operate.town import a_town

if TYPE_CHECKING:
    from operate.town import TownCase

STEP = re.compile(r"^\$ varna act \S+ (docs/tour/\S+\.json) --as (\S+)$", re.MULTILINE)


TOUR = Path("docs/tour")
REPORT = (TOUR / "report.json").read_bytes()
STEPS = STEP.findall(Path("README.md").read_text(encoding="utf-8"))
FILES = {path.as_posix(): json.loads(path.read_text(encoding="utf-8")) for path in sorted(TOUR.glob("[0-9]*.json"))}


async def step(case: TownCase, file: str, who: str) -> None:
    fields = dict(FILES[file])
    await case.does(who, fields.pop("type"), **fields)


async def test_the_tour_goes_as_the_readme_says(tmp_path: Path, database_url: str) -> None:
    assert [file for file, _ in STEPS] == list(FILES)
    async with a_town(tmp_path, database_url=database_url) as town:
        case = await town.report(read_report(REPORT, await town.now()))
        with pytest.raises(Refusal, match="stage_not_open"):
            await step(case, *STEPS[-1])
        for file, who in STEPS:
            await step(case, file, who)
        state = await case.state()
    assert state.closed
    assert all(record.state == "done" for record in state.stages.values())
