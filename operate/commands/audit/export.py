"""`varna audit export`: an audit package, which a stranger verifies without us."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from models.vocabulary.reading import PackageReason
from operate.front import AsJson, AsUser

if TYPE_CHECKING:
    from audit.package.make import Made, Wanted
    from i18n import Words
    from models.message import Actor
    from operate.house import House


def export(  # noqa: PLR0913, PLR0917 - each is an option
    ctx: typer.Context,
    ref: Annotated[str, typer.Argument(metavar="[REF]", help="Case number, such as 9001-FV-2026-00001.")] = "",
    period: Annotated[
        str | None,
        typer.Option(metavar="FROM..TO", help="All cases in which something happened, such as 2026-01-01..2027-01-01."),
    ] = None,
    organisation: Annotated[
        str | None, typer.Option(metavar="CODE", help="Whose cases, for a period without --as.")
    ] = None,
    reason: Annotated[PackageReason, typer.Option(help="Why it is wanted.")] = PackageReason.AUDIT,
    identified: Annotated[bool, typer.Option("--identified", help="People by name, and what they wrote.")] = False,
    decision: Annotated[
        str, typer.Option(metavar="REF", help="Where the decision stands that people may be known by name.")
    ] = "",
    people: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write who is who to a new file of its own, after a decision."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where to write it; a new file.")] = None,
    user: AsUser = None,
    as_json: AsJson = False,
) -> None:
    """Write an audit package: ledger, proofs, reading log, routine and report in one ZIP that verifies by itself."""
    from pydantic_core import to_json

    from audit.package.make import Wanted
    from operate import show, terminal

    whose = organisation or ref.partition("-")[0]
    times = _period(period) if period else None
    apart = people is not None
    wanted = Wanted(whose, reason, ref, times, identified=identified, named_apart=apart, decision=decision)
    with show.waiting(ctx.obj("cli.exporting")):
        made = terminal.run(lambda house: _made(house, wanted, ctx.obj, user))
    path = out or Path(made.name)
    with terminal.new_file(path) as file:
        file.write(made.content)
    if people is not None:
        with terminal.new_file(people, "people") as file:
            file.write(to_json(made.people, indent=2))
    document = {"file": str(path), "sha256": made.digest, "bytes": len(made.content), "cases": list(made.cases)}
    said = ctx.obj("cli.exported", file=path, number=len(made.cases), digest=made.digest)
    show.answer(document, lambda: [said], as_json=as_json)


async def _made(house: House, wanted: Wanted, words: Words, user: str | None) -> Made:
    from dataclasses import replace

    from audit.package.make import make
    from operate import terminal
    from storage.signing import SigningKeys

    actor: Actor | None = None
    if user is not None:
        actor = await terminal.acting(house, user)
        wanted = replace(wanted, organisation=actor.organisation)
    keys = SigningKeys.open(house.settings.checkpoint_key)
    return await make(house, keys, wanted, words, datetime.now(UTC), actor)


def _period(text: str) -> tuple[datetime, datetime]:
    from models.refusal import BadInput, Problem
    from operate import terminal

    since, parted, until = text.partition("..")
    start, end = (terminal.read_time(one, "period") for one in (since, until if parted else "-"))
    if start is None or end is None:
        raise BadInput(Problem(field="period", code="datetime_parsing", reason="not a period"))
    return start, end
