"""How answers look in a terminal. The words come from i18n; colour never says anything alone."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from typer import echo

from desk.written import written as narratives
from i18n import event_text, explanation_text, time_left, when
from i18n.sentences import failure_text, label, obligation
from i18n.times import exactly
from models.obligations import explanation, state_of
from models.vocabulary.case import Level, StageState
from operate.doctor import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from rich.console import RenderableType

    from desk.intake import Taken
    from desk.look import History, View
    from i18n import Words
    from models.case import Case
    from models.events import Event
    from models.obligation_rule import ObligationRule
    from models.obligations import Obligation
    from models.report import Report
    from models.routine import Routine
    from operate.doctor import Check
    from storage.cases import WorkItem
    from storage.notices import Delivery
    from workflows.messages import Receipt

WIDE = 200
"""Columns where nobody sees the edge: in a file or a pipe."""
ICONS = {Level.LOW: "○", Level.RAISED: "◔", Level.HIGH: "◕", Level.ACUTE: "●"}
COLOURS = {Level.LOW: "green", Level.RAISED: "yellow", Level.HIGH: "dark_orange", Level.ACUTE: "bold red"}
MARKS = {StageState.PENDING: "○", StageState.OPEN: "●", StageState.DONE: "✓", StageState.WAIVED: "–"}
STATES = {"overdue": "bold red", "late": "red", "open": "yellow", "met": "green", "lapsed": "dim"}
HEALTH = {State.OK: "green", State.WARNING: "yellow", State.PROBLEM: "red", State.OUT_OF_REACH: "bold red"}
# What people wrote may hold anything, orders to the terminal too.
UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def answer(document: object, picture: Callable[[], Iterable[RenderableType]], *, as_json: bool) -> None:
    """Print the one answer of a command: a JSON document for programs, or a picture for people."""
    if as_json:
        echo(to_json(document, indent=2).decode())
        return
    terminal = sys.stdout.isatty()
    console = Console(width=None if terminal else WIDE, highlight=False, markup=False, emoji=False)
    for part in picture():
        console.print(part)


@contextmanager
def waiting(text: str) -> Iterator[None]:
    """Show that something is under way, on standard error, if somebody watches."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    with console.status(Text(text)):
        yield


def level(item: WorkItem | Case, words: Words) -> Text:
    """The level, by sign and word; a presumed one says so."""
    known = item.level is not None
    text = f"{ICONS[item.pace]} {label(item.pace, words)}"
    return Text(text if known else f"{text} ({words('cli.presumed')})", style=COLOURS[item.pace])


def taken(it: Taken, words: Words) -> Iterator[RenderableType]:
    """The answer to a report."""
    yield words("cli.taken", case=it.accepted.case, receipt=it.accepted.receipt_code)
    if it.next:
        yield words("cli.promised", due=when(it.next, words))


def receipt(it: Receipt, words: Words) -> Iterator[RenderableType]:
    """The answer to an action."""
    happened = ". ".join(words.code("moment", moment) for moment in it.happened)
    yield words("cli.receipt", case=it.case, happened=happened, id=it.command)
    yield words("cli.next_due", due=when(it.next_due, words)) if it.next_due else words("cli.next_none")


def worklist(items: Sequence[WorkItem], words: Words) -> Iterator[RenderableType]:
    """The cases, a line each."""
    if not items:
        yield words("cli.no_cases")
        return
    now = datetime.now(UTC)
    table = table_of(words, "case", "stage", "level", "next", "due", "left", "handler")
    for item in items:
        due = item.next_due
        table.add_row(
            f"{item.ref} {words('letter.drill')}" if item.drill else item.ref,
            label(item.stage, words) if item.stage else words("cli.closed"),
            level(item, words),
            obligation(item.next_obligation, words) if item.next_obligation else "",
            when(due, words) if due else "",
            Text(time_left(due - now, words), style="bold red" if due <= now else "") if due else "",
            item.handler or "–",
        )
    yield table


def case(view: View, words: Words) -> Iterator[RenderableType]:
    """One case: stages, level, what is owed, and for those who may see it all the rest."""
    it = view.case
    mark = f"{words('letter.drill')}  " if it.drill else ""
    yield Text(f"{mark}{it.ref}  {label(it.kind, words)}  {it.organisation}", style="bold")
    yield _stepper(it, words)
    facts = Table.grid(padding=(0, 2))
    facts.add_row(words("cli.level"), level(it, words))
    facts.add_row(words("cli.reported"), when(it.reported, words))
    for name, value in _whole(view, words):
        if value:
            facts.add_row(words(f"cli.{name}"), value)
    yield facts
    if not view.whole:
        yield words("cli.hidden")
    owed = [one for one in view.owed if one.open]
    if owed:
        yield obligations(owed, view, words)


def obligations(owed: Sequence[Obligation], view: View, words: Words) -> Table:
    """What is owed, by due time."""
    table = table_of(words, "obligation", "due", "left", "state", "owner")
    for one in owed:
        left = time_left(one.due - view.at, words) if one.open else when(one.met, words) if one.met else ""
        state = _state(one, view.at, words)
        table.add_row(obligation(one.key, words), when(one.due, words), left, state, label(one.owner, words))
    return table


def explained(view: View, words: Words) -> Iterator[RenderableType]:
    """Every due time with why it is what it is."""
    for one in view.owed:
        yield Text.assemble((obligation(one.key, words), "bold"), "  ", _state(one, view.at, words))
        why = explanation_text(explanation(one), words, extended=one.extended)
        yield Padding("\n".join(why), (0, 0, 1, 2), expand=False)


def history(told: History, words: Words) -> Iterator[RenderableType]:
    """The ledger, a line for each event, and below it what people wrote."""
    for event in told.events:
        if not told.view.whole:
            yield Text(f"{event.seq:>4}  {exactly(event.recorded, words)}  {words.code('moment', event.type)}")
            continue
        yield Text(f"{event.seq:>4}  {exactly(event.at, words)}  {event_text(event, words)}  ({event.actor})")
        for line in written(event, told.reports):
            yield Padding(line, (0, 0, 0, 6), expand=False)


def written(event: Event, reports: dict[str, Report]) -> list[str]:
    """What people wrote in an event, or in the report it speaks of; nothing that could command a terminal."""
    report = reports.get(getattr(event.data, "report", ""))
    found = [*narratives(event.data), *(narratives(report) if report else ())]
    return [UNSEEN.sub("�", text.expandtabs(4)) for _, text in found]


def deliveries(found: Sequence[Delivery], words: Words) -> Iterator[RenderableType]:
    """What became of the notices."""
    if not found:
        yield words("cli.no_notices")
        return
    table = table_of(words, "case", "about", "recipient", "channel", "state", "changed")
    table.add_column(words("cli.message"), no_wrap=True)
    for one in found:
        about = f"obligation.{one.about}"
        table.add_row(
            one.case,
            words(about) if about in words else words.code("moment", one.about),
            one.recipient,
            words.code("channel_kind", one.channel),
            words(f"cli.{one.state}") + (f": {failure_text(one.failure, words)}" if one.failure else ""),
            when(one.changed or one.queued, words),
            one.message or "–",
        )
    yield table


def routine(it: Routine, words: Words) -> Iterator[RenderableType]:
    """A routine as adopted: every duty with its time at each level, and who hears if nobody does it."""
    yield Text(f"{it.name}  {it.version}  ({it.organisation})", style="bold")
    yield words("cli.routine", decision=it.decision, valid_from=it.valid_from.isoformat(), digest=it.ref.digest)
    table = Table("", *(f"{ICONS[one]} {label(one, words)}" for one in reversed(Level)), words("cli.owner"))
    for name, rule in it.obligations.items():
        table.add_row(
            obligation(name, words), *(_terms(rule, one) for one in reversed(Level)), label(rule.owner, words)
        )
    yield table
    for number, rung in enumerate(it.escalation.ladder, start=1):
        yield f"{words('cli.rung', number=str(number))}: {', '.join(label(role, words) for role in rung)}"


def checks(found: Sequence[Check], words: Words, *, quiet: bool) -> Iterator[RenderableType]:
    """What the doctor found, a line each with what to do about it; `quiet` leaves out what is well."""
    for one in found:
        if quiet and one.state is State.OK:
            continue
        line = Text.assemble((f"{words(f'cli.{one.state}'):<16}", HEALTH[one.state]), words(f"cli.{one.name}"))
        line.append(f": {one.detail}" if one.detail else "")
        yield line.append(f" → {words(f'cli.{one.advice}')}" if one.advice else "")


def _state(one: Obligation, at: datetime, words: Words) -> Text:
    state = state_of(one, at)
    return Text(words(f"cli.{state}"), style=STATES[state])


def _stepper(it: Case, words: Words) -> Text:
    line = Text()
    for stage, record in it.stages.items():
        style = "bold" if stage is it.headline else "" if record.state is StageState.OPEN else "dim"
        line.append(" → " if line else "")
        line.append(f"{MARKS[record.state]} {label(stage, words)} ({label(record.state, words).lower()})", style=style)
    return line if not it.closed else line.append(f"  {words('cli.closed')}", style="bold")


def _whole(view: View, words: Words) -> Iterator[tuple[str, str]]:
    """What only those see who may see the whole case."""
    it = view.case
    if not view.whole:
        return
    codes = [*it.incident.kinds, *it.incident.channels, *it.incident.assignments]
    yield "incident", ", ".join(label(code, words) for code in codes)
    yield "handler", it.handler or ""
    yield "named", ", ".join(sorted(it.named)) if it.protected else ""
    yield "blocked", ", ".join([*(label(role, words) for role in sorted(it.blocked_roles)), *sorted(it.blocked_people)])
    yield "consents", ", ".join(label(purpose, words) for purpose in sorted(it.consents))
    yield "assessments", "\n".join(_assessment(one, words) for one in it.risk.assessments)
    yield "police", label(it.police.status or it.police.decision, words) if it.police.decision else ""
    yield "measures", ", ".join(f"{label(one.kind, words)} ({label(one.state, words).lower()})" for one in it.measures)
    yield "tasks", ", ".join(task.id for task in it.tasks if task.done is None)
    yield "linked", ", ".join(f"{link.case} ({label(link.reason, words).lower()})" for link in it.links)
    yield "closing", label(it.closing.reason, words) if it.closing else ""
    yield "routine_version", it.routine.version


def _assessment(one: Any, words: Words) -> str:
    signed = "approved" if one.approved_by else "rejected" if one.rejected_by else "waiting" if one.waiting else ""
    second = f", {words(f'cli.{signed}', by=one.approved_by or one.rejected_by or '')}" if signed else ""
    return f"{one.number}. {label(one.level, words)}, {when(one.at, words)}, {one.by}{second}"


def _terms(rule: ObligationRule, at: Level) -> str:
    if rule.schedule is not None:
        return ", ".join(str(term) for term in rule.schedule.get(at, ()))
    terms = rule.due or rule.every or {}
    return str(terms[at]) if at in terms else ""


def table_of(words: Words, *columns: str) -> Table:
    """An empty table with these headings."""
    return plain_table(*(words(f"cli.{column}") for column in columns))


def plain_table(*headings: str) -> Table:
    """An empty table with headings that are words already."""
    return Table(*headings, box=None, pad_edge=False, padding=(0, 2, 0, 0))
