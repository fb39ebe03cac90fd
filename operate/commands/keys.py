"""`varna keys`: the master keys, which lock the key of every case, and an end to what they could open."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from operate.front import example

app = typer.Typer(help="The master keys, which lock the key of every case.")


@app.command("rotate", epilog=example("keys rotate"))
def rotate(ctx: typer.Context) -> None:
    """Make a new master key and lock every case's key with it. Work may go on meanwhile; keep a copy of the file."""
    from operate import terminal, upkeep

    name, number = asyncio.run(upkeep.rotate(terminal.settings()))
    typer.echo(ctx.obj("cli.rotated", id=name, number=number))


@app.command("retire", epilog=example("keys retire"))
def retire(ctx: typer.Context) -> None:
    """Forget all master keys but the newest, so that no earlier backup can be read. Then back up anew."""
    from operate import terminal, upkeep

    names, number = asyncio.run(upkeep.retire(terminal.settings(), datetime.now(UTC)))
    typer.echo(ctx.obj("ends.retired", names=", ".join(names) or "–", number=number))


@app.command("save", epilog=example("keys save keys-2027-03-01.json"))
def save(
    ctx: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that is not there yet.")]
) -> None:
    """Copy the table of keys, each still locked by the master key: with it an older backup can be read."""
    from operate import terminal, upkeep

    asyncio.run(upkeep.save_keys(terminal.settings(), file))
    typer.echo(ctx.obj("ends.keys_saved"))


@app.command("load", epilog=example("keys load keys-2027-03-01.json"))
def load(ctx: typer.Context, file: Annotated[Path, typer.Argument(metavar="FILE", help="What `save` wrote.")]) -> None:
    """After an older backup was put back: unlock it by a newer copy of the table of keys."""
    from operate import terminal, upkeep

    number = asyncio.run(upkeep.load_keys(terminal.settings(), file.read_bytes()))
    typer.echo(ctx.obj("ends.keys_loaded", number=number))
