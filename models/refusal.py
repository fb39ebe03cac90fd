"""Two ways to say no: a refusal of a well-formed command, and bad input naming each field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.message import Frozen

if TYPE_CHECKING:
    from pydantic import ValidationError


class Refusal(Exception):
    """A rule said no. `code` names the rule, `field` what to change; texts per language live in `i18n/`."""

    def __init__(self, code: str, field: str = "", **details: str) -> None:
        self.code = code
        self.field = field
        self.details = details
        super().__init__(f"{code}: " + ", ".join([*filter(None, [field]), *(f"{k}={v}" for k, v in details.items())]))


class Problem(Frozen):
    """One thing wrong with an input."""

    field: str
    code: str
    reason: str


class BadInput(ValueError):
    """The input is malformed; every problem is listed and nothing was done."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__("; ".join(f"{p.field}: {p.reason}" for p in problems))

    @classmethod
    def from_validation(cls, error: ValidationError) -> BadInput:
        """Name fields as dotted paths; the offending value itself is never repeated, it may be personal."""
        return cls(
            *(
                Problem(
                    field=".".join(str(part) for part in e["loc"]) or "input",
                    code=e["type"],
                    # pydantic's own sentence repeats what stood there
                    reason="not one of the known types"
                    if e["type"] == "union_tag_invalid"
                    else e["msg"].removeprefix("Value error, "),
                )
                for e in error.errors(include_url=False, include_input=False, include_context=False)
            )
        )
