"""CSV: a row an event, for spreadsheets and for whatever else reads rows."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from audit.exports.traces import Trace

COLUMNS = (
    "case", "organisation", "kind", "seq", "type", "at", "recorded", "role", "person", "level", "stage", "routine",
    "duty", "values",
)  # fmt: skip
"""The last holds whatever the type of event has of its own, as JSON."""


async def write(traces: AsyncIterator[Trace]) -> AsyncIterator[str]:
    """The rows, the names of the columns first."""
    yield _rows([COLUMNS])
    async for trace in traces:
        head = (trace.case, trace.organisation, trace.kind)
        yield _rows(
            (
                *head,
                line.seq,
                line.type,
                line.at.isoformat(),
                line.recorded.isoformat(),
                line.role,
                line.person,
                line.level,
                line.stage,
                line.routine,
                line.values.get("obligation", ""),
                json.dumps(line.values, ensure_ascii=False) if line.values else "",
            )
            for line in trace.lines
        )


def _rows(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
