"""`varna watch`: the watchdog, a process of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from operate.front import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from i18n import Words
    from operate.watchdog.rounds import Round


def watch(
    ctx: typer.Context,
    once: Annotated[
        bool, typer.Option("--once", help="Look once, tell, and leave: exit code 3 if not all is well.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Watch that nobody is forgotten: what had to happen by now has happened, or the heartbeat is withheld."""
    from pydantic_core import to_json

    from operate import terminal
    from operate.house import House
    from operate.outcome import Ending, Exit
    from operate.watchdog.rounds import Watchdog, watch_on

    last: list[str] = []

    def told(made: Round) -> None:
        lines = [to_json(made.document()).decode()] if as_json else list(_lines(made, ctx.obj))
        if as_json or lines != last:
            typer.echo("\n".join(lines))
            last[:] = lines

    async def look(house: House) -> bool:
        if once:
            made = await Watchdog(house).round()
            told(made)
            return made.well
        try:
            await watch_on(house, told)
        except OSError as error:
            raise Ending(Exit.OUT_OF_REACH, "metrics_port_taken", ctx.obj("watch.port_taken")) from error
        return True

    if not terminal.run(look):
        raise typer.Exit(Exit.REFUSED)


def _lines(made: Round, words: Words) -> Iterator[str]:
    yield words("watch.well" if made.well else "watch.unwell")
    for one in made.findings:
        where = " ".join(filter(None, (one.case, one.detail)))
        yield (
            f"{one.code} {where}: {words(f'watch.{one.code}')}"
            if where
            else f"{one.code}: {words(f'watch.{one.code}')}"
        )
