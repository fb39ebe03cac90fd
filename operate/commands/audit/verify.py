"""`varna audit verify`: whether anything in the ledger was changed, or has gone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from operate.front import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from i18n import Words
    from operate.proving import Verified


def verify(
    ctx: typer.Context,
    ref: Annotated[str | None, typer.Argument(metavar="[REF]", help="One case, and the whole tree above it.")] = None,
    organisation: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only this organisation. Without it, all of them.")
    ] = None,
    checkpoint: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="A checkpoint that was kept elsewhere, such as a mail. May be repeated."),
    ] = None,
    key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Public keys in PEM to check with, instead of the ones here.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Verify chains, tree and checkpoints: whatever is missing, changed or computed anew is named (exit code 3)."""
    from operate import proving, show, terminal
    from operate.outcome import Exit

    given = [proving.given_from(one) for one in checkpoint or ()]
    with show.waiting(ctx.obj("cli.verifying")):
        found = terminal.run(lambda house: proving.verify_all(house, organisation, ref, given, key))
    well = not any(one.proof.number for one in found)
    document = {"well": well, "organisations": [one.document() for one in found]}
    show.answer(document, lambda: _told(found, ctx.obj), as_json=as_json)
    if not well:
        raise typer.Exit(Exit.REFUSED)


def _told(found: list[Verified], words: Words) -> Iterator[RenderableType]:
    from i18n import when
    from i18n.proofs import flaw_place, flaw_text

    for one in found:
        its = one.proof
        so_many = {
            "organisation": its.organisation,
            "cases": words("proof.cases", number=its.cases),
            "entries": words("proof.entries", number=its.entries),
        }
        yield words("proof.broken", number=its.number, **so_many) if its.number else words("proof.well", **so_many)
        for flaw in its.flaws:
            yield f"  {flaw_place(flaw, words)}: {flaw_text(flaw, words)} [{flaw.code}]"
        if its.number > len(its.flaws):
            yield words("proof.more", shown=len(its.flaws))
        if one.last is None:
            yield words("proof.never_signed")
        else:
            so_many_signed = words("proof.checkpoints", number=one.checkpoints)
            yield words("proof.covered", checkpoints=so_many_signed, at=when(one.last.at, words))
        if its.waiting and one.last:
            yield words("proof.waiting", number=its.waiting)
