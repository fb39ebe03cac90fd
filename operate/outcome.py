"""How a command ends: its exit code, and how that is told to a person or to a program."""

from __future__ import annotations

import json
from enum import IntEnum
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import OperationalError, ProgrammingError
from typer import TyperException, echo

from desk.action import Unanswered
from i18n import problem_text, refusal_text
from models.refusal import BadInput, Problem, Refusal
from operate.logs import configure
from storage.anchors import DoesNotExtend
from storage.cases import CaseWaits, UnknownCase
from storage.database import OutOfReach
from storage.destruction import UnknownCertificate, UnknownList
from storage.keys import BadKeyFile, KeyDestroyed, UnknownKey, Unreadable
from storage.masters import BadKeyCopy
from storage.messages import UnknownMessage
from storage.people import UnknownUser
from storage.programs import UnknownProgram
from storage.reports import IdempotencyConflict, UnknownOrganisation
from storage.routines import UnknownRoutine
from storage.signing import BadSigningKey
from workflows.client import EngineOutOfReach

if TYPE_CHECKING:
    from collections.abc import Mapping

    from i18n import Words

log = structlog.get_logger()


IN_OWN_WORDS = frozenset({"usage", "bad_setting", "unknown_setting", "toml"})
"""Problems that whoever found them explains best: Typer, or the reader of a setting."""


MISSING: dict[type[Exception], tuple[str, str, str]] = {
    UnknownCase: ("unknown_case", "refusal.unknown_case", "case"),
    UnknownProgram: ("unknown_program", "cli.unknown_program", "name"),
    UnknownMessage: ("unknown_message", "cli.unknown_message", "message"),
    UnknownList: ("unknown_list", "ends.unknown_list", "list"),
    UnknownCertificate: ("unknown_certificate", "ends.unknown_certificate", "case"),
    KeyDestroyed: ("erased", "cli.erased", "case"),
}
"""What is not there: its code, its words, and the field that named it."""


class Exit(IntEnum):
    """Exit codes of the command line."""

    DONE = 0
    FAULT = 1
    """A fault of ours."""
    BAD_INPUT = 2
    REFUSED = 3
    NOT_FOUND = 4
    OUT_OF_REACH = 5
    """Engine, database or keys."""


class PortTaken(Exception):
    """Something else listens on the engine's port: another `varna up`, perhaps."""

    code = "port_taken"


class WebPortTaken(PortTaken):
    """The pages cannot be served where the settings say."""

    code = "web_port_taken"


class Ending(Exception):
    """A command did not do what it was asked for.

    :param code: stable, for programs; the lines are for people, the first of them the reason.
    :param kept: what is safe nevertheless, beside the error in the document for programs.
    """

    def __init__(
        self,
        exit: Exit,
        code: str,
        *lines: str,
        field: str = "",
        problems: tuple[Problem, ...] = (),
        kept: Mapping[str, object] | None = None,
    ) -> None:
        self.exit = exit
        self.code = code
        self.lines = lines
        self.field = field
        self.problems = problems
        self.kept = kept or {}
        super().__init__(code)

    def document(self) -> dict[str, object]:
        """The one JSON document of a command that failed."""
        problems = [problem.model_dump() for problem in self.problems]
        error = {"code": self.code, "field": self.field, "reason": "\n".join(self.lines), "problems": problems}
        return {**self.kept, "error": error}


def tell(error: Exception, words: Words, *, as_json: bool) -> Exit:
    """Tell how it ended: a person on standard error, a program on standard output."""
    end = ending(error, words)
    if as_json:
        echo(json.dumps(end.document(), ensure_ascii=False, indent=2, default=str))
    else:
        echo("\n".join(end.lines), err=True)
    return end.exit


def ending(error: Exception, words: Words) -> Ending:
    """What an exception means to whoever gave the command."""
    match error:
        case Ending():
            end = error
        case BadInput():
            end = bad_input(words, *error.problems)
        case TyperException():
            end = bad_input(words, _usage(error))
        case UnknownOrganisation():
            end = bad_input(words, Problem(field="organisation", code="unknown_organisation", reason="not known here"))
        case UnknownUser():
            end = bad_input(words, Problem(field="as", code="unknown_user", reason="nobody active has this code"))
        case BadSigningKey():
            end = Ending(Exit.OUT_OF_REACH, "bad_signing_key", words("cli.bad_signing_key", detail=error))
        case _:
            end = (
                _not_found(error, words)
                or _refusal(error, words)
                or _out_of_reach(error, words)
                or _fault(error, words)
            )
    return end


def kept(trouble: Exception, document: Mapping[str, object], words: Words) -> Ending:
    """A report is kept although its case could not begin: never a failure without its case number and receipt."""
    end = ending(trouble, words)
    return Ending(end.exit, end.code, *end.lines, words("cli.report_kept"), kept=document)


def bad_input(words: Words, *problems: Problem) -> Ending:
    """Each problem on its own line, `field: reason`."""
    lines = [problem_text(one, words) + (f" ({one.reason})" if one.code in IN_OWN_WORDS else "") for one in problems]
    return Ending(Exit.BAD_INPUT, "bad_input", *lines, field=problems[0].field, problems=problems)


def _not_found(error: Exception, words: Words) -> Ending | None:
    if isinstance(error, Refusal) and error.code == "unknown_case":
        return Ending(Exit.NOT_FOUND, "unknown_case", words("refusal.unknown_case"), field="case")
    if isinstance(error, CaseWaits):
        return None
    for kind, (code, text, field) in MISSING.items():
        if isinstance(error, kind):
            return Ending(Exit.NOT_FOUND, code, words(text), field=field)
    return None


def _refusal(error: Exception, words: Words) -> Ending | None:
    match error:
        case Refusal():
            return _refused(error.code, error.field, refusal_text(error, words))
        case DoesNotExtend():
            return _refused("does_not_extend", "", words("cli.does_not_extend"))
        case IdempotencyConflict():
            return _refused("key_used", "key", words("cli.key_used"))
    return None


def _refused(code: str, field: str, reason: str) -> Ending:
    return Ending(Exit.REFUSED, code, ": ".join(filter(None, (code, field, reason))), field=field)


def _usage(error: TyperException) -> Problem:
    """Which option or argument is wrong, without the dashes; why, in Typer's own words."""
    parameter = getattr(error, "param", None)
    field = getattr(parameter, "name", None) or getattr(error, "option_name", None) or "varna"
    code = "missing" if "Missing" in type(error).__name__ else "usage"
    return Problem(field=str(field).lstrip("-").lower(), code=code, reason=error.format_message())


def _out_of_reach(error: Exception, words: Words) -> Ending | None:
    values: dict[str, str] = {}
    match error:
        case Unanswered():
            return Ending(
                Exit.OUT_OF_REACH,
                "engine_out_of_reach",
                words("cli.engine_out_of_reach"),
                words("cli.unanswered", id=error.command),
                kept={"case": error.case, "command": error.command, "kept": error.kept},
            )
        case CaseWaits():
            return Ending(Exit.OUT_OF_REACH, "case_waits", words("cli.report_kept"), field="case")
        case EngineOutOfReach():
            code = "engine_out_of_reach"
        case OutOfReach():
            code = "database_out_of_reach"
        case OperationalError() | ProgrammingError():
            code = "database_not_migrated"
        case UnknownRoutine():
            code = "no_routine"
        case PortTaken():
            code, values = error.code, {"detail": str(error)}
        case BadKeyCopy() | BadKeyFile() | UnknownKey() | Unreadable():
            code, values = "keys_do_not_fit", {"detail": str(error)}
        case OSError() if error.filename:
            code, values = "file_out_of_reach", {"file": str(error.filename), "detail": error.strerror or ""}
        case _:
            return None
    return Ending(Exit.OUT_OF_REACH, code, words(f"cli.{code}", **values))


def _fault(error: Exception, words: Words) -> Ending:
    """A log entry says where; what the error says is not shown, for it may quote a person."""
    configure("ERROR", "console")
    where = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-4:]]
    log.error("command failed", error=type(error).__name__, where=" > ".join(where))
    return Ending(Exit.FAULT, "fault", words("cli.fault", error=type(error).__name__))
