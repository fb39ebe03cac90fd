"""One's own report, for whoever holds its receipt code: what has been done, what comes next, who has read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from desk import action, evidence
from models.outside import Holder
from models.own_view import own_view
from models.refusal import Refusal
from models.vocabulary.people import Role
from storage import cases, ledger, organisations, reads, receipts, reports, routines
from storage.reads import Read

if TYPE_CHECKING:
    from datetime import datetime

    from desk.desk import Desk
    from models.message import Command
    from models.own_view import OwnView
    from models.report import Report
    from storage.evidence import Piece
    from storage.organisations import Known
    from storage.reads import RoleRead
    from storage.receipts import Stay
    from storage.reports import Held


@dataclass(frozen=True)
class Own:
    """A report, in front of whoever holds its receipt code."""

    desk: Desk
    held: Held
    organisation: Known
    report: Report
    holder: Holder
    view: OwnView | None
    """How its case stands; None while it has not begun, or if the report was taken out of it."""
    readers: tuple[RoleRead, ...] = ()
    """In which roles the case was read; for the affected person alone."""
    handed_in: tuple[Piece, ...] = ()
    """What was handed in with this code."""

    @property
    def affected(self) -> bool:
        """They are who it happened to. Whoever reported for somebody else sees their own words and answers alone."""
        return self.holder.role is Role.AFFECTED

    @property
    def may(self) -> frozenset[str]:
        """Names of the commands that are possible now."""
        return self.view.may if self.view else frozenset()


async def enter(desk: Desk, code: str, now: datetime) -> str:
    """Let somebody in by a receipt code; what their browser is to hold. Raises `storage.reports.UnknownReport`."""
    async with desk.database.reading() as session:
        held = await reports.by_receipt(session, code)
    async with desk.database.writing() as session:
        return await receipts.open(session, held.report, held.organisation, now)


async def act(desk: Desk, stay: Stay, command: Command) -> None:
    """Do something in the case, as who they are in it; raises as `desk.action.act`, and as `look`."""
    async with desk.database.reading() as session:
        held = await reports.held(session, stay.report)
        report = await reports.read(session, desk.ring, held.report)
    await action.act_as(desk, held.case, command, Holder.of(held.report, report).actor(held.organisation))


async def look(desk: Desk, stay: Stay, now: datetime) -> Own:
    """The report of somebody who came in by its code. That they look is kept like anybody's reading.

    :raises KeyDestroyed, UnknownReport: if it was erased.
    """
    async with desk.database.reading() as session:
        held = await reports.held(session, stay.report)
        report = await reports.read(session, desk.ring, held.report)
        organisation = await organisations.one(session, held.organisation)
        holder = Holder.of(held.report, report)
        read = Read.by_receipt(held.report, held.case, held.organisation, now)
        known = await reads.noted(session, read)
        try:
            case = await cases.load(session, desk.ring, held.case)
            events = await ledger.read(session, await desk.ring.key(session, held.case), held.case)
            routine = await routines.by_digest(session, case.routine.digest)
            view = own_view(case, events, routine, now, holder)
        except (cases.UnknownCase, Refusal):
            view = None
        readers = await reads.roles_that_read(session, held.case) if holder.role is Role.AFFECTED else []
    await reads.note(desk.database, read, known=known)
    pieces = await evidence.handed_in(desk, held.case, holder)
    return Own(desk, held, organisation, report, holder, view, tuple(readers), tuple(pieces))
