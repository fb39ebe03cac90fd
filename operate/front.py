"""The front door of the command line. Light on purpose: help must come at once."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from i18n import Words

Ref = Annotated[str, typer.Argument(metavar="REF", help="Case number, such as 9001-FV-2026-00001.")]
Source = Annotated[str, typer.Argument(metavar="FILE|-", help="A JSON file, or - to read from standard input.")]
AsUser = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="USER",
        help="See what this person may see. Without it you are the operator of this installation and see everything.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for programs, and nothing else.")]


class Front(TyperGroup):
    """Whatever happens ends in an exit code and words, never in a traceback."""

    def main(self, *_: Any, **options: Any) -> Any:
        """Run a command line and leave with its exit code."""
        given = options.get("args")
        given = sys.argv[1:] if given is None else list(given)
        try:
            code = super().main(**options | {"args": given, "standalone_mode": False})
            sys.stdout.flush()
        except BrokenPipeError:  # whoever read us has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            code = 0
        except Exception as error:  # noqa: BLE001 - the last door
            code = _told(error, given)
        sys.exit(code or 0)


def example(line: str) -> str:
    """An example, as it stands below the help of a command."""
    return f"Example: [bold]varna {line}[/bold]"


def _told(error: Exception, given: list[str]) -> int:
    try:
        from operate.outcome import tell  # noqa: PLC0415 - see above
    except ImportError as broken:
        typer.echo(f"varna is not installed as a whole: {broken.name}", err=True)
        return 1
    return tell(error, _asked_for(given), as_json="--json" in given)


def _asked_for(given: list[str]) -> Words:
    """The words asked for, even if the command line cannot be understood otherwise."""
    from i18n import LANGUAGES, words  # noqa: PLC0415 - see above

    said = re.search(r"--language[ =](\w+)", " ".join(given))
    language = said[1] if said else os.environ.get("VARNA_LANGUAGE", "")
    return words(language if language in LANGUAGES else LANGUAGES[0])
