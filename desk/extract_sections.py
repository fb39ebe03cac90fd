"""The parts of an access request's answer, one by one, in plain words; what is withheld is not among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk.paper import Quote, Row, Section
from desk.written import written
from i18n import label, when
from models.stages.dialogue import HelpAsked, MessageReceived, MessageSent
from models.vocabulary.records import ExtractPart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from desk.extract import OneCase
    from i18n import Words
    from models.vocabulary.records import WithholdingGround

DIALOGUE = (MessageReceived, MessageSent, HelpAsked)


def case_sections(
    of: OneCase, withheld: Mapping[ExtractPart, WithholdingGround], words: Words
) -> Iterator[tuple[ExtractPart, Section]]:
    """What is told of one case, part by part; a part that is empty says so."""
    for part in ExtractPart:
        if part in of.parts and part not in withheld:
            yield part, _PARTS[part](of, words)


def _report(of: OneCase, words: Words) -> Section:
    said = tuple(Quote(words("ends.extract_own_words"), one.what) for one in of.reports.values())
    return _section(ExtractPart.REPORT, words, quotes=said)


def _reach(of: OneCase, words: Words) -> Section:
    ways = [
        Row(words(f"ends.reach_{name}"), value)
        for one in of.reports.values()
        for name, value in one.reach.model_dump().items()
        if value
    ]
    return _section(ExtractPart.REACH, words, rows=tuple(ways))


def _incident(of: OneCase, words: Words) -> Section:
    it = of.view.case.incident
    codes = (*it.kinds, *it.channels, *it.places, *it.assignments, *it.consequences)
    return _section(ExtractPart.INCIDENT, words, points=tuple(label(code, words) for code in codes))


def _course(of: OneCase, words: Words) -> Section:
    # By what it was alone: a line of the timeline names people by their codes.
    lines = (f"{when(event.at, words)}: {words.code('moment', event.type)}" for event in of.events)
    return _section(ExtractPart.COURSE, words, points=tuple(dict.fromkeys(lines)))


def _notes(of: OneCase, words: Words) -> Section:
    """What officers wrote, but for letters, which stand by themselves."""
    quotes = tuple(
        Quote(f"{when(event.at, words)}, {words.code('moment', event.type)}", text)
        for event in of.events
        if not isinstance(event.data, DIALOGUE)
        for _, text in written(event.data)
    )
    return _section(ExtractPart.NOTES, words, quotes=quotes)


def _risk(of: OneCase, words: Words) -> Section:
    rows = tuple(Row(when(one.at, words), label(one.level, words)) for one in of.view.case.risk.assessments)
    return _section(ExtractPart.RISK, words, rows=rows)


def _police(of: OneCase, words: Words) -> Section:
    it = of.view.case.police
    said = tuple(label(code, words) for code in (it.decision, it.status) if code is not None)
    return _section(ExtractPart.POLICE, words, points=said)


def _support(of: OneCase, words: Words) -> Section:
    rows = tuple(Row(label(one.kind, words), label(one.state, words)) for one in of.view.case.measures)
    return _section(ExtractPart.SUPPORT, words, rows=rows)


def _messages(of: OneCase, words: Words) -> Section:
    quotes = tuple(
        Quote(
            f"{when(event.at, words)}, "
            + words("ends.extract_ours" if isinstance(event.data, MessageSent) else "ends.extract_theirs"),
            event.data.text or "",
        )
        for event in of.events
        if isinstance(event.data, DIALOGUE) and event.data.report in of.reports
    )
    return _section(ExtractPart.MESSAGES, words, quotes=quotes)


def _files(of: OneCase, words: Words) -> Section:
    points = tuple(
        f"{one.name or words('case.unnamed_file')}, {when(one.received, words)}, SHA-256 {one.digest}"
        for one in of.pieces
    )
    return _section(ExtractPart.FILES, words, points=points)


def _readers(of: OneCase, words: Words) -> Section:
    rows = tuple(
        Row(label(one.role, words) if one.role else words("case.by_operator"), when(one.last, words))
        for one in of.readers
    )
    return _section(ExtractPart.READERS, words, rows=rows)


_PARTS: dict[ExtractPart, Callable[[OneCase, Words], Section]] = {
    ExtractPart.REPORT: _report,
    ExtractPart.REACH: _reach,
    ExtractPart.INCIDENT: _incident,
    ExtractPart.COURSE: _course,
    ExtractPart.NOTES: _notes,
    ExtractPart.RISK: _risk,
    ExtractPart.POLICE: _police,
    ExtractPart.SUPPORT: _support,
    ExtractPart.MESSAGES: _messages,
    ExtractPart.FILES: _files,
    ExtractPart.READERS: _readers,
}


def _section(
    part: ExtractPart,
    words: Words,
    *,
    quotes: tuple[Quote, ...] = (),
    rows: tuple[Row, ...] = (),
    points: tuple[str, ...] = (),
) -> Section:
    nothing = () if quotes or rows or points else (words("ends.extract_nothing"),)
    return Section(words.code("extract_part", part), nothing, quotes, (rows,) if rows else (), points)
