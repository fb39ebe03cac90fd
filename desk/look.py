"""What somebody may read of the cases: now, or as it stood then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from desk import reader, ties
from models.evolve import evolve_all
from models.obligations import explanation, obligations, state_of
from models.refusal import Refusal
from models.sight import Sight, sight
from models.stages.casework import ReportMerged
from models.stages.intake import Reported
from storage import cases, ledger, notices, reads, reports, routines, tables, worklist
from storage import search as finding
from storage.database import confine
from storage.reads import Read
from storage.tables import Via

if TYPE_CHECKING:
    from desk.desk import Desk
    from desk.reader import Person
    from models.case import Case
    from models.events import Event
    from models.message import Actor
    from models.obligations import Obligation
    from models.report import Report
    from models.routine import Routine

MANY = 500


@dataclass(frozen=True)
class View:
    """One case as one person may see it, at one time. Without a person the installation's operator looks."""

    case: Case
    routine: Routine
    sight: Sight
    at: datetime
    """The time it is judged by: now, or the moment that was asked for."""

    @property
    def whole(self) -> bool:
        """Everything may be seen."""
        return self.sight is Sight.WHOLE

    @property
    def owed(self) -> list[Obligation]:
        """All that is or was owed, by due time."""
        return sorted(obligations(self.case, self.routine), key=lambda one: (one.due, one.key))

    def document(self) -> dict[str, object]:
        """For programs: level, stages and deadlines, and the whole case for those who may see it."""
        it = self.case
        return (it.model_dump() if self.whole else {}) | {
            "case": it.ref,
            "organisation": it.organisation,
            "kind": it.kind,
            "drill": it.drill,
            "sight": self.sight,
            "at": self.at,
            "seq": it.seq,
            "stage": it.headline,
            "stages": {stage: record.state for stage, record in it.stages.items()},
            "level": it.level,
            "pace": it.pace,
            "closed": it.closed,
            "obligations": [owed_document(one, self.at) for one in self.owed],
        }


@dataclass(frozen=True)
class History:
    """The ledger of a case, with the reports that its events speak of."""

    view: View
    events: list[Event]
    reports: dict[str, Report]

    def document(self) -> dict[str, object]:
        """For programs; only what happened when, for those who may not see the whole case."""
        some = None if self.view.whole else {"seq", "recorded", "type"}
        events = [event.model_dump(include=some) | {"type": event.type} for event in self.events]
        return {"case": self.view.case.ref, "sight": self.view.sight, "events": events, "reports": self.reports}


def owed_document(one: Obligation, at: datetime) -> dict[str, object]:
    """One obligation for programs, with the explanation of its due time."""
    return {
        "key": one.key,
        "kind": one.kind,
        "stage": one.stage,
        "owner": one.owner,
        "level": one.level,
        "started": one.started,
        "due": one.due,
        "met": one.met,
        "state": state_of(one, at),
        "rung": one.rung,
        "extended": one.extended,
        "explanation": explanation(one),
    }


async def case(
    desk: Desk,
    ref: str,
    user: Person,
    *,
    at: datetime | None = None,
    seq: int | None = None,
    via: Via = Via.CLI,
    what: str = "case",
) -> View:
    """The case now, or after the events recorded until `at`, or after event `seq`. That it was read is kept.

    :param user: who looks; None is the installation's operator.
    :param via: by which door.
    :param what: what of it is read.
    :raises UnknownCase: if there is none, or there was none then.
    :raises Refusal: `unknown_case`, if there is none that this person may see.
    """
    now = datetime.now(UTC)
    async with desk.database.reading() as session:
        if user is None:
            current, seen = await cases.load(session, desk.ring, ref), Sight.WHOLE
            read = Read.by_operator(current, via, now, what)
        else:
            actor = await reader.towards(session, user, ref, now)
            current = await cases.seen(session, desk.ring, ref, actor, now)
            # Who is kept out today does not see yesterday either.
            seen = sight(actor, current, now)
            if seen is Sight.NOTHING:
                raise Refusal("unknown_case", "case")
            await confine(session, {actor.organisation, current.organisation})
            read = Read.by(actor, current, via, now, what)
        known = await reads.noted(session, read)
        then = current
        if at is not None or seq is not None:
            key = await desk.ring.key(session, ref)
            events = await ledger.read(session, key, ref, up_to_seq=seq)
            events = [event for event in events if at is None or event.recorded <= at]
            if not events or (seq is not None and events[-1].seq < seq):
                raise cases.UnknownCase(ref)
            then = evolve_all(events)
        moment = at or (now if then is current else then.updated)
        routine = await routines.by_digest(session, then.routine.digest)
    await reads.note(desk.database, read, known=known)
    then = then if user is None else await ties.case_without_hidden(desk, then, user)
    return View(then, routine, seen, moment)


async def history(desk: Desk, ref: str, user: Person, *, via: Via = Via.CLI) -> History:
    """The events of a case in order; reports only for those who may see the whole case. Raises as `case` does."""
    view = await case(desk, ref, user, via=via, what="history")
    async with desk.database.reading(of={view.case.organisation}) as session:
        events = await ledger.read(session, await desk.ring.key(session, ref), ref)
        told = [event.data.report for event in events if isinstance(event.data, Reported | ReportMerged) and view.whole]
        found = await reports.several(session, desk.ring, told)
    if user is not None:
        events = await ties.events_without_hidden(desk, events, user)
    return History(view, events, found)


async def readers(desk: Desk, ref: str, user: Person, *, via: Via = Via.CLI) -> list[reads.Reader]:
    """Who has read a case, the last first; nobody, for those who see only a headline. Raises as `case` does."""
    view = await case(desk, ref, user, via=via, what="readers")
    async with desk.database.reading(of={view.case.organisation}) as session:
        return await reads.who_has_read(session, ref) if view.whole else []


async def related(desk: Desk, view: View, user: Actor | str) -> list[worklist.Related]:
    """The cases that a case is linked to, as far as the person may see them."""
    async with reader.everywhere(desk, user, view.at) as (session, actors):
        return await worklist.related(session, desk.ring, actors, view.case, datetime.now(UTC))


async def search(desk: Desk, user: Actor | str, text: str, *, limit: int = finding.LIMIT) -> list[cases.WorkItem]:
    """The cases a person may see that have these words and numbers, the newest first.

    :raises Refusal: `sensitive_search`, if it picks out people by a trait of theirs.
    """
    now = datetime.now(UTC)
    async with reader.everywhere(desk, user, now) as (session, actors):
        return await finding.find(session, desk.ring, actors, text, now, limit=limit)


async def open_cases(desk: Desk, user: Person, wanted: worklist.Wanted) -> list[cases.WorkItem]:
    """All open cases this person may see, most urgent first; the operator sees those of every organisation."""
    now = datetime.now(UTC)
    if user is None:
        async with desk.database.reading() as session:
            return await cases.worklist(session, stage=wanted.stage, level=wanted.level, due_before=wanted.due_before)
    found: list[cases.WorkItem] = []
    page: worklist.Page[cases.WorkItem] | None = None
    async with reader.everywhere(desk, user, now) as (session, actors):
        while page is None or page.after:
            after = page.after if page else None
            page = await worklist.worklist(session, desk.ring, actors, wanted, now, after=after, limit=MANY)
            found += page.items
    return found


async def deliveries(desk: Desk, ref: str | None, *, failed: bool) -> list[notices.Delivery]:
    """What became of the notices, of one case or all."""
    async with desk.database.reading() as session:
        if ref is not None:
            await cases.load(session, desk.ring, ref)
        its = () if ref is None else (tables.notices.c.case == ref,)
        found = await (notices.failed if failed else notices.select_where)(session, *its)
        return await notices.with_changes(session, found)
