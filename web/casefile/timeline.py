"""What happened in a case, as lines grouped by day, the latest first; messages folded together."""

from __future__ import annotations

from dataclasses import dataclass
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

PAGE = 40
"""Lines on a page."""
WINDOW = 120
"""Events read at a time: what is left of them when messages are folded fills a page."""
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
    message: bool = False

    @property
    def late(self) -> bool:
        """It was told noticeably later than it happened."""
        return (self.recorded - self.at).total_seconds() > 15 * 60


@dataclass(frozen=True)
class Day:
    """One day; each entry is a line, or messages and reminders in a row, which may go on into the days before."""

    title: str
    entries: tuple[Line | tuple[Line, ...], ...]


@dataclass(frozen=True)
class Timeline:
    """A page of it. `older`: the event before which the next page begins; None at the beginning of the case."""

    days: tuple[Day, ...]
    show: Show
    older: int | None


async def timeline(file: CaseFile, words: Words, show: Show, before: int | None) -> Timeline:
    """What happened before event `before`, or until now."""
    found: list[Event] = []
    end = min(before or file.case.seq + 1, file.case.seq + 1)
    while end > 1 and len(found) < PAGE:
        since = max(0, end - 1 - WINDOW)
        found += [event for event in reversed(await file.events(since=since, before=end)) if belongs(event, show)]
        end = since + 1
    kept = found[:WINDOW] if show is Show.ALL else found[:PAGE]
    older = kept[-1].seq if kept and (end > 1 or len(kept) < len(found)) else None
    names = await file.names(spoken_of(kept))
    reports = await file.reports(kept)
    lines = [line_of(event, file, words, names, reports) for event in kept]
    return Timeline(tuple(_days(_shortened(lines), words, fold=show is Show.ALL)), show, older)


def belongs(event: Event, show: Show) -> bool:
    """Whether an event is of this part."""
    match show:
        case Show.CONTACTS:
            return event.type in CONTACTS
        case Show.MESSAGES:
            return event.type in MESSAGES
        case Show.DECISIONS:
            return event.type not in CONTACTS | MESSAGES | PLAIN
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
        return Line(event.seq, event.recorded, event.recorded, text, "", message=event.type in MESSAGES)
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
        message=event.type in MESSAGES,
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


def _shortened(lines: Sequence[Line]) -> Iterator[Line]:
    """Long texts only begin here."""
    left = TOGETHER
    for line in lines:
        most = SHOWN if left > 0 else BEGINNING
        written = tuple(text if len(text) <= most else f"{text[:most].rstrip()} …" for text in line.written)
        left -= sum(map(len, written))
        yield Line(
            line.seq,
            line.at,
            line.recorded,
            line.text,
            line.who,
            written,
            more=written != line.written,
            message=line.message,
        )


def _days(lines: Iterator[Line], words: Words, *, fold: bool) -> Iterator[Day]:
    """By day; what the clock and the post did between two deeds of people is folded into one."""
    entries: list[tuple[Line, Line | tuple[Line, ...]]] = []
    for message, together in groupby(lines, key=lambda line: line.message):
        several = tuple(together)
        folded: Sequence[Line | tuple[Line, ...]] = [several] if message and fold and len(several) > 1 else several
        entries += [(one[0] if isinstance(one, tuple) else one, one) for one in folded]
    for when, its in groupby(entries, key=lambda entry: entry[0].recorded.astimezone(ZONE).date()):
        yield Day(day(when, words), tuple(one for _, one in its))
