"""What a scenario is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_json

from models.report import Report
from operate.town import Town, TownCase


@dataclass(frozen=True)
class Scenario:
    """One invented course of events (domain §9), told from report to closure."""

    number: int
    title: str
    """Key of its title in `i18n/`."""
    organisation: str
    story: Callable[[Town], Awaitable[list[TownCase]]]
    """Plays it in a town; its cases, the main one first."""


def told(organisation: str, what: str, **codes: Any) -> Report:
    """A report in somebody's own words, with what they ticked in the form; reached by telephone if nothing else."""
    reach = {} if codes.get("anonymous") else {"telephone": "070-174 06 05"}
    return Report.model_validate_json(to_json({"organisation": organisation, "what": what, "reach": reach, **codes}))
