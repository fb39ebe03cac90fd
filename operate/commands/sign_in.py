"""`varna sign-in`: letting people in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from operate.front import AsJson, example

app = typer.Typer(help="Let people in: one-time links to choose a password and a second factor.")


@app.command("link", epilog=example("sign-in link --user nordmyra-systemforvaltare"))
def link(
    ctx: typer.Context,
    user: Annotated[str, typer.Option("--user", metavar="CODE", help="Who, by code.")],
    as_json: AsJson = False,
) -> None:
    """Print a link that works once, within a day. Followed to its end it replaces all they signed in with before."""
    from desk.sign_in import opening
    from i18n import when
    from operate import show, terminal

    made = terminal.run(lambda house: opening.link(house, user, datetime.now(UTC)))
    url = f"{terminal.settings().public_url}{made.path}"
    if as_json:
        show.answer({"user": user, "url": url, "expires": made.opening.expires}, tuple, as_json=True)
        return
    # Not as a picture: a terminal would break the address at its edge.
    typer.echo(ctx.obj("cli.opening", user=user, until=when(made.opening.expires, ctx.obj)))
    typer.echo(url)
