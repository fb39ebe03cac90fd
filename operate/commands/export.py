"""`varna export`: ledgers for other tools, in the forms that process mining and spreadsheets read."""

from __future__ import annotations

import sys
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from operate.commands.conformance import Organisation, Year

if TYPE_CHECKING:
    from typing import TextIO

    from audit.exports.traces import Asked
    from operate.house import House


class Form(StrEnum):
    """The forms there are."""

    OCEL = "ocel"
    XES = "xes"
    CSV = "csv"


def export(
    ctx: typer.Context,
    form: Annotated[Form, typer.Option("--format", help="OCEL 2.0 as JSON, XES, or CSV.")],
    year: Year = None,
    organisation: Organisation = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A new file to write to; standard output if not said.")
    ] = None,
    people: Annotated[
        bool, typer.Option("--people", help="Say who acted by code, not by role alone. Then it is about persons.")
    ] = False,
) -> None:
    """Export what happened in every case for other tools: codes, times and roles, never what anybody wrote."""
    from audit.exports.traces import Asked
    from audit.histories import Wanted
    from operate import terminal

    asked = Asked(Wanted.of_year(organisation, year), people)
    if out is None:
        terminal.run(lambda house: _write(house, form, asked, sys.stdout))
        return
    with TextIOWrapper(terminal.new_file(out), encoding="utf-8", newline="") as file:
        try:
            number = terminal.run(lambda house: _write(house, form, asked, file))
        except BaseException:
            out.unlink()  # half a file would pass for a whole one
            raise
    typer.echo(ctx.obj("export.done", number=number, file=str(out)))


async def _write(house: House, form: Form, asked: Asked, to: TextIO) -> int:
    """Write it piece by piece; how many cases there were."""
    from collections.abc import AsyncIterator
    from datetime import UTC, datetime

    from audit.exports import ocel, sheet, xes
    from audit.exports.traces import Trace, traces

    number = 0

    async def counted() -> AsyncIterator[Trace]:
        nonlocal number
        async for trace in traces(house, asked, datetime.now(UTC)):
            number += 1
            yield trace

    async for piece in {Form.OCEL: ocel, Form.XES: xes, Form.CSV: sheet}[form].write(counted()):
        to.write(piece)
    return number
