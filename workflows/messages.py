"""What goes into the case workflow and comes out. Only ever extended, by fields with defaults."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from models.case import Case
from models.commands import HumanCommand
from models.message import Actor, CaseRef, Code, CommandId, Frozen, Instant
from models.routine import Routine
from models.stages.intake import Reported
from models.vocabulary.case import Level, Stage


class Receipt(Frozen):
    """The recorded answer to one action. `first` to `last` are the ledger's sequence numbers it led to."""

    case: CaseRef
    command: CommandId
    first: int
    last: int
    recorded: Instant
    stage: Stage | None
    level: Level | None
    next_due: Instant | None = None
    happened: tuple[Code, ...] = ()
    """Types of the events it led to."""
    by: Code | None = None
    """Whose action it answers; None in answers from before this was kept."""


_shared: dict[tuple[str, str], Routine] = {}


def _share(routine: Routine) -> Routine:
    """The same routine is one in memory, however many cases follow it: it is most of what an open case weighs."""
    known = _shared.setdefault((routine.organisation, routine.version), routine)
    return known if known == routine else routine


class CaseStart(Frozen):
    """Start of a run: a report that becomes a case, or the whole memory of the run before."""

    ref: CaseRef
    routine: Annotated[Routine, AfterValidator(_share)]
    received: Instant
    reported: Reported | None = None
    case: Case | None = None
    receipts: tuple[Receipt, ...] = ()
    heard: tuple[str, ...] = ()
    """What was heard last of each notice: `notice:news`."""


class Action(Frozen):
    """A command and who gives it."""

    command: HumanCommand
    actor: Actor


class RefusalDetails(Frozen):
    """A refusal as it travels: codes only."""

    code: str
    field: str = ""
    details: dict[str, str] = Field(default_factory=dict)
