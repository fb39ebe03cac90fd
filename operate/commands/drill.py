"""`varna drill`: try the chain of alarm on the real contacts, with messages marked as an exercise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from models.vocabulary.case import Level
from operate.front import AsJson, example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from i18n import Words
    from operate.drill import Drill

app = typer.Typer(help="Try the chain of alarm on the real contacts: who is reached, how fast, and who is not.")

NOBODY_ACCEPTED = 3
DrillRef = Annotated[str, typer.Argument(metavar="REF", help="Case number of the drill, such as 9001-OV-2026-00001.")]
Starter = Annotated[str, typer.Option("--as", metavar="USER", help="Who does it, by code.")]


@app.command("start", epilog=example("drill start --organisation 9001 --as granvik-sakerhetschef"))
def start(
    ctx: typer.Context,
    organisation: Annotated[str, typer.Option(metavar="CODE", help="Whose contacts are to be tried.")],
    user: Starter,
    level: Annotated[Level, typer.Option(help="As if such a report had come in.")] = Level.ACUTE,
    wait: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS", min=1, help="How long to wait for answers; if not said, until the ladder is at its top."
        ),
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the drill open, to go on with the case by hand.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start a drill, wait for the answers, report, and end it. Messages say ÖVNING. Exit code 3: nobody accepted."""
    from operate import drill, show, terminal

    ref = terminal.run(lambda house: drill.start(house, organisation, user, level, ctx.obj("letter.drill.body")))
    if not as_json:
        typer.echo(ctx.obj("cli.drill_started", case=ref))
    try:
        with show.waiting(ctx.obj("cli.drilling")):
            terminal.run(lambda house: drill.watch(house, ref, wait))
    finally:
        if not keep:  # whatever went wrong: a drill that nobody looks at rings on
            terminal.run(lambda house: drill.end(house, ref, user))
    _tell(ctx, ref, as_json=as_json)


@app.command("show", epilog=example("drill show 9001-OV-2026-00001"))
def show_drill(ctx: typer.Context, ref: DrillRef, as_json: AsJson = False) -> None:
    """Show what has become of a drill: who was reached and how fast, who was not and why. Exit code as for start."""
    _tell(ctx, ref, as_json=as_json)


@app.command("end", epilog=example("drill end 9001-OV-2026-00001 --as granvik-sakerhetschef"))
def end(ctx: typer.Context, ref: DrillRef, user: Starter, as_json: AsJson = False) -> None:
    """End a drill at once, whatever is still to be done in it. A real case cannot be ended so."""
    from operate import drill, show, terminal

    receipt = terminal.run(lambda house: drill.end(house, ref, user))
    show.answer(receipt, lambda: show.receipt(receipt, ctx.obj), as_json=as_json)


def _tell(ctx: typer.Context, ref: str, *, as_json: bool) -> None:
    from operate import drill, show, terminal

    seen = terminal.run(lambda house: drill.read(house, ref))
    show.answer(seen, lambda: _picture(seen, ctx.obj), as_json=as_json)
    if not seen.accepted:
        raise typer.Exit(NOBODY_ACCEPTED)


def _picture(seen: Drill, words: Words) -> Iterator[RenderableType]:
    from babel.numbers import format_decimal
    from rich.table import Table
    from rich.text import Text

    from i18n import when
    from i18n.sentences import failure_text, label, obligation

    def after(seconds: float | None) -> str:
        return "–" if seconds is None else words("cli.seconds", seconds=format_decimal(seconds, locale=words.language))

    yield Text(f"{words('letter.drill')}  {seen.case}  {label(seen.level, words)}", style="bold")
    ended = words("cli.drill_ended", at=when(seen.ended, words)) if seen.ended else words("cli.drill_open")
    yield f"{words('cli.reported')} {when(seen.started, words)}. {ended}"
    columns = ("recipient", "role", "channel", "state", "sent_after", "accepted_after")
    table = Table(*(words(f"cli.{name}") for name in columns), box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for one in seen.told:
        state = words(f"cli.{one.state}")
        if one.reason:
            why = words("cli.not_accepted") if one.reason == "not_accepted" else failure_text(one.reason, words)
            state = state if why == state else f"{state}: {why}"
        table.add_row(
            one.person,
            label(one.role, words),
            words.code("channel_kind", one.channel),
            state,
            after(one.sent),
            after(one.accepted),
        )
    for gap in seen.nobody:
        table.add_row("–", label(gap.role, words), "–", failure_text(gap.reason, words), "–", "–")
    yield table
    for step in seen.escalations:
        yield words(
            "cli.drill_rung",
            after=after(step.after),
            obligation=obligation(step.obligation, words),
            number=str(step.rung + 1),
        )
    by = ", ".join(seen.accepted)
    yield words("cli.drill_taken", by=by) if by else words("cli.drill_nobody")
