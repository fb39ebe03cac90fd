"""Who has read what: the access log for whoever answers for the data, and what in it somebody should look at."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from models import unusual
from models.areas import Area, may_visit
from models.refusal import BadInput, Problem, Refusal
from models.vocabulary.people import Role
from models.vocabulary.reading import ReadGround, ReadWhat, Via
from storage import access, duty, people, read_reviews, reads, routines
from storage.reads import OPERATOR, Read

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.desk import Desk
    from models.message import Actor
    from models.workcalendar import WorkCalendar
    from storage.access import Access, Asked
    from storage.duty import Pool
    from storage.read_reviews import Review

BACK = timedelta(days=30)
"""How far a sweep looks back: whatever is older was looked at by those before it."""
LONGEST_NOTE = 2000


async def search(
    desk: Desk, reader: Actor, asked: Asked, before: int | None = None, limit: int = access.LIMIT
) -> tuple[list[Access], int | None]:
    """A page of the log of the reader's own organisation, and where it goes on; raises `Refusal` `not_your_role`."""
    _admitted(reader)
    async with desk.database.reading(of={reader.organisation}) as session:
        return await access.search(session, reader.organisation, asked, reader=reader, before=before, limit=limit)


async def sweep(desk: Desk, organisation: str, now: datetime) -> int:
    """Look for what is out of the ordinary, and keep it for somebody to look at. How many findings are new."""
    async with desk.database.reading(of={organisation}) as session:
        read = await read_reviews.read_since(session, organisation, now - BACK)
        cases = {one.case for one in read}
        acted = await read_reviews.who_acted(session, cases)
        kept_out = await read_reviews.who_is_kept_out(session, cases)
        pools = await duty.pools(session, desk.ring, organisation)
        office = await _office(session, organisation, now)
        seen = await read_reviews.reviewed_until(session, organisation)
    readings = [
        unusual.Reading(
            user=one.user,
            case=one.case,
            at=one.at,
            role=one.role,
            ground=one.ground,
            on_duty=_on_duty(pools, one.user, one.at, office),
            office_open=_is_open(one.at, office),
            takes_part=one.user == one.handler or (one.case, one.user) in acted,
            kept_out=(one.case, one.user) in kept_out,
            closed=one.closed,
        )
        for one in read
    ]
    if not (found := unusual.unusual(readings, seen)):
        return 0
    async with desk.database.writing(of={organisation}) as session:
        return await read_reviews.keep(session, organisation, found, now)


async def to_be_told(desk: Desk, organisation: str, now: datetime) -> tuple[int, list[str]]:
    """Look again, and whom to tell if something waits to be reviewed: its highest number, and who answers for the data.

    Nobody while the office is closed: it can wait until somebody works.
    """
    await sweep(desk, organisation, now)
    async with desk.database.reading(of={organisation}) as session:
        waits = await read_reviews.listed(session, desk.ring, organisation, reviewed=False)
        told = await people.holders(session, organisation, Role.DATA_PROTECTION_OFFICER)
        at_work = _is_open(now, await _office(session, organisation, now))
    if not waits or not at_work:
        return 0, []
    # Whom it is about has no part in it, whatever they answer for.
    return waits[-1].number, [one for one in told if any(one != review.user for review in waits)]


async def waiting(desk: Desk, reader: Actor, *, reviewed: bool = False) -> list[Review]:
    """What somebody should look at, or has looked at; without the cases that the reader is kept out of.

    What the reader did themselves is for somebody else to judge, but not hidden from them.
    """
    _admitted(reader)
    async with desk.database.reading(of={reader.organisation}) as session:
        found = await read_reviews.listed(session, desk.ring, reader.organisation, reviewed=reviewed)
        hidden = await access.hidden_from(session, reader, [case for one in found for case in one.cases])
    return [one for one in found if not hidden.intersection(one.cases)]


async def settle(desk: Desk, reader: Actor, number: int, note: str, now: datetime) -> None:
    """Somebody has looked at a finding, and says what they found.

    :raises BadInput: without a note, or with one that is too long.
    :raises Refusal: `not_your_role`, or `own_reading`: nobody judges what they read themselves.
    :raises UnknownReview: if there is none that waits.
    """
    if not note.strip() or len(note) > LONGEST_NOTE:
        raise BadInput(Problem(field="note", code="missing", reason=f"1 to {LONGEST_NOTE} characters"))
    its = next((one for one in await waiting(desk, reader) if one.number == number), None)
    if its is None:
        raise read_reviews.UnknownReview(str(number))
    if its.user == reader.id:
        raise Refusal("own_reading", "note")
    async with desk.database.writing(of={reader.organisation}) as session:
        await read_reviews.settle(session, desk.ring, reader.organisation, number, reader.id, note.strip(), now)


async def note_export(
    desk: Desk,
    cases: Iterable[str],
    now: datetime,
    by: Actor | None,
    what: ReadWhat,
    ground: ReadGround = ReadGround.REVIEW,
    reference: str = "",
) -> None:
    """Keep that these cases are handed out: to somebody, or to whoever runs commands on the machine itself."""
    role = min(by.roles, default=None) if by else None
    if by is None and ground is ReadGround.REVIEW:
        ground = ReadGround.OPERATOR
    who, rest = by.id if by else OPERATOR, (role, Via.EXPORT, now, what.value, ground, reference)
    handed_out = [Read(ref, ref.partition("-")[0], who, *rest) for ref in cases]
    async with desk.database.writing() as session:
        await reads.put(session, *handed_out)


async def names(desk: Desk, codes: Iterable[str]) -> dict[str, str]:
    """What people with these codes are called; whoever has no name here keeps their code."""
    async with desk.database.reading() as session:
        found = await people.contacts(session, desk.ring, set(codes))
    return {code: contact.name for code, contact in found.items() if contact and contact.name}


def _admitted(reader: Actor) -> None:
    if not may_visit(reader, Area.ACCESS_LOG):
        raise Refusal("not_your_role", "user")


async def _office(session: AsyncSession, organisation: str, now: datetime) -> WorkCalendar | None:
    try:
        return (await routines.current(session, organisation, now.date())).calendar
    except routines.UnknownRoutine:
        return None


def _is_open(at: datetime, office: WorkCalendar | None) -> bool:
    """Whether the office is open; where nobody has said when, it always is."""
    if office is None:
        return True
    hours = office.hours(office.local_date(at))
    return hours is not None and hours[0] <= at < hours[1]


def _on_duty(pools: Iterable[Pool], user: str, at: datetime, office: WorkCalendar | None) -> bool:
    return any(pool.on_duty(at, office).person == user for pool in pools if user in pool.people)
