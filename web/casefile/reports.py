"""A report is known to people by the number of the case it became."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.refusal import BadInput, Problem, Refusal
from storage.cases import UnknownCase
from web.casefile.door import is_number, opened

if TYPE_CHECKING:
    from web.visit import Visit

NAMED = frozenset({"merge_report"})
"""Commands in whose field `report` the number of a case may stand instead of the code of its report."""


async def resolved(visit: Visit, told: dict[str, Any]) -> dict[str, Any]:
    """The same command with the code of the report; raises `BadInput` where this person sees no such case whole."""
    number = told.get("report")
    if told["type"] not in NAMED or not isinstance(number, str) or not is_number(number.upper()):
        return told
    try:
        other = await opened(visit, number.upper(), what="report")
    except (UnknownCase, Refusal):
        other = None
    if other is None or not other.view.whole:
        raise BadInput(Problem(field="report", code="no_such_case", reason="no case of this number can be read"))
    return told | {"report": other.case.reports[0]}
