"""`varna routine`: what an organisation has decided, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from operate.front import AsJson, example

app = typer.Typer(help="Check, show and adopt routine files: what an organisation has decided.")

RoutineFile = Annotated[Path, typer.Argument(metavar="FILE", help="A routine as a TOML file.")]


@app.command("check", epilog=example("routine check granvik.toml"))
def check(ctx: typer.Context, file: RoutineFile) -> None:
    """Check a routine file: each thing that is wrong or missing, by line."""
    from operate import terminal

    read = terminal.routine_from(file)
    typer.echo(ctx.obj("cli.routine_ok", version=read.version, digest=read.ref.digest))


@app.command("show", epilog=example("routine show granvik.toml"))
def show_routine(ctx: typer.Context, file: RoutineFile, as_json: AsJson = False) -> None:
    """Show a routine as a table: every duty, its time at each level, and who hears if it is not done."""
    from operate import show, terminal

    read = terminal.routine_from(file)
    show.answer(read, lambda: show.routine(read, ctx.obj), as_json=as_json)


@app.command("schema", epilog=example("routine schema > routine.schema.json"))
def print_schema() -> None:
    """Print the JSON Schema of routine files, for editors and programs."""
    from storage.routine_file import schema

    typer.echo(schema(), nl=False)


@app.command("adopt", epilog=example("routine adopt granvik.toml"))
def adopt(
    ctx: typer.Context,
    file: RoutineFile,
    organisation: Annotated[
        str | None, typer.Option(metavar="CODE", help="Adopt it for this organisation instead of the file's own.")
    ] = None,
) -> None:
    """Adopt a routine: cases reported from now on follow it. Cases that have begun keep theirs."""
    from operate import terminal

    read = terminal.routine_from(file, organisation)
    terminal.run(lambda house: terminal.adopt(house, read))
    typer.echo(ctx.obj("cli.adopted", organisation=read.organisation, version=read.version, digest=read.ref.digest))
