"""A case as those read it who work on it: how it stands, what happened, who is who. One way in, and that one asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from desk import look, reader, ties
from models.stages.casework import ReportMerged
from models.stages.intake import Reported
from storage import ledger, notices, people, reads, reports
from storage.tables import Via

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from desk.desk import Desk
    from desk.look import View
    from models.case import Case
    from models.events import Event
    from models.message import Actor
    from models.report import Report
    from models.routine import Routine
    from storage.ledger import Mark
    from storage.notices import Delivery
    from storage.people import Person
    from storage.reads import Reader
    from storage.worklist import Related


@dataclass(frozen=True)
class CaseFile:
    """One case, open in front of one person. What it gives is no more than that person may see."""

    desk: Desk
    view: View
    actor: Actor
    """Who looks, with the roles held in the organisation of this case."""
    past: bool = False
    """It is shown as it stood once: nothing can be done in it."""
    _names: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def case(self) -> Case:
        """The case."""
        return self.view.case

    @property
    def routine(self) -> Routine:
        """What it follows."""
        return self.view.routine

    @property
    def ref(self) -> str:
        """Its number."""
        return self.case.ref

    async def events(self, *, since: int = 0, before: int | None = None, types: Collection[str] = ()) -> list[Event]:
        """What happened, in order: after event `since`, before event `before`, of some types."""
        last = self.case.seq if before is None else min(before - 1, self.case.seq)
        async with self.desk.database.reading(of={self.case.organisation}) as session:
            key = await self.desk.ring.key(session, self.ref)
            found = await ledger.read(session, key, self.ref, last, since + 1, types)
        return await ties.events_without_hidden(self.desk, found, self.actor.id) if self.view.whole else found

    async def outline(self, before: int) -> list[Mark]:
        """What happened before an event, the newest first, by type and time alone."""
        async with self.desk.database.reading(of={self.case.organisation}) as session:
            return await ledger.outline(session, self.ref, min(before, self.case.seq + 1))

    async def reports(self, events: Iterable[Event]) -> dict[str, Report]:
        """The reports that these events speak of; none for those who do not see the whole case."""
        told = [event.data.report for event in events if isinstance(event.data, Reported | ReportMerged)]
        if not self.view.whole:
            return {}
        async with self.desk.database.reading(of={self.case.organisation}) as session:
            return await reports.several(session, self.desk.ring, told)

    async def deliveries(self) -> list[Delivery]:
        """Who was told, by which channel, and what became of it; nothing for those who do not see the whole case."""
        if not self.view.whole:
            return []
        async with self.desk.database.reading(of={self.case.organisation}) as session:
            found = await notices.of_case(session, self.ref)
            return await notices.with_changes(session, [one for one in found if one.seq <= self.case.seq])

    async def links(self) -> list[Related]:
        """Other cases this one is tied to: only those this person may see as well."""
        return await look.related(self.desk, self.view, self.actor.id) if self.view.whole else []

    async def readers(self) -> list[Reader]:
        """Who has read the case, the last first; nobody, for those who see only a headline."""
        async with self.desk.database.reading(of={self.case.organisation}) as session:
            return await reads.who_has_read(session, self.ref) if self.view.whole else []

    async def names(self, codes: Iterable[str]) -> dict[str, str]:
        """What people are called; whoever has no name here keeps their code."""
        if asked := set(codes) - self._names.keys():
            # Those who took part may belong to a neighbour who shares the duty.
            async with self.desk.database.reading() as session:
                found = await people.contacts(session, self.desk.ring, asked)
            self._names.update({one: one for one in asked})
            self._names.update({code: contact.name for code, contact in found.items() if contact and contact.name})
        return self._names

    async def staff(self) -> list[Person]:
        """The active people of the organisation whose case it is, by name."""
        async with self.desk.database.reading(of={self.case.organisation}) as session:
            directory = await people.directory(session, self.desk.ring, self.case.organisation)
        return sorted((one for one in directory.people if one.active), key=lambda one: one.name or one.code)


async def read(
    desk: Desk,
    ref: str,
    user: str,
    *,
    at: datetime | None = None,
    seq: int | None = None,
    via: Via = Via.PAGE,
    what: str = "case",
) -> CaseFile:
    """Open a case for somebody: now, or as it stood after what was recorded until `at`, or after event `seq`.

    That it was read is kept.

    :raises UnknownCase: if there is none, or there was none then.
    :raises Refusal: `unknown_case`, if this person may not see it.
    """
    view = await look.case(desk, ref, user, at=at, seq=seq, via=via, what=what)
    async with desk.database.reading() as session:
        actor = await reader.towards(session, user, ref, view.at)
    return CaseFile(desk, view, actor, past=at is not None or seq is not None)
