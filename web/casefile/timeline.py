"""What happened in a case, as lines grouped by day, the latest first; messages folded together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING

from desk.written import written
from i18n import day, event_text, label
from i18n.times import ZONE
from models.sight import reads_words
from models.stages.casework import Assigned, ReportMerged
from models.stages.clock import NoticeSent
from models.stages.intake import Reported
from models.stages.support import MeasureUpdated
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from desk.casefile import CaseFile
    from i18n import Words
    from models.events import Event
    from models.report import Report
    from storage.ledger import Mark

PAGE = 40
"""Lines on a page, beside the messages that are folded away."""
SHOWN = 600
"""Characters of what somebody wrote that stand on the page; the rest one click away."""
TOGETHER = 12_000
"""Characters of all that people wrote on one page; after that only the beginnings."""
BEGINNING = 120


class Show(StrEnum):
    """Which part of it."""

    ALL = "allt"
    DECISIONS = "beslut"
    CONTACTS = "kontakter"
    MESSAGES = "meddelanden"


CONTACTS = frozenset(
    {
        "affected_contacted",
        "affected_identified",
        "consent_given",
        "consent_withdrawn",
        "followed_up",
        "help_asked",
        "information_answered",
        "information_asked",
        "message_received",
        "message_sent",
        "reported",
        "support_agreed",
    }
)
MESSAGES = frozenset({"notice_sent", "notice_failed", "reminded", "escalated"})
_ACTORS: dict[str, Role | None] = {"clock": None, "world": None, "affected": Role.AFFECTED, "reporter": Role.REPORTER}
_CALLED = {
    "lesson": "case.said_lesson",
    "reference": "case.said_reference",
    "name": "case.said_name",
    "telephone": "case.said_telephone",
    "email": "case.said_email",
    "secure_inbox": "case.said_secure_inbox",
    "other": "case.said_other",
    "safe_time": "case.said_safe_time",
}
"""What is written in short fields, and how it is introduced."""
PLAIN = frozenset({"note_added", "evidence_added", "incident_added", "report_merged", "report_unmerged"})
"""Neither decided nor said to anybody."""


@dataclass(frozen=True)
class Line:
    """One event. `more`: what somebody wrote goes on where the whole event is shown."""

    seq: int
    at: datetime
    recorded: datetime
    text: str
    who: str
    written: tuple[str, ...] = ()
    more: bool = False

    @property
    def late(self) -> bool:
        """It was told noticeably later than it happened."""
        return (self.recorded - self.at).total_seconds() > 15 * 60


@dataclass(frozen=True)
class Folded:
    """What the clock and the post did between two deeds of people: how much, and after which event it begins."""

    number: int
    recorded: datetime
    before: int


@dataclass(frozen=True)
class Day:
    """One day. What is folded may go on into the days before."""

    title: str
    entries: tuple[Line | Folded, ...]


@dataclass(frozen=True)
class Timeline:
    """A page of it. `older`: the event before which the next page begins; None at the beginning of the case."""

    days: tuple[Day, ...]
    show: Show
    older: int | None


async def timeline(file: CaseFile, words: Words, show: Show, before: int | None) -> Timeline:
    """What happened before event `before`, or until now."""
    marks = [one for one in await file.outline(before or file.case.seq + 1) if belongs(one.type, show)]
    fold = show is Show.ALL
    whole = [one for one in marks if not (fold and one.type in MESSAGES)][:PAGE]
    last = whole[-1].seq if len(whole) == PAGE else 0
    shown = [one for one in marks if one.seq >= last]
    types = {one.type for one in whole}
    found = await file.events(since=whole[-1].seq - 1, before=whole[0].seq + 1, types=types) if whole else []
    names = await file.names(spoken_of(found))
    reports = await file.reports(found)
    lines = (line_of(event, file, words, names, reports) for event in reversed(found))
    # What ties the case to one that is not there for the reader is not there either.
    told = {one.seq for one in found}
    shown = [one for one in shown if one.seq in told or (fold and one.type in MESSAGES)]
    older = last if last and any(one.seq < last for one in marks) else None
    return Timeline(tuple(_days(shown, {one.seq: one for one in _shortened(lines)}, words)), show, older)


def belongs(kind: str, show: Show) -> bool:
    """Whether a type of event is of this part."""
    match show:
        case Show.CONTACTS:
            return kind in CONTACTS
        case Show.MESSAGES:
            return kind in MESSAGES
        case Show.DECISIONS:
            return kind not in CONTACTS | MESSAGES | PLAIN
    return True


def spoken_of(events: Sequence[Event]) -> Iterator[str]:
    """The people who did something in these events, or of whom they tell."""
    for event in events:
        yield event.actor
        match event.data:
            case Assigned(handler=handler):
                yield handler
            case NoticeSent(recipients=recipients):
                yield from recipients


def line_of(
    event: Event, file: CaseFile, words: Words, names: Mapping[str, str], reports: Mapping[str, Report]
) -> Line:
    """One line; for those who do not see the whole case only what kind of thing happened."""
    # Who sees a headline today reads no more of yesterday, when they may have seen it all.
    if not (file.view.whole or (not file.past and reads_words(file.actor, file.case, event.type, datetime.now(UTC)))):
        text = words.code("moment", event.type)
        return Line(event.seq, event.recorded, event.recorded, text, "")
    report = reports.get(event.data.report) if isinstance(event.data, Reported | ReportMerged) else None
    said = tuple(_said(*one, words) for it in (event.data, report) if it is not None for one in written(it))
    own = words.local(file.routine.texts)
    role = _ACTORS.get(event.actor)
    return Line(
        event.seq,
        event.at,
        event.recorded,
        event_text(_with_names(event, file, words, names), own),
        label(role, words) if role else "" if event.actor in _ACTORS else names.get(event.actor, event.actor),
        said,
    )


def _said(name: str, text: str, words: Words) -> str:
    """What somebody wrote; a number or an address says what it is."""
    return f"{words(_CALLED[name])}: {text}" if name in _CALLED else text


def _with_names(event: Event, file: CaseFile, words: Words, names: Mapping[str, str]) -> Event:
    """The event with names where it has codes: nobody knows colleagues or measures by their codes."""
    fact = event.data
    match fact:
        case Assigned():
            told: dict[str, object] = {"handler": names.get(fact.handler, fact.handler)}
        case NoticeSent():
            told = {"recipients": tuple(names.get(one, one) for one in fact.recipients)}
        case MeasureUpdated():
            measure = file.case.measure(fact.measure)
            told = {"measure": label(measure.kind, words).lower() if measure else fact.measure}
        case _:
            return event
    return event.model_copy(update={"data": fact.model_copy(update=told)})


def _shortened(lines: Iterator[Line]) -> Iterator[Line]:
    """Long texts only begin here."""
    left = TOGETHER
    for line in lines:
        most = SHOWN if left > 0 else BEGINNING
        written = tuple(text if len(text) <= most else f"{text[:most].rstrip()} …" for text in line.written)
        left -= sum(map(len, written))
        yield replace(line, written=written, more=written != line.written)


def _days(marks: Sequence[Mark], lines: Mapping[int, Line], words: Words) -> Iterator[Day]:
    entries: list[Line | Folded] = []
    for folded, its in groupby(marks, key=lambda mark: mark.seq not in lines):
        several = list(its)
        first = several[0]
        entries += [Folded(len(several), first.recorded, first.seq + 1)] if folded else [lines[m.seq] for m in several]
    for when, together in groupby(entries, key=lambda entry: entry.recorded.astimezone(ZONE).date()):
        yield Day(day(when, words), tuple(together))
