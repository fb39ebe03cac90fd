"""The messenger: every case hears what became of its messages, whatever is wrong with another."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from models.stages.clock import NoticeOutcome
from models.vocabulary.case import Urgency
from operate.messenger import tell_cases
from storage import messages, notices
from storage.tables import MessageKind, MessageState
from tests.activities.told import all_of, notice, postman
from tests.operate.queued import house, queue, sending
from tests.storage.town import NOON, Town
from workflows.client import Cases, EngineOutOfReach


class Ears(Cases):
    """Cases that hear, but for some that nobody gets through to."""

    def __init__(self, deaf: Collection[str], why: Exception) -> None:
        self.deaf, self.why = deaf, why
        self.heard: list[tuple[str, str | None]] = []

    async def hear(self, ref: str, outcomes: Sequence[NoticeOutcome]) -> bool:
        if ref in self.deaf:
            raise self.why
        self.heard += [(ref, one.failure) for one in outcomes]
        return True


async def two_cases(town: Town) -> list[str]:
    """Somebody is told of two cases in one digest, which does not arrive."""
    opened = [(await town.opens())[0] for _ in range(2)]
    digest = sending("digest", NOON, case=None, kind=MessageKind.DIGEST, urgency=Urgency.DIGEST)
    await queue(town, digest)
    async with town.database.writing() as session:
        for case in opened:
            told = notice(case, urgency=Urgency.DIGEST)
            await notices.put(session, [notices.row_of(told, digest.recipient, "outbox", NOON, digest.id)])
        await messages.mark(session, digest.id, MessageState.FAILED, NOON, "smtp_550")
    return [case.ref for case in opened]


@pytest.mark.parametrize("why", [EngineOutOfReach("later"), RuntimeError()])
async def test_a_digest_that_failed_is_told_until_all_its_cases_have_heard(
    little_town: Town, tmp_path: Path, why: Exception
) -> None:
    town = little_town
    deaf, hearing = await two_cases(town)
    home, cases = house(town, tmp_path), Ears({deaf}, why)
    assert await tell_cases(home, cases, postman(town), NOON) == 1
    assert cases.heard == [(hearing, "smtp_550")]
    cases.deaf = ()
    assert await tell_cases(home, cases, postman(town), NOON) == 1
    assert cases.heard[1:] == [(deaf, "smtp_550")]
    assert [one.untold for one in await all_of(town)] == [False]
