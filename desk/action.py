"""An action in a case, in somebody's name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models.access import may_await, refuse_unless_allowed, refuse_unless_there
from models.refusal import Refusal
from models.sight import Sight, sight
from models.stages.casework import MergeReport
from models.stages.glass import BreakGlass
from models.stages.risk import AddIncident
from storage import cases, people, reports
from storage.keys import KeyDestroyed, UnknownKey
from workflows.client import EngineOutOfReach

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.desk import Desk
    from models.case import Case
    from models.message import Actor, Command
    from workflows.messages import Receipt


class Unanswered(Exception):
    """The engine gave no answer to an action, which may have been accepted all the same."""

    def __init__(self, case: str, command: str, kept: str) -> None:
        self.case, self.command, self.kept = case, command, kept
        super().__init__(kept)


async def act(desk: Desk, ref: str, command: Command, user: str) -> Receipt:
    """Send an action to a case in somebody's name.

    Whoever does not see it is refused here: an engine that is slow, or away, would tell them that it is there.

    :raises UnknownUser, UnknownCase, CaseWaits, Refusal: and nothing has happened.
    :raises Unanswered: if the engine did not answer in time.
    """
    now = datetime.now(UTC)
    async with desk.database.reading() as session:
        actor = await people.actor(session, user, ref.partition("-")[0])
        if isinstance(command, BreakGlass):
            refuse_unless_there(actor, BreakGlass, await cases.load(session, desk.ring, ref), now)
        else:
            case = await _seen(session, desk, ref, actor, now)
            if report := _taken_in(command):
                if case is not None:
                    refuse_unless_allowed(actor, type(command), case, now)
                await _refuse_hidden(session, desk, report, actor, now)
    return await act_as(desk, ref, command, actor)


async def act_as(desk: Desk, ref: str, command: Command, actor: Actor) -> Receipt:
    """Send an action to a case for somebody who is known already, with an account or without. Raises as `act` does."""
    async with desk.database.reading() as session:
        try:
            await desk.ring.key(session, ref)
        except UnknownKey:
            await cases.load(session, desk.ring, ref)  # says whether it is the case or the master key that is unknown
    try:
        return await (await desk.cases()).act(ref, command, actor)
    except EngineOutOfReach as error:
        raise Unanswered(ref, command.id, error.kept) from error


async def _seen(session: AsyncSession, desk: Desk, ref: str, actor: Actor, now: datetime) -> Case | None:
    """The case, if this person may see anything of it.

    None for a case of this moment: the engine holds an action until the first event is written, and judges then.
    """
    try:
        return await cases.seen(session, desk.ring, ref, actor, now)
    except Refusal:
        if not may_await(actor, ref.partition("-")[0]):
            raise
        if await cases.begins(session, ref):
            return None
        return await cases.seen(session, desk.ring, ref, actor, now)  # it may have begun between the two questions


def _taken_in(command: Command) -> str | None:
    """The report that a command takes into a case, if it does."""
    match command:
        case MergeReport(report=report, unmerge=False) | AddIncident(report=report):
            return report
    return None


async def _refuse_hidden(session: AsyncSession, desk: Desk, report: str, actor: Actor, now: datetime) -> None:
    """A report taken into a case is read by all who see that case: so only by somebody who may read it anyway."""
    try:
        own = (await reports.held(session, report)).case
        seen = sight(actor, await cases.seen(session, desk.ring, own, actor, now), now)
    except (reports.UnknownReport, KeyDestroyed, Refusal):
        seen = Sight.NOTHING
    if seen is not Sight.WHOLE:
        raise Refusal("no_such_report", "report")
