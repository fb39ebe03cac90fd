"""The lists people work from: what is due next, with all that stands on a line of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from models.vocabulary.case import Level
from storage import closed as closed_cases
from storage import duty, obligations, organisations, people, search, worklist
from storage.database import confine
from storage.worklist import Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from desk.desk import Desk
    from models.contact import Contact
    from models.message import Actor
    from storage.cases import WorkItem
    from storage.worklist import Counts

PAGE = 25
"""Lines of a page: what somebody with forty seconds looks through, and less than 60 kB."""
MANY = 9
"""So far acute cases are counted."""
MOST = 100
"""So far the cases of a tab are counted."""
MOST_FOUND = 25
"""Cases that a search shows: with more, another word helps better than another page."""


@dataclass(frozen=True)
class Line:
    """A case as a line of a list, no more than its reader may see."""

    item: WorkItem
    started: datetime | None
    """Since when its next obligation is owed; None where there is none, or it is not ours to know."""
    handler: str
    """The name of whoever handles it, or their code."""
    organisation: str
    """Its name, where somebody sees cases of several."""


@dataclass(frozen=True)
class Listing:
    """A page of a list."""

    at: datetime
    lines: tuple[Line, ...]
    after: str | None
    """Where it goes on."""
    counts: Counts | None = None
    acute: int = 0
    """How many acute cases there are in the tab, whatever else was chosen; one more than `MANY` means many more."""


async def due(desk: Desk, person: Actor, wanted: Wanted, after: str | None = None) -> Listing:
    """Open cases, the most urgent first, and how many there are in each tab."""
    now = datetime.now(UTC)
    async with desk.database.reading() as session:
        actors = await everywhere(session, person, now)
        page = await worklist.worklist(session, desk.ring, actors, wanted, now, after=after, limit=PAGE)
        counted = await worklist.counts(session, actors, wanted, now, most=MOST)
        acute = sum(one.pace is Level.ACUTE for one in page.items)
        if acute <= MANY and after is None:
            only = Wanted(wanted.whose, level=Level.ACUTE)
            burning = await worklist.worklist(session, desk.ring, actors, only, now, limit=MANY)
            acute = len(burning.items) + (burning.after is not None)
        found = await lines(session, desk, actors, page.items)
        return Listing(now, found, page.after, counted, acute)


async def closed(desk: Desk, person: Actor, wanted: Wanted, after: str | None = None) -> Listing:
    """Closed cases, the one closed last first."""
    now = datetime.now(UTC)
    async with desk.database.reading() as session:
        actors = await everywhere(session, person, now)
        page = await closed_cases.closed(session, desk.ring, actors, wanted, now, after=after, limit=PAGE)
        return Listing(now, await lines(session, desk, actors, page.items), page.after)


async def everywhere(session: AsyncSession, person: Actor, now: datetime) -> tuple[Actor, ...]:
    """Somebody in each organisation they act in, home first; from here on, nothing of others is there (PostgreSQL)."""
    actors = await duty.everywhere(session, person, now)
    await confine(session, {one.organisation for one in actors})
    return actors


async def lines(
    session: AsyncSession, desk: Desk, actors: Sequence[Actor], items: Iterable[WorkItem]
) -> tuple[Line, ...]:
    """These cases as lines.

    :param actors: whoever reads them, in each organisation they act in, home first.
    """
    found = list(items)
    since = await obligations.started(session, [one.ref for one in found if one.next_obligation])
    known = await people.contacts(session, desk.ring, {one.handler for one in found if one.handler})
    names: dict[str, str] = {}
    if len(actors) > 1 or any(one.organisation != actors[0].organisation for one in found):
        names = {one.code: one.name for one in await organisations.every(session)}
    return tuple(
        Line(
            one,
            since.get(one.ref),
            _called(one.handler, known),
            names.get(one.organisation, ""),
        )
        for one in found
    )


async def found(desk: Desk, person: Actor, text: str) -> tuple[Line, ...]:
    """What somebody searches for among all they may see, the newest first, `MOST_FOUND` at most.

    :raises Refusal: `sensitive_search`, if it picks out people by a trait of theirs.
    """
    now = datetime.now(UTC)
    async with desk.database.reading() as session:
        actors = await everywhere(session, person, now)
        items = await search.find(session, desk.ring, actors, text, now, limit=MOST_FOUND)
        return await lines(session, desk, actors, items)


def _called(code: str | None, known: dict[str, Contact | None]) -> str:
    contact = known.get(code or "")
    return contact.name if contact else code or ""
