"""A case at two instants: what changed between them, and who knew of it at each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from desk import look
from models.case_changes import Seen, case_changes, duty_changes, who_knew
from models.evolve import evolve
from models.obligations import explanation, obligations
from models.refusal import BadInput, Problem
from storage import cases, ledger, reads, routines
from storage.tables import Via

if TYPE_CHECKING:
    from desk.desk import Desk
    from desk.look import View
    from desk.reader import Person
    from models.case_changes import DutyChange, Knowing
    from models.difference import Change
    from models.events import Event
    from models.worktime import Explanation

Instant = datetime | int | None
"""A time (UTC), the number of an event, or now."""


@dataclass(frozen=True)
class Difference:
    """What is otherwise after an instant than before it, as far as one person may see."""

    before: View
    after: View
    changes: list[Change]
    duties: list[DutyChange]
    events: list[Event]
    """What happened between them."""
    knew: list[Knowing]
    """Who has come to know of it between them; nobody, for those who see only a headline."""

    def document(self) -> dict[str, object]:
        """For programs."""
        some = None if self.after.whole else {"seq", "recorded", "type"}
        return {
            "case": self.after.case.ref,
            "sight": self.after.sight,
            "before": {"at": self.before.at, "seq": self.before.case.seq, "routine": self.before.case.routine},
            "after": {"at": self.after.at, "seq": self.after.case.seq, "routine": self.after.case.routine},
            "changes": [one._asdict() for one in self.changes],
            "duties": [one._asdict() for one in self.duties],
            "events": [event.model_dump(include=some) | {"type": event.type} for event in self.events],
            "knew": [one._asdict() for one in self.knew],
        }


async def difference(
    desk: Desk, ref: str, user: Person, before: Instant, after: Instant = None, *, via: Via = Via.CLI
) -> Difference:
    """What changed between two instants. Raises as `look.case` does, and `BadInput` if the first is the later one."""
    old = await _at(desk, ref, user, before, via)
    new = await _at(desk, ref, user, after, via)
    if old.case.seq > new.case.seq:
        raise BadInput(Problem(field="against", code="not_in_order", reason="the first instant is the later one"))
    whole = new.whole
    told = await look.history(desk, ref, user, via=via)
    between = [event for event in told.events if old.case.seq < event.seq <= new.case.seq]
    earlier = set(await known(desk, old)) if whole else set()
    return Difference(
        old,
        new,
        case_changes(old.case, new.case, whole=whole),
        duty_changes(old.owed, new.owed, old.at, new.at),
        between,
        [one for one in await known(desk, new) if one not in earlier] if whole else [],
    )


@dataclass(frozen=True)
class Then:
    """A case at one instant. `knew`: who knew of it then; nobody is listed for now."""

    view: View
    knew: list[Knowing] | None = None

    def document(self) -> dict[str, object]:
        """For programs."""
        knew = {} if self.knew is None else {"knew": [one._asdict() for one in self.knew]}
        return self.view.document() | knew


async def case(
    desk: Desk, ref: str, user: Person, *, at: datetime | None = None, seq: int | None = None, via: Via = Via.CLI
) -> Then:
    """A case now; or as it stood then, with who knew of it. Raises as `look.case` does."""
    view = await look.case(desk, ref, user, at=at, seq=seq, via=via)
    return Then(view) if at is None and seq is None else Then(view, await known(desk, view))


async def known(desk: Desk, view: View, *, by_role: bool = False) -> list[Knowing]:
    """Who knew of the case at the time of a view: from its ledger and the access log; nobody for a headline.

    :param by_role: for those who review: in which roles people knew of it, and not who they were.
    """
    if not view.whole and not by_role:
        return []
    ref = view.case.ref
    async with desk.database.reading(of={view.case.organisation}) as session:
        events = await ledger.read(session, await desk.ring.key(session, ref), ref, up_to_seq=view.case.seq)
        found = await reads.readings(session, ref, view.at)
    knew = who_knew(events, [Seen(one.user, one.role, one.at) for one in found], view.at)
    if not by_role:
        return knew
    roles = {(one.role, one.how): one._replace(person="") for one in reversed(knew)}
    return sorted(roles.values(), key=lambda one: one.since)


@dataclass(frozen=True)
class Rule:
    """A rule of the routine that an event followed, or set going: its duty, and why it was due when it was."""

    key: str
    kind: str
    state: str
    why: Explanation
    extended: bool


async def rules(desk: Desk, view: View) -> list[Rule]:
    """The duties that the last event of a view answered or began, under the version of the routine in force then."""
    ref, seq = view.case.ref, view.case.seq
    async with desk.database.reading(of={view.case.organisation}) as session:
        events = await ledger.read(session, await desk.ring.key(session, ref), ref, up_to_seq=seq)
        before = None
        for event in events[:-1]:
            before = evolve(before, event)
        routine = await routines.by_digest(session, before.routine.digest) if before else view.routine
    was = obligations(before, routine) if before else []
    at = events[-1].recorded
    now = {one.key: one for one in view.owed}
    return [
        Rule(one.key, one.kind, one.after or "lapsed", explanation(now[one.key]), now[one.key].extended)
        for one in duty_changes(was, view.owed, at, at)
        if one.key in now
    ]


async def _at(desk: Desk, ref: str, user: Person, instant: Instant, via: Via) -> View:
    if isinstance(instant, int):
        if instant < 1:
            raise cases.UnknownCase(ref)
        return await look.case(desk, ref, user, seq=instant, via=via)
    return await look.case(desk, ref, user, at=instant, via=via)
