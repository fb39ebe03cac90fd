"""What is to be archived is found among all that the engine remembers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from desk import archiving
from storage.payloads import CASE

if TYPE_CHECKING:
    import pytest

    from tests.desk.ending import Archive

MANY = 40_000
"""More than a database takes in one question."""


async def test_it_is_found_among_more_runs_than_fit_into_one_question(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, asked = (await archive.closes(archive=False)).ref, list[str]()

    async def remembered(_: object) -> dict[str, str]:
        others = {f"run-{number}": f"{CASE}9001-FV-1999-{number:05}" for number in range(MANY)}
        return others | {"run": f"{CASE}{kept}"}

    async def begun(_client: object, _queue: str, ref: str) -> None:
        asked.append(ref)

    monkeypatch.setattr(archiving, "ended", remembered)
    monkeypatch.setattr(archiving, "archive", begun)
    nobody: Any = None
    assert await archiving.archive_ended(archive.desk, nobody) == asked == [kept]
