"""`varna notices`: who was told of what, and what became of it."""

from __future__ import annotations

from typing import Annotated

import typer

from operate.front import AsJson, example

app = typer.Typer(help="Show who was told of what, and whether it reached them; send again.")


@app.callback(invoke_without_command=True, epilog=example("notices --failed"))
def show_notices(
    ctx: typer.Context,
    failed: Annotated[bool, typer.Option("--failed", help="Only those that reached nobody.")] = False,
    ref: Annotated[str | None, typer.Option("--case", metavar="REF", help="Only those of this case.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show who was told of what, and whether it reached them."""
    if ctx.invoked_subcommand is not None:
        return
    from desk import look
    from operate import show, terminal

    found = terminal.run(lambda house: look.deliveries(house, ref, failed=failed))
    show.answer({"notices": found}, lambda: show.deliveries(found, ctx.obj), as_json=as_json)


@app.command("resend", epilog=example("notices resend 6f1c0d2a9b3e4f5a6b7c8d9e"))
def resend(
    ctx: typer.Context,
    message: Annotated[str, typer.Argument(metavar="ID", help="The message, as `varna notices` names it.")],
) -> None:
    """Send a message once more: one that waits is tried at once, of any other a copy is sent."""
    from desk import messages
    from operate import terminal

    sent = terminal.run(lambda house: messages.again(house, message))
    typer.echo(ctx.obj("cli.resent", message=sent))
