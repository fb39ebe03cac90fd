"""`varna audit checkpoint`: sign what the ledger is now, so that nobody can change it unseen later."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from operate.front import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from activities.checkpoints import Checkpointed
    from i18n import Words
    from operate.house import House

Organisation = Annotated[
    str | None, typer.Option(metavar="CODE", help="Only this organisation. Without it, each of them.")
]


def checkpoint(ctx: typer.Context, organisation: Organisation = None, as_json: AsJson = False) -> None:
    """Sign the tree over the ledger, keep the checkpoint and mail it to those who review. Also done every night."""
    from operate import proving, show, terminal

    now = datetime.now(UTC)
    taken = terminal.run(lambda house: proving.checkpoint_all(house, organisation, now))
    document = {"checkpoints": [{"organisation": one, **its.model_dump()} for one, its in taken.items()]}
    show.answer(document, lambda: _taken(taken, ctx.obj), as_json=as_json)


def key(ctx: typer.Context, organisation: Organisation = None) -> None:  # noqa: ARG001 - the same for every command
    """Print the public key that checks checkpoints, in PEM; with an organisation, also as C2SP's tools take it."""
    from operate import proving, terminal

    async def printed(house: House) -> tuple[str, list[str]]:
        return proving.public_keys(house, organisation)

    pem, lines = terminal.run(printed)
    typer.echo(pem + "\n".join(lines), nl=bool(lines))


def _taken(taken: dict[str, Checkpointed], words: Words) -> Iterator[str]:
    for organisation, its in taken.items():
        entries, mailed = words("proof.entries", number=its.size), words("proof.people", number=its.mailed)
        values = {"organisation": organisation, "entries": entries, "mailed": mailed}
        yield words("cli.checkpoint_taken", number=its.number, **values)
