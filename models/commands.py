"""The commands, in one union: all that may be proposed about a case (architecture §3)."""

from __future__ import annotations

from typing import Annotated, get_args

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.json_schema import DEFAULT_REF_TEMPLATE

from models.message import Command
from models.refusal import BadInput, Problem
from models.stages import (
    casework,
    clock,
    closure,
    consent,
    correction,
    deadlines,
    dialogue,
    drill,
    glass,
    handover,
    information,
    intake,
    police,
    risk,
    support,
)

COMMAND_LIMIT = 256 * 1024
"""Bytes of one command as JSON; the engine takes 2 MB at most."""

HumanCommand = Annotated[
    intake.Triage
    | intake.ContactAffected
    | intake.IdentifyAffected
    | information.AskInformation
    | information.AnswerInformation
    | risk.AssessRisk
    | risk.Approve
    | risk.DecideProtection
    | risk.AddIncident
    | police.RecordPolice
    | police.UpdatePolice
    | support.AgreeSupport
    | support.UpdateMeasure
    | support.LogFollowUp
    | closure.ProposeClosure
    | closure.Close
    | closure.Reopen
    | casework.AddNote
    | casework.AddEvidence
    | casework.Assign
    | consent.GiveConsent
    | consent.WithdrawConsent
    | casework.LinkCase
    | casework.MergeReport
    | casework.BlockRole
    | correction.Correct
    | handover.HandOverCase
    | handover.AcceptHandOver
    | deadlines.ExtendDeadline
    | deadlines.Suspend
    | deadlines.WaiveStage
    | deadlines.Acknowledge
    | deadlines.Escalate
    | deadlines.MoveRoutine
    | drill.EndDrill
    | glass.BreakGlass
    | glass.ReviewGlass
    | dialogue.WriteMessage
    | dialogue.AskHelp
    | dialogue.AnswerMessage,
    Field(discriminator="type"),
]
"""What a person may propose. The clock and the world have their own: `Tick` and `NoticeOutcome`."""

COMMANDS: tuple[type[Command], ...] = get_args(get_args(HumanCommand)[0])
SYSTEM_COMMANDS: tuple[type[Command], ...] = (clock.Tick, clock.NoticeOutcome)

_adapter: TypeAdapter[Command] = TypeAdapter(HumanCommand)


def read_command(text: str | bytes) -> Command:
    """Read a command from JSON; raises `BadInput` naming each field that is wrong."""
    raw = text.encode(errors="surrogatepass") if isinstance(text, str) else text
    if len(raw) > COMMAND_LIMIT:
        raise BadInput(Problem(field="command", code="too_large", reason=f"{len(raw)} bytes, at most {COMMAND_LIMIT}"))
    try:
        return _adapter.validate_json(raw)
    except ValidationError as error:
        raise BadInput.from_validation(error) from None


def command_schema(ref_template: str = DEFAULT_REF_TEMPLATE) -> dict[str, object]:
    """The JSON Schema of all commands."""
    return _adapter.json_schema(ref_template=ref_template)
