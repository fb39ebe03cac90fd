"""A proposal on its way into the ledger, and how a refusal leaves the engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from temporalio.exceptions import ApplicationError

from models.access import refuse_unless_there
from models.message import CLOCK, WORLD, Actor, Command
from models.refusal import Refusal
from workflows.messages import Action, Receipt, RefusalDetails

if TYPE_CHECKING:
    from datetime import datetime

    from models.case import Case
    from models.events import Event

NOBODY = frozenset({CLOCK, WORLD, "reporter"})
"""Actors that are no people at a screen: they never ask again."""

Told = list[tuple["Event", "Case"]]
"""Events in order, each with the case after it."""


@dataclass
class Proposal:
    """A command on its way into the ledger. None stands for the report the case began with."""

    command: Command | None
    actor: Actor
    events: Told = field(default_factory=list)
    receipt: Receipt | None = None
    refusal: ApplicationError | None = None

    @property
    def settled(self) -> bool:
        """Recorded, or refused after all."""
        return self.receipt is not None or self.refusal is not None


def refuse_unless_theirs(earlier: Receipt, action: Action, case: Case, now: datetime) -> None:
    """Refuse an answer given before to all but whoever asked for it, and to them if they see the case no more.

    An id is its sender's own: somebody else's action is never taken for the one that was answered.
    """
    try:
        refuse_unless_there(action.actor, type(action.command), case, now)
    except Refusal as refusal:
        refuse(refusal)
    if earlier.by not in {None, action.actor.id}:
        refuse(Refusal("id_taken", "id"))


def refuse(refusal: Refusal) -> NoReturn:
    """Raise a refusal as the engine carries it: codes only, never retried."""
    details = RefusalDetails(code=refusal.code, field=refusal.field, details=refusal.details)
    raise ApplicationError(refusal.code, details, type="refused", non_retryable=True) from None
