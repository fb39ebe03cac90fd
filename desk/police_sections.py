"""What stands in the draft of a police report, section by section (domain §5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desk.paper import Quote, Row, Section
from i18n import label, when
from models.vocabulary.case import Answer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from enum import StrEnum

    from desk.police_report import PoliceReport
    from i18n import Words


def sections(report: PoliceReport, words: Words) -> Iterator[Section]:
    """The whole draft."""
    yield _matter(report, words)
    yield _affected(report, words)
    yield _teller(report, words)
    yield _incident(report, words)
    yield _said(report, words)
    yield _actor(report, words)
    yield _before(report, words)
    yield _evidence(report, words)
    yield _consequences(report, words)
    yield Section(
        words("police_report.because_heading"), (words("police_report.because"), words("police_report.aggravates"))
    )
    yield _requests(words)
    yield _contact(report, words)


def _matter(report: PoliceReport, words: Words) -> Section:
    rows = (
        Row(words("police_report.made_by"), report.organisation),
        Row(words("police_report.case"), report.case.ref),
        Row(words("police_report.made"), when(report.made, words)),
        Row(words("police_report.crimes"), _labels(report.crimes, words)),
    )
    return Section(words("police_report.matter"), (words("police_report.marker"),), rows=(rows,))


def _affected(report: PoliceReport, words: Words) -> Section:
    assignments = Row(words("police_report.assignment"), _labels(report.facts.assignments, words))
    through = Row(words("police_report.through"), words("police_report.through_us", organisation=report.organisation))
    heading = words("police_report.affected")
    if report.case.protected:
        return Section(heading, (words("police_report.affected_protected"),), rows=((assignments, through),))
    rows = (
        Row(words("police_report.name"), report.affected),
        assignments,
        through,
        Row(words("police_report.work_telephone")),
        Row(words("police_report.work_address")),
    )
    return Section(heading, rows=(rows,))


def _teller(report: PoliceReport, words: Words) -> Section:
    first = report.first
    if first.anonymous:
        source = words("police_report.teller_anonymous")
    elif first.for_another:
        source = words("police_report.teller_other")
    else:
        source = words("police_report.teller_affected")
    rows = [Row(words("police_report.teller_source"), source)]
    if first.for_another:
        rows += [Row(words("police_report.teller_name")), Row(words("police_report.teller_relation"))]
    return Section(words("police_report.teller"), rows=(tuple(rows),))


def _incident(report: PoliceReport, words: Words) -> Section:
    first, facts = report.first, report.facts
    times = [when(at, words) for at in (first.occurred_from, first.occurred_to) if at]
    rows = (
        Row(words("police_report.when"), " – ".join(dict.fromkeys(times))),
        Row(words("police_report.received"), when(report.told[0].received, words)),
        Row(words("police_report.kinds"), _labels(facts.kinds, words)),
        Row(words("police_report.channels"), _labels(facts.channels, words)),
        Row(words("police_report.places"), _labels(facts.places, words)),
        Row(words("police_report.political_matter"), _labels((facts.matter,), words)),
        Row(words("police_report.purposes"), _labels(facts.purposes, words)),
        Row(words("police_report.witnesses")),
    )
    return Section(words("police_report.incident"), rows=(rows,))


def _said(report: PoliceReport, words: Words) -> Section:
    quotes = (
        Quote(words("police_report.quote_source", at=when(one.received, words)), report.shown(one.report.what))
        for one in report.told
    )
    says = [words("police_report.said_means")]
    if report.case.protected:
        says.append(words("police_report.said_hidden"))
    return Section(words("police_report.said"), tuple(says), tuple(quotes))


def _actor(report: PoliceReport, words: Words) -> Section:
    facts = report.facts
    rows = (
        Row(words("police_report.actor_category"), _labels((facts.actor_category,), words)),
        Row(words("police_report.actor_identity"), _labels((facts.actor_identity,), words)),
        Row(words("police_report.actor_known_how")),
    )
    return Section(words("police_report.actor"), (words("police_report.actor_means"),), rows=(rows,))


def _before(report: PoliceReport, words: Words) -> Section:
    quotes = tuple(
        Quote(words("police_report.noted_source", at=when(at, words)), report.shown(noted))
        for at, noted in report.incidents
        if noted
    )
    says = () if quotes else (words("police_report.nothing_before"),)
    rows = (
        Row(words("police_report.first_time"), _answer(report.first.first_time, words)),
        Row(words("police_report.references"), ", ".join(report.references)),
    )
    return Section(words("police_report.before"), says, quotes, (rows,))


def _evidence(report: PoliceReport, words: Words) -> Section:
    heading = words("police_report.evidence")
    held = Row(words("police_report.held_by"), report.organisation)
    files = [
        (
            Row(words("police_report.file", number=number), report.shown(piece.name)),
            Row(words("police_report.file_type"), piece.type),
            Row(words("police_report.file_size"), words("police_report.bytes", number=piece.size)),
            Row(words("police_report.file_received"), when(piece.received, words)),
            *((Row(words("police_report.file_note"), report.shown(piece.note)),) if piece.note else ()),
            Row(words("police_report.sum"), piece.digest, mono=True),
            held,
        )
        for number, piece in enumerate(report.pieces, start=1)
    ]
    others = [
        (
            Row(words("police_report.object", number=number), report.shown(one.text) or one.code),
            Row(words("police_report.sum"), one.digest, mono=True),
            Row(words("police_report.held_by")),
        )
        for number, one in enumerate(report.noted, start=len(files) + 1)
    ]
    if not files and not others:
        return Section(heading, (words("police_report.no_evidence"),))
    return Section(heading, (words("police_report.evidence_means"),), rows=tuple(files + others))


def _consequences(report: PoliceReport, words: Words) -> Section:
    rows = (
        Row(words("police_report.consequences_known"), _labels(report.facts.consequences, words)),
        Row(words("police_report.relatives"), _answer(report.first.relatives_affected, words)),
        Row(words("police_report.damage")),
        Row(words("police_report.impact")),
    )
    return Section(words("police_report.consequences"), rows=(rows,))


def _requests(words: Words) -> Section:
    points = (
        words("police_report.request_access"),
        words("police_report.request_unit"),
        words("police_report.request_safety"),
        words("police_report.request_order"),
        words("police_report.request_information"),
    )
    return Section(words("police_report.requests"), points=points)


def _contact(report: PoliceReport, words: Words) -> Section:
    handler = report.handler
    rows = (
        Row(words("police_report.name"), handler.name if handler else ""),
        Row(words("police_report.work_telephone"), (handler and handler.telephone) or ""),
        Row(words("police_report.work_email"), (handler and handler.email) or ""),
        Row(words("police_report.signature")),
    )
    return Section(words("police_report.contact", organisation=report.organisation), rows=(rows,))


def _labels(codes: Iterable[StrEnum], words: Words) -> str:
    """Names of codes; what is not known is left to be filled in."""
    return ", ".join(label(code, words) for code in codes if code.value != "unknown")


def _answer(answer: Answer, words: Words) -> str:
    return "" if answer is Answer.UNKNOWN else label(answer, words)
