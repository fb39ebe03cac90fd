"""`varna simulate`: what if another routine had been adopted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from operate.front import AsJson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType
    from rich.table import Table

    from audit.simulate import Simulation
    from i18n import Words
    from models.comparison import Change, Row
    from models.whatif import Woken

MOST = 40
"""Lines of those who would be woken; all of them stand in the JSON document."""


def simulate(
    ctx: typer.Context,
    routine: Annotated[Path, typer.Option(metavar="FILE", help="The routine to try, as a TOML file.")],
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="Only cases reported from then on, such as 2026-01-01.")
    ] = None,
    organisation: Annotated[
        str | None, typer.Option(metavar="CODE", help="Whose cases, if not those of the file's own organisation.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Live recorded cases once more under another routine: the same deeds at the same times, the clock wound anew."""
    from audit.histories import Wanted
    from audit.simulate import simulate as relive
    from operate import show, terminal

    tried = terminal.routine_from(routine, organisation)
    wanted = Wanted(tried.organisation, terminal.read_time(since, "since"))
    with show.waiting(ctx.obj("whatif.working")):
        found = terminal.run(lambda house: relive(house.database, house.ring, tried, wanted))
    show.answer(found.document(), lambda: picture(found, ctx.obj), as_json=as_json)


def picture(found: Simulation, words: Words) -> Iterator[RenderableType]:
    """The caveat first; then each level, each duty with a difference, who would be woken, and what would be refused."""
    from i18n import label, obligation
    from models.comparison import Counting, by_level, by_name

    local = words.local(*(routine.texts for routine in (*found.own.values(), found.tried)))
    yield words("whatif.caveat")
    yield words(
        "whatif.summary", number=len(found.changes), version=found.tried.version, otherwise=len(found.otherwise)
    )
    yield words("whatif.faithful", faithful=found.faithful, number=len(found.changes))
    if stays := sum(one.stays_open for one in found.changes):
        yield words("whatif.stay_open", number=stays)
    table = _table(words, "whatif.level", "whatif.what")
    for level, rows in by_level(found.before, found.after).items():
        for row in rows:
            if row.before or row.after:
                table.add_row(label(level, words), label(Counting(row.measure), words), *_numbers(row))
    yield table
    rows = by_name(found.before, found.after, Counting.REMINDERS, Counting.ESCALATIONS, Counting.LATE, Counting.MISSED)
    if rows:
        table = _table(words, "whatif.duty", "whatif.what")
        for row in rows:
            table.add_row(obligation(row.name, local), label(Counting(row.measure), words), *_numbers(row))
        yield table
    yield from _woken(found, words)
    for command, code, first, later in found.refused:
        yield words("whatif.refused", number=first, command=words(f"command.{command}"), rule=code, later=later)


def _woken(found: Simulation, words: Words) -> Iterator[RenderableType]:
    from i18n import label, when

    woken = [(one.case, it, key) for one in found.changes for key, its in _rings(one) for it in its]
    if not woken:
        return
    table = _plain(words, "whatif.case", "whatif.who", "whatif.when", "whatif.change")
    for case, it, key in woken[:MOST]:
        table.add_row(case, label(it.role, words), when(it.at, words), words(key))
    yield table
    if len(woken) > MOST:
        yield words("whatif.more", number=len(woken) - MOST)


def _rings(one: Change) -> tuple[tuple[str, tuple[Woken, ...]], ...]:
    return (("whatif.woken", one.woken), ("whatif.spared", one.spared))


def _table(words: Words, *columns: str) -> Table:
    return _plain(words, *columns, "whatif.before", "whatif.after", "whatif.difference")


def _plain(words: Words, *columns: str) -> Table:
    from operate.show import plain_table

    return plain_table(*map(words, columns))


def _numbers(row: Row) -> tuple[str, str, str]:
    return str(row.before), str(row.after), f"{row.difference:+d}" if row.difference else "0"
