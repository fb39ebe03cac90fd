"""How contacts and duty look in a terminal. Codes of people and kinds of channels, never an address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from i18n import when
from i18n.sentences import label
from models.contact import ChannelKind
from models.vocabulary.case import Urgency
from operate.doctor import ADVICE, State
from operate.outcome import ending
from operate.show import table_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from rich.console import RenderableType

    from desk.duty import PoolGap, Step
    from desk.staffing import Lack
    from i18n import Words
    from operate.people.feeds import Refreshed
    from storage.people import Organisation


def contacts(it: Organisation, available: Collection[str], words: Words) -> Iterator[RenderableType]:
    """The people of an organisation, a line each."""
    yield Text(f"{it.code}  {it.name}", style="bold")
    table = table_of(words, "code", "role", "language", "woken_by", "told_by", "away")
    for one in it.people:
        away = ", ".join(f"{when(each.starts, words)} – {when(each.ends, words)}" for each in one.absences)
        ways = (one.ways(urgency, available, one.code) for urgency in (Urgency.PAGE, Urgency.NOW))
        table.add_row(
            one.code,
            ", ".join(label(role, words) for role in sorted(one.roles)),
            one.language,
            *(channels([way.kind for way in found], words) for found in ways),
            away if one.active else words("cli.no_longer_here"),
            style="" if one.active else "dim",
        )
    yield table


def ladder(steps: Sequence[Step], words: Words) -> Iterator[RenderableType]:
    """Who would be called, rung by rung, and why."""
    table = table_of(words, "step", "role", "recipient", "why", "channel", "until")
    for step in steps:
        rung = words("cli.rung", number=str(step.rung)) if step.rung else words("cli.at_once")
        until = when(step.until, words) if step.until else ""
        if not step.people:
            table.add_row(rung, label(step.role, words), "–", Text(words.code("failure", step.empty), style="red"))
        for one in step.people:
            why = words(f"cli.{one.because}") + (f" ({words(f'cli.{step.rota}')})" if step.rota else "")
            table.add_row(rung, label(step.role, words), one.person, why, channels(one.channels, words), until)
    yield table


def gaps(found: Sequence[PoolGap], words: Words) -> Iterator[RenderableType]:
    """When nobody is on duty, a line each."""
    if not found:
        yield words("cli.no_gaps")
        return
    table = table_of(words, "pool", "role", "starts", "until")
    for one in found:
        table.add_row(one.pool, label(one.role, words), when(one.starts, words), when(one.ends, words))
    yield table


def lacking(found: Sequence[Lack], words: Words) -> Iterator[RenderableType]:
    """Who is missing, a line each with what to do about it."""
    if not found:
        yield words("cli.all_staffed")
    for one in found:
        line = f"{words(f'cli.{one.code}')}: {label(one.role, words)}{f' ({one.detail})' if one.detail else ''}"
        yield f"{line} → {words(f'cli.{ADVICE[one.code, State.WARNING]}')}"


def refreshed(found: Sequence[Refreshed], words: Words) -> Iterator[RenderableType]:
    """What became of each calendar, a line each."""
    if not found:
        yield words("cli.no_feeds")
    for one in found:
        read = words("cli.feed_read", number=one.events)
        yield f"{one.whose}: {'; '.join(ending(one.trouble, words).lines) if one.trouble else read}"


def channels(kinds: Sequence[str], words: Words) -> str:
    """Kinds of channels in their order."""
    return ", ".join(label(ChannelKind(kind), words) for kind in kinds) or "–"
