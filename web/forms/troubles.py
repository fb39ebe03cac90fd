"""What is wrong with a command that was filled in, by the field it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from i18n import Words
    from models.message import Command
    from models.refusal import BadInput


def troubles(error: BadInput, kind: type[Command], words: Words) -> dict[str, str]:
    """A sentence for each field, without its name: it stands beside it."""
    found: dict[str, str] = {}
    for problem in error.problems:
        # The reader of all commands names the command before the field.
        field = problem.field.removeprefix(kind.name()).removeprefix(".")
        key = f"problem.{problem.code}"
        text = words(key if key in words else "problem.other")
        found.setdefault(field, text[:1].upper() + text[1:])
    return found
