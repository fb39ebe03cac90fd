"""An action in a case, in somebody's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import cases, people
from storage.keys import UnknownKey
from workflows.client import EngineOutOfReach

if TYPE_CHECKING:
    from desk.desk import Desk
    from models.message import Actor, Command
    from workflows.messages import Receipt


class Unanswered(Exception):
    """The engine gave no answer to an action, which may have been accepted all the same."""

    def __init__(self, case: str, command: str, kept: str) -> None:
        self.case, self.command, self.kept = case, command, kept
        super().__init__(kept)


async def act(desk: Desk, ref: str, command: Command, user: str) -> Receipt:
    """Send an action to a case in somebody's name.

    :raises UnknownUser, UnknownCase, Refusal: and nothing has happened.
    :raises Unanswered: if the engine did not answer in time.
    """
    async with desk.database.reading() as session:
        actor = await people.actor(session, user, ref.partition("-")[0])
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
