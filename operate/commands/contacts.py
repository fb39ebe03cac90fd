"""`varna contacts`: who holds which role, and how they are told."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from operate.front import AsJson, example

app = typer.Typer(help="The people: roles, how they are told, absences; in and out as files.")

Organisation = Annotated[
    str | None, typer.Option("--organisation", metavar="CODE", help="Which organisation, if there are several.")
]


class Form(StrEnum):
    """Forms of a file of people."""

    TOML = "toml"
    CSV = "csv"


@app.command("list", epilog=example("contacts list --organisation 9001"))
def list_contacts(ctx: typer.Context, organisation: Organisation = None, as_json: AsJson = False) -> None:
    """List the people: roles, which channels tell them, and when they are away. No addresses: export has those."""
    from operate import exchange, show, terminal
    from operate.people import roster
    from operate.people import show as show_roster

    it = terminal.run(lambda house: roster.directory(house, organisation))
    available = exchange.channels(terminal.settings()).keys()
    hidden = {"name", "email", "telephone", "webhook", "chat", "feed"}
    document = {"organisation": it.code, "people": [one.model_dump(exclude=hidden) for one in it.people]}
    show.answer(document, lambda: show_roster.contacts(it, available, ctx.obj), as_json=as_json)


@app.command("import", epilog=example("contacts import granvik.toml"))
def import_contacts(
    ctx: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="A TOML or CSV file.")]
) -> None:
    """Put the people of a file in place, all of them or none. Others stay, and so do absences it does not mention."""
    from operate import terminal
    from operate.people import roster

    taken = terminal.run(lambda house: roster.take(house, file))
    people = sum(len(one.people) for one in taken.organisations)
    typer.echo(ctx.obj("cli.contacts_taken", people=people, pools=len(taken.pools)))


@app.command("export", epilog=example("contacts export --organisation 9001 > granvik.toml"))
def export(
    organisation: Organisation = None,
    form: Annotated[Form, typer.Option("--format", help="TOML, or CSV for a spreadsheet.")] = Form.TOML,
) -> None:
    """Print the people with their addresses, as import reads them. Keep it safe: it is full of personal data."""
    from operate import terminal
    from operate.people import roster, sheets

    it = terminal.run(lambda house: roster.directory(house, organisation))
    typer.echo(sheets.as_csv(it) if form is Form.CSV else sheets.as_toml(it), nl=False)


@app.command("absent", epilog=example("contacts absent granvik-tib --from 2026-12-20T08:00 --until 2027-01-07T08:00"))
def absent(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar="CODE", help="Who, by code.")],
    starts: Annotated[str, typer.Option("--from", metavar="TIME", help="Swedish time, if no zone is named.")],
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="When they are back.")],
) -> None:
    """Note that somebody is away: nothing is sent to them meanwhile, others are told instead."""
    from i18n import when
    from operate import terminal
    from operate.people import roster

    away = roster.span(starts, until)
    terminal.run(lambda house: roster.absent(house, code, away))
    times = {"starts": when(away.starts, ctx.obj), "until": when(away.ends, ctx.obj)}
    typer.echo(ctx.obj("cli.absence_noted", code=code, **times))


@app.command("check", epilog=example("contacts check --organisation 9001"))
def check(ctx: typer.Context, organisation: Organisation = None, as_json: AsJson = False) -> None:
    """Say who could not be called when it matters, and what to do about it. Exit code 3: somebody could not."""
    from operate import show, terminal
    from operate.outcome import Exit
    from operate.people import roster
    from operate.people import show as show_roster

    found = terminal.run(lambda house: roster.lacking(house, organisation, datetime.now(UTC)))
    show.answer({"lacks": found}, lambda: show_roster.lacking(found, ctx.obj), as_json=as_json)
    raise typer.Exit(Exit.REFUSED if found else Exit.DONE)
