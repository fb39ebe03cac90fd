"""What changed in a case between two instants, as it looks in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from i18n import event_text, when
from i18n.changes import change_text, duty_text, knowing_text
from i18n.times import exactly
from operate import show

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from desk.timetravel import Difference, Then
    from i18n import Words
    from models.case_changes import Knowing

COLUMNS = ("change.what", "change.before", "change.after")


def difference(it: Difference, words: Words) -> Iterator[RenderableType]:
    """What happened, what is otherwise, which duties stand otherwise, and who came to know."""
    local = words.local(it.after.routine.texts)
    yield words(
        "change.between",
        first=it.before.case.seq,
        second=it.after.case.seq,
        before=when(it.before.at, words),
        after=when(it.after.at, words),
    )
    for event in it.events:
        text = event_text(event, local) if it.after.whole else words.code("moment", event.type)
        yield f"  {event.seq:>4}  {exactly(event.recorded, words)}  {text}"
    rows = [*(change_text(one, local) for one in it.changes), *(duty_text(one, local) for one in it.duties)]
    table = show.plain_table(*map(words, COLUMNS))
    for row in rows:
        table.add_row(*row)
    yield table if rows else words("change.nothing")
    yield from knew(it.knew, words)


def case(it: Then, words: Words) -> Iterator[RenderableType]:
    """A case now or then; of then also who knew of it."""
    yield from show.case(it.view, words)
    yield from knew(it.knew, words)


def knew(found: Sequence[Knowing] | None, words: Words) -> Iterator[RenderableType]:
    """Who knew, a line each."""
    if found:
        yield words("change.who")
    for one in found or ():
        yield f"  {knowing_text(one, one.person, words)}"
