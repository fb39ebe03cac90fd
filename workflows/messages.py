"""What goes into the case workflow and comes out. Only ever extended, by fields with defaults."""

from __future__ import annotations

from pydantic import Field

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


class CaseStart(Frozen):
    """Start of a run: a report that becomes a case, or the whole memory of the run before."""

    ref: CaseRef
    routine: Routine
    received: Instant
    reported: Reported | None = None
    case: Case | None = None
    receipts: tuple[Receipt, ...] = ()


class Action(Frozen):
    """A command and who gives it."""

    command: HumanCommand
    actor: Actor


class RefusalDetails(Frozen):
    """A refusal as it travels: codes only."""

    code: str
    field: str = ""
    details: dict[str, str] = Field(default_factory=dict)
