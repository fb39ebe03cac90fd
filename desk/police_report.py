"""Draft of a police report (domain §5.2): what is known, word by word where it matters, and blanks for the rest."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from desk import look
from desk.evidence import handed_in
from desk.paper import PAGE, PAGES, Paper, pdf
from desk.police_sections import sections
from models.refusal import Refusal
from models.stages.casework import EvidenceAdded, ReportMerged, ReportUnmerged
from models.stages.intake import Reported
from models.stages.police import PoliceDecided, PoliceUpdated
from models.stages.risk import IncidentAdded
from storage import ledger, people, reports, tables
from storage.tables import Via

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.desk import Desk
    from i18n import Words
    from models.case import Case, IncidentFacts
    from models.contact import Contact
    from models.events import Event
    from models.report import Report
    from models.vocabulary.incident import Crime
    from storage.evidence import Piece

READ_AS = "police_report"
HIDDEN = "[…]"
"""Stands where a protected person would be named."""
_SHORTEST = 3
"""Letters in a part of a name that is hidden: shorter ones stand in every other word."""


@dataclass(frozen=True)
class Told:
    """One report that belongs to the case: when it was received, and what was said."""

    received: datetime
    report: Report


@dataclass(frozen=True)
class Noted:
    """Evidence that the case knows by its hash alone; it lies elsewhere."""

    code: str
    digest: str
    text: str


@dataclass(frozen=True)
class PoliceReport:
    """All that a draft says. With a protected identity no narrative names the person, and nothing leads to them."""

    case: Case
    organisation: str
    handler: Contact | None
    made: datetime
    told: tuple[Told, ...]
    incidents: tuple[tuple[datetime, str], ...]
    """What the actor did since: when, and what was noted of it."""
    pieces: tuple[Piece, ...]
    noted: tuple[Noted, ...]
    crimes: tuple[Crime, ...]
    references: tuple[str, ...]

    @property
    def facts(self) -> IncidentFacts:
        """What the incident is, in codes."""
        return self.case.incident

    @property
    def first(self) -> Report:
        """The report that the case began with."""
        return self.told[0].report

    @property
    def affected(self) -> str:
        """What the affected person is called, if that is known and may be said."""
        known = not (self.case.protected or self.first.for_another or self.first.anonymous)
        return (known and self.first.reach.name) or ""

    def shown(self, said: str) -> str:
        """What somebody said; names and addresses of a protected person are left out of it."""
        if not self.case.protected:
            return said
        return _hidden(said, *(one.report for one in self.told))


async def draft(desk: Desk, ref: str, user: str, words: Words, now: datetime, via: Via = Via.PAGE) -> bytes:
    """The draft as PDF, from the case as it stands; that it was read is kept.

    :raises Refusal: `unknown_case`, unless this person sees the whole of the case.
    """
    report = await gather(desk, ref, user, now, via)
    return await asyncio.to_thread(render, report, words)


def render(report: PoliceReport, words: Words) -> bytes:
    """The draft as PDF."""
    ref = report.case.ref
    lead = [words("police_report.draft"), words("police_report.ways"), words("police_report.not_on_the_web")]
    if report.case.protected:
        lead.insert(0, words("police_report.protected"))
    else:
        lead.append(words("police_report.no_home_address", organisation=report.organisation))
    if report.case.drill:
        lead.insert(0, words("police_report.drill"))
    marked = "police_report.mark_protected" if report.case.protected else "police_report.mark"
    paper = Paper(
        title=words("police_report.title", case=ref),
        author=report.organisation,
        mark=words(marked, organisation=report.organisation, case=ref),
        page=words("paper.page", page=PAGE, pages=PAGES),
        blank=words("paper.blank"),
        sections=tuple(sections(report, words)),
        lead=tuple(lead),
    )
    return pdf(paper, words, report.made)


async def gather(
    desk: Desk, ref: str, user: str, now: datetime, via: Via = Via.PAGE, what: str = READ_AS
) -> PoliceReport:
    """What there is to tell the police; raises as `draft`."""
    view = await look.case(desk, ref, user, via=via, what=what)
    if not view.whole:
        raise Refusal("unknown_case", "case")
    case = view.case
    pieces = await handed_in(desk, ref)
    async with desk.database.reading(of={case.organisation}) as session:
        events = await ledger.read(session, await desk.ring.key(session, ref), ref)
        told = await _told(session, desk, events)
        table = tables.organisations.c
        name = (await session.execute(select(table.name).where(table.code == case.organisation))).scalar_one()
        handler = await _contact(session, desk, case.handler)
    facts = [event.data for event in events]
    police = [fact for fact in facts if isinstance(fact, PoliceDecided | PoliceUpdated)]
    decided = [fact for fact in police if isinstance(fact, PoliceDecided)]
    known = {piece.id for piece in pieces}
    return PoliceReport(
        case=case,
        organisation=name,
        handler=handler,
        made=now,
        told=tuple(told),
        incidents=tuple((e.at, e.data.text or "") for e in events if isinstance(e.data, IncidentAdded)),
        pieces=tuple(pieces),
        noted=tuple(
            Noted(fact.evidence, fact.digest or "", fact.text or "")
            for fact in facts
            if isinstance(fact, EvidenceAdded) and fact.evidence and fact.evidence not in known
        ),
        crimes=tuple(dict.fromkeys(crime for fact in decided for crime in fact.crimes)),
        references=tuple(dict.fromkeys(fact.reference for fact in police if fact.reference)),
    )


async def _told(session: AsyncSession, desk: Desk, events: list[Event]) -> list[Told]:
    """The reports of the case, oldest first; those taken out of it again are not among them."""
    theirs: dict[str, None] = {}
    for event in events:
        match event.data:
            case Reported(report=one) | ReportMerged(report=one) | IncidentAdded(report=str(one)):
                theirs[one] = None
            case ReportUnmerged(report=one):
                theirs.pop(one, None)
    table = tables.reports.c
    query = select(table.report, table.received).where(table.report.in_(list(theirs))).order_by(table.received)
    rows = (await session.execute(query)).all()
    return [Told(row.received, await reports.read(session, desk.ring, row.report)) for row in rows]


async def _contact(session: AsyncSession, desk: Desk, code: str | None) -> Contact | None:
    if code is None:
        return None
    try:
        return await people.contact(session, desk.ring, code)
    except (people.UnknownUser, people.ContactUnreadable):
        return None


def _hidden(said: str, *told: Report) -> str:
    reaches = [one.reach for one in told]
    names = {part for reach in reaches for part in (reach.name or "").split() if len(part) >= _SHORTEST}
    ways = {way for reach in reaches for way in (reach.telephone, reach.email, reach.secure_inbox) if way}
    hidden = sorted(names | ways, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, hidden)), HIDDEN, said, flags=re.IGNORECASE) if hidden else said
