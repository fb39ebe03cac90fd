"""`varna token`: programs that may call, as whom, and for how long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from models.scopes import Scope
from operate.front import AsJson, example

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from i18n import Words
    from storage.programs import Program

app = typer.Typer(help="Tokens for programs that call the API: each acts as somebody, within its scopes.")


@app.command("create", epilog=example("token create journal --as nordmyra-registrator --scope read --days 90"))
def create(
    ctx: typer.Context,
    code: Annotated[str, typer.Argument(metavar="NAME", help="What to call it: of the program, never of a person.")],
    user: Annotated[str, typer.Option("--as", metavar="USER", help="As whom it acts: it may never do more.")],
    scope: Annotated[list[Scope], typer.Option("--scope", help="What it may do; several are possible.")],
    days: Annotated[int, typer.Option("--days", help="For how many days, at most a year.")],
    as_json: AsJson = False,
) -> None:
    """Make a token. It is printed now and never again."""
    from desk.sign_in import programs
    from i18n import when
    from operate import show, terminal

    now = datetime.now(UTC)
    token, made = terminal.run(lambda house: programs.create(house, code, user, scope, now, now + timedelta(days=days)))
    if as_json:
        told = {"code": code, "user": user, "scopes": sorted(scope), "expires": made.expires, "token": token}
        show.answer(told, tuple, as_json=True)
        return
    typer.echo(ctx.obj("cli.token_made", code=code, until=when(made.expires, ctx.obj)))
    typer.echo(token)


@app.command("list", epilog=example("token list"))
def list_tokens(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the tokens that were ever made, and when each was last used. Never the tokens themselves."""
    from desk.sign_in import programs
    from operate import show, terminal

    found = terminal.run(programs.listed)
    show.answer({"tokens": found}, lambda: _table(found, ctx.obj), as_json=as_json)


def _table(found: Sequence[Program], words: Words) -> Iterator[RenderableType]:
    from i18n import when
    from operate import show

    table = show.table_of(words, "token", "user", "scopes", "token_used", "token_ends")
    for one in found:
        ends = words("cli.token_gone") if one.revoked else when(one.expires, words)
        used = when(one.used, words) if one.used else "–"
        table.add_row(one.code, one.user, " ".join(sorted(one.scopes)), used, ends, style="dim" if one.revoked else "")
    yield table


@app.command("revoke", epilog=example("token revoke journal"))
def revoke(ctx: typer.Context, code: Annotated[str, typer.Argument(metavar="NAME", help="Which, by name.")]) -> None:
    """Take a token back, for good. Its program is refused from the next call on."""
    from desk.sign_in import programs
    from operate import terminal

    terminal.run(lambda house: programs.revoke(house, code, datetime.now(UTC)))
    typer.echo(ctx.obj("cli.token_revoked", code=code))
