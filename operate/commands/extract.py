"""`varna extract`: what a person is told of the data about them (GDPR article 15)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.vocabulary.records import ExtractPart, WithholdingGround
from operate.front import AsJson

if TYPE_CHECKING:
    from desk.extract import Withheld


def extract(
    ctx: typer.Context,
    cases: Annotated[list[str], typer.Argument(metavar="REF...", help="The cases that are about this person.")],
    user: Annotated[str, typer.Option("--as", metavar="USER", help="Who answers, and sees all of each case.")],
    withhold: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PART=GROUND", help="What is not told and on which ground, as in notes=osl_21_1; several."
        ),
    ] = None,
    report: Annotated[
        str | None, typer.Option(metavar="ID", help="The report of whoever asks, if they reported for somebody else.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the PDF goes; a file that is not there yet.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer an access request: what is kept about a person in these cases, and what is withheld on which ground."""
    from desk import extract as answers
    from models.refusal import BadInput, Problem
    from operate import show, terminal
    from operate.house import House

    if out is None and not as_json:
        raise BadInput(Problem(field="out", code="missing", reason="say where the PDF goes, or --json"))
    withheld, words = _grounds(withhold or []), ctx.obj

    async def work(house: House) -> tuple[answers.Extract, bytes]:
        found = await answers.gather(house, cases, user, withheld, datetime.now(UTC), report)
        return found, await answers.paper(found, words) if out else b""

    found, paper = terminal.run(work)
    if out is not None:
        with terminal.new_file(out) as file:
            file.write(paper)
    show.answer(
        found.document(words), lambda: [words("ends.extract_written", number=len(found.cases))], as_json=as_json
    )


def _grounds(given: list[str]) -> Withheld:
    """What is withheld, as it was typed; raises `BadInput`."""
    from models.refusal import BadInput, Problem

    found: Withheld = {}
    for one in given:
        part, _, ground = one.partition("=")
        if part not in list(ExtractPart) or ground not in list(WithholdingGround):
            known = f"{'|'.join(ExtractPart)}={'|'.join(WithholdingGround)}"
            raise BadInput(Problem(field="withhold", code="unknown_ground", reason=known))
        found[ExtractPart(part)] = WithholdingGround(ground)
    return found
