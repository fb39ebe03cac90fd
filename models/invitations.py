"""Times to keep in the handler's calendar: put there, moved and taken back as the case changes. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from models.evolve import UNTIMED
from models.notices import Notice
from models.obligations import Obligation, obligations
from models.stages.deadlines import RoutineMoved
from models.vocabulary.case import Urgency
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from models.case import Case
    from models.events import Event
    from models.routine import Routine
    from models.workcalendar import WorkCalendar

LENGTH = timedelta(minutes=30)
"""How long a follow-up takes in a calendar; the routine says only by when."""


def invitations(event: Event, case: Case, routine: Routine, before: Case | None) -> list[Notice]:
    """What an event changes in calendars. One without a time (`due`) takes an earlier one back.

    The handler has one for each time still to come that an obligation with `invite` is owed. Its calendar knows it
    again by case, obligation and handler; the event's number says which word is the last.

    :param case: the case after the event.
    :param before: the case before it; None before the first.
    """
    if before is None or isinstance(event.data, UNTIMED) or not any(r.invite for r in routine.obligations.values()):
        return []
    # What the routine it is moved from asked for is not known here: all times are told anew.
    had = {} if isinstance(event.data, RoutineMoved) else _to_come(before, routine, event.recorded)
    has = _to_come(case, routine, event.recorded)
    if case.handler == before.handler:
        over = [one for key, one in had.items() if key not in has]
        new = [one for key, one in has.items() if key not in had or had[key].due != one.due]
    else:
        over, new = list(had.values()), list(has.values())
    return [
        *(_notice(one, before.handler, None, event, case) for one in over if before.handler),
        *(_notice(one, case.handler, one.due, event, case) for one in new if case.handler),
    ]


def times(due: datetime, since: datetime, calendar: WorkCalendar) -> tuple[datetime, datetime]:
    """When to do what is due then: the last half hour of office time before it, UTC.

    If the office does not open between `since` and `due`, it is the last half hour of all.
    """
    day = calendar.local_date(due)
    while day >= calendar.local_date(since):
        if hours := calendar.hours(day):
            ends = min(due, hours[1])
            if ends - LENGTH >= max(since, hours[0]):
                return ends - LENGTH, ends
        day -= timedelta(days=1)
    return due - LENGTH, due


def _to_come(case: Case, routine: Routine, now: datetime) -> dict[str, Obligation]:
    if case.handler is None:
        return {}
    owed = obligations(case, routine)
    return {one.key: one for one in owed if one.rule.invite and one.open and one.due > now}


def _notice(one: Obligation, handler: str, due: datetime | None, event: Event, case: Case) -> Notice:
    mark = "invite" if due else "over.invite"
    return Notice(
        id=f"{case.ref}.{event.seq}.{mark}.{one.key}",
        case=case.ref,
        organisation=case.organisation,
        seq=event.seq,
        role=Role.HANDLER,
        urgency=Urgency.NOW,
        about=one.kind,
        level=case.pace,
        due=due,
        handler=handler,
        only=case.named if case.protected else frozenset(),
        never=case.blocked_people,
        never_roles=case.blocked_roles,
        routine=case.routine.digest,
        drill=case.drill,
        invite=one.key,
    )
