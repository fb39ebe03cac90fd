"""Evolve: the case after an event. The same function builds the live case, the past and a what-if (architecture §1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from models.case import Case
from models.stages.clock import Escalated, NoticeFailed, NoticeSent, Reminded
from models.stages.intake import Reported

if TYPE_CHECKING:
    from models.events import Event

UNTIMED = (Reminded, Escalated, NoticeSent, NoticeFailed)
"""What the clock and the world report: nobody's action, so it neither starts nor meets an obligation."""


class BrokenSequence(ValueError):
    """An event does not follow the one before it."""


def evolve(case: Case | None, event: Event) -> Case:
    """The case after one more event.

    :raises BrokenSequence: if the event is not the next one of this case.
    """
    fact = event.data
    if case is None:
        if not isinstance(fact, Reported) or event.seq != 1:
            raise BrokenSequence(f"{event.case}: begins with event {event.seq}, {event.type}")
        case = fact.begin(event)
    elif event.seq != case.seq + 1 or event.case != case.ref:
        raise BrokenSequence(f"{case.ref}: event {event.case}/{event.seq} after {case.seq}")
    changes = {"seq": event.seq, "updated": event.recorded, **fact.effect(case, event)}
    if not isinstance(fact, UNTIMED) and "moments" not in changes:
        moments = dict(case.moments)
        for name in fact.moments():
            at = event.recorded if name in fact.news else event.at
            # What is told late may have happened early.
            moments[name] = tuple(sorted((*moments.get(name, ()), at)))
        changes["moments"] = moments
    return case.model_copy(update=changes)


def evolve_all(events: Iterable[Event], case: Case | None = None) -> Case:
    """The case after all these events; raises `BrokenSequence` also if there is none."""
    for event in events:
        case = evolve(case, event)
    if case is None:
        raise BrokenSequence("no event at all")
    return case
