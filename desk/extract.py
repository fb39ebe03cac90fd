"""What a person is told of the data about them (GDPR article 15): all of it, less what is withheld and why.

Of a case the affected person is told everything but what is about somebody else; who reported for somebody else is told
their own words and our answers. Whoever worked on it stands there by role, never by name.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desk import evidence, look
from desk.extract_sections import case_sections
from desk.paper import PAGE, PAGES, Paper, Section, pdf
from models.outside import Holder
from models.refusal import BadInput, Problem, Refusal
from models.vocabulary.people import Role
from models.vocabulary.reading import ReadWhat
from models.vocabulary.records import ExtractPart, WithholdingGround
from storage import ledger, organisations, reads, reports
from storage.tables import Via

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from desk.desk import Desk
    from desk.look import View
    from i18n import Words
    from models.events import Event
    from models.report import Report
    from storage.evidence import Piece
    from storage.reads import RoleRead

OWN_WORDS = frozenset({ExtractPart.REPORT, ExtractPart.REACH, ExtractPart.MESSAGES, ExtractPart.FILES})
"""What is about whoever reported for somebody else."""
Withheld = dict[ExtractPart, WithholdingGround]


@dataclass(frozen=True)
class OneCase:
    """One case, as far as it is about this person."""

    view: View
    role: Role
    reports: dict[str, Report]
    """Their own reports alone."""
    events: Sequence[Event]
    pieces: Sequence[Piece]
    readers: Sequence[RoleRead]

    @property
    def parts(self) -> frozenset[ExtractPart]:
        """What of it there is to tell."""
        return frozenset(ExtractPart) if self.role is Role.AFFECTED else OWN_WORDS


@dataclass(frozen=True)
class Extract:
    """Everything that one person is told."""

    organisation: str
    made: datetime
    cases: tuple[OneCase, ...]
    withheld: Mapping[ExtractPart, WithholdingGround]

    def document(self, words: Words) -> dict[str, object]:
        """For programs: what is told, section by section in these words, and what is not, by code."""
        return {
            "organisation": self.organisation,
            "made": self.made,
            "cases": [
                {
                    "case": one.view.case.ref,
                    "role": one.role,
                    "parts": {part: _said(section) for part, section in case_sections(one, self.withheld, words)},
                }
                for one in self.cases
            ],
            "withheld": dict(self.withheld),
        }


async def gather(
    desk: Desk, refs: Sequence[str], user: str, withheld: Withheld, now: datetime, report: str | None = None
) -> Extract:
    """What one person is told of some cases. That it was read for this is kept.

    :param user: the officer who answers, and sees all of each case.
    :param report: the report of whoever asks, if they are not the affected person.
    :raises Refusal: `unknown_case`, unless the officer sees the whole of each; `not_about_them`.
    :raises BadInput: if no case is named, or they are not all of one organisation.
    """
    if not refs or len({ref.partition("-")[0] for ref in refs}) != 1:
        raise BadInput(Problem(field="case", code="one_organisation", reason="name cases of one organisation"))
    found = [await _case(desk, ref, user, report) for ref in dict.fromkeys(refs)]
    async with desk.database.reading() as session:
        organisation = await organisations.one(session, refs[0].partition("-")[0])
    return Extract(organisation.name, now, tuple(found), withheld)


async def paper(extract: Extract, words: Words) -> bytes:
    """The extract as PDF, accessible and made to last."""
    return await asyncio.to_thread(_render, extract, words)


async def _case(desk: Desk, ref: str, user: str, report: str | None) -> OneCase:
    view = await look.case(desk, ref, user, via=Via.EXPORT, what=ReadWhat.ACCESS_REQUEST)
    if not view.whole:
        raise Refusal("unknown_case", "case")
    role = Role.AFFECTED if report is None else Role.REPORTER
    async with desk.database.reading(of={view.case.organisation}) as session:
        told = await reports.several(session, desk.ring, view.case.reports)
        events = await ledger.read(session, await desk.ring.key(session, ref), ref)
        readers = await reads.roles_that_read(session, ref) if role is Role.AFFECTED else []
    theirs = {identity: one for identity, one in told.items() if _is_theirs(identity, one, report)}
    if report is not None and not theirs:
        raise Refusal("not_about_them", "report")
    pieces = [one for one in await evidence.handed_in(desk, ref) if report is None or one.report in theirs]
    return OneCase(view, role, theirs, events, pieces, readers)


def _is_theirs(identity: str, told: Report, asked: str | None) -> bool:
    return identity == asked if asked else Holder.of(identity, told).role is Role.AFFECTED


def _render(extract: Extract, words: Words) -> bytes:
    sections = [
        Section(f"{section.heading} ({one.view.case.ref})", section.says, section.quotes, section.rows, section.points)
        for one in extract.cases
        for _, section in case_sections(one, extract.withheld, words)
    ]
    grounds = tuple(
        f"{words.code('extract_part', part)}: {words.code('withholding_ground', ground)}"
        for part, ground in extract.withheld.items()
    )
    others = words("ends.extract_others")
    sections.append(Section(words("ends.extract_withheld"), (others,), points=grounds))
    sections.append(Section(words("ends.extract_rights"), (words("ends.extract_rights_text"),)))
    refs = ", ".join(one.view.case.ref for one in extract.cases)
    return pdf(
        Paper(
            title=words("ends.extract_title"),
            author=extract.organisation,
            mark=words("ends.extract_mark", organisation=extract.organisation, cases=refs),
            page=words("paper.page", page=PAGE, pages=PAGES),
            blank=words("paper.blank"),
            sections=tuple(sections),
            lead=(words("ends.extract_lead", organisation=extract.organisation),),
        ),
        words,
        extract.made,
    )


def _said(section: Section) -> dict[str, object]:
    quotes = [{"source": one.source, "said": one.said} for one in section.quotes]
    rows = {row.term: row.value for group in section.rows for row in group}
    found: dict[str, object] = {"says": section.says, "quotes": quotes, "facts": rows, "points": section.points}
    return {name: value for name, value in found.items() if value}
