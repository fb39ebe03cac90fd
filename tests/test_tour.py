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


async def step(case: TownCase, file: str, who: str) -> None:
    await case.does(who, **{"what" if k == "type" else k: v for k, v in json.loads(Path(file).read_text("utf-8")).items()})


async def test_the_tour_goes_as_the_readme_says(tmp_path: Path) -> None:
    steps = STEP.findall(Path("README.md").read_text(encoding="utf-8"))
    assert [file for file, _ in steps] == [path.as_posix() for path in sorted(Path("docs/tour").glob("[0-9]*.json"))]
    async with a_town(tmp_path) as town:
        case = await town.report(read_report(Path("docs/tour/report.json").read_bytes(), await town.now()))
        with pytest.raises(Refusal, match="stage_not_open"):
            await step(case, *steps[-1])
        for file, who in steps:
            await step(case, file, who)
        state = await case.state()
    assert state.closed
    assert all(record.state == "done" for record in state.stages.values())
