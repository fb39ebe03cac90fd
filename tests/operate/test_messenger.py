"""The messenger: every case hears what became of its messages, whatever is wrong with another."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from models.message import Actor, Command
from models.stages.clock import NoticeOutcome
from models.vocabulary.case import Urgency
from operate.messenger import tell_cases
from storage import messages, notices
from storage.tables import MessageKind, MessageState
from tests.activities.told import CHIEF, all_of, notice, postman
from tests.channels.phone import Phone
from tests.operate.queued import house, queue, sending
from tests.storage.town import NOON, Town
from workflows.client import Cases, EngineOutOfReach
from workflows.messages import Receipt
from workflows.options import ACT_PATIENCE


class Ears(Cases):
    """Cases that hear, but for some that nobody gets through to."""

    def __init__(self, deaf: Collection[str], why: Exception) -> None:
        self.deaf, self.why = deaf, why
        self.heard: list[tuple[str, str | None]] = []
        self.taken: list[str] = []

    async def hear(self, ref: str, outcomes: Sequence[NoticeOutcome]) -> bool:
        if ref in self.deaf:
            raise self.why
        self.heard += [(ref, one.failure) for one in outcomes]
        return True

    async def act(self, ref: str, command: Command, actor: Actor, patience: timedelta = ACT_PATIENCE) -> Receipt:
        self.taken.append(actor.id)
        return Receipt(
            case=ref,
            command=command.id,
            first=1,
            last=1,
            recorded=NOON + patience,
            stage=None,
            level=None,
            next_due=None,
        )


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


@pytest.mark.parametrize("urgency, taken", [(Urgency.PAGE, [CHIEF]), (Urgency.NOW, [])])
async def test_only_who_was_asked_to_take_the_alarm_has_taken_it(
    little_town: Town, tmp_path: Path, urgency: Urgency, taken: list[str]
) -> None:
    town, cases = little_town, Ears((), RuntimeError())
    case, _ = await town.opens()
    at_work = postman(town, Phone())
    await at_work.deliver([notice(case, urgency=urgency)], NOON)
    (sent,) = await all_of(town)
    async with town.database.writing() as session:
        await messages.mark(session, sent.id, MessageState.ACCEPTED, NOON, "link")
    assert await tell_cases(house(town, tmp_path), cases, at_work, NOON) == 1
    assert cases.taken == taken


async def test_a_case_that_did_not_answer_is_left_alone_for_a_minute_and_then_told(
    little_town: Town, tmp_path: Path
) -> None:
    town = little_town
    silent, _ = await two_cases(town)
    home, cases = house(town, tmp_path), Ears({silent}, EngineOutOfReach("later"))
    left_alone: dict[str, datetime] = {}
    await tell_cases(home, cases, postman(town), NOON, left_alone)
    assert list(left_alone) == [silent]
    cases.deaf = ()
    await tell_cases(home, cases, postman(town), NOON + timedelta(seconds=30), left_alone)
    assert silent not in {case for case, _ in cases.heard}
    await tell_cases(home, cases, postman(town), NOON + timedelta(seconds=61), left_alone)
    assert silent in {case for case, _ in cases.heard}
    assert left_alone == {}
