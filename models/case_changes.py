"""What changed in a case between two instants: its own state, its duties, and who came to know of it. Pure."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from models.difference import Change, Path, difference, walked
from models.message import CLOCK, WORLD
from models.obligations import state_of
from models.stages.clock import NoticeSent
from models.stages.deadlines import Acknowledged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from models.case import Assessment, Case
    from models.events import Event
    from models.obligations import Obligation
    from models.vocabulary.people import Role

UNSAID = frozenset(
    {"ref", "organisation", "kind", "seq", "updated", "moments", "rungs", "paces", "suspended_spent", "reported"}
)
"""What never changes, always changes, or is told by the events and duties themselves."""
HEADLINE = frozenset({"stages", "level", "pace", "closed"})
"""What those see who see no more of a case than its headline."""


def case_changes(before: Case | None, after: Case, *, whole: bool = True) -> list[Change]:
    """What is otherwise in the state of a case, in codes.

    :param before: None if there was no case yet.
    :param whole: all of it; else what a headline shows.
    """
    return difference(_flat(before, whole=whole), _flat(after, whole=whole))


def _flat(case: Case | None, *, whole: bool) -> Iterator[tuple[Path, str]]:
    if case is None:
        return
    state: dict[str, object] = case.model_dump(mode="json")
    state |= {"pace": case.pace, "closed": case.closed or None}
    state["stages"] = {stage: record.state for stage, record in case.stages.items()}
    risk = case.risk.model_dump(mode="json")
    state["risk"] = risk | {"assessments": {str(one.number): _assessed(one) for one in case.risk.assessments}}
    state["measures"] = {one.id: one.state for one in case.measures}
    for name, value in state.items():
        if name not in UNSAID and (whole or name in HEADLINE) and value not in ([], {}, False, None):
            yield from walked((name,), value)


def _assessed(one: Assessment) -> str:
    """An assessment in one word: what it says, or that somebody has to agree to it."""
    return "waiting" if one.waiting else one.level


class DutyChange(NamedTuple):
    """One duty that stands otherwise: states as `models.obligations.state_of` has them, None where there was none."""

    key: str
    kind: str
    before: str | None
    after: str | None
    due_before: datetime | None
    due_after: datetime | None


def duty_changes(
    before: Iterable[Obligation], after: Iterable[Obligation], at_before: datetime, at_after: datetime
) -> list[DutyChange]:
    """What came to be owed, was done, ran out or got another time; each judged by the time it is seen at (UTC)."""
    old, new = {one.key: one for one in before}, {one.key: one for one in after}
    found: list[DutyChange] = []
    for key in dict.fromkeys([*new, *old]):
        was, now = old.get(key), new.get(key)
        one = now or was
        states = state_of(was, at_before) if was else None, state_of(now, at_after) if now else None
        dues = was.due if was else None, now.due if now else None
        if one is not None and (states[0] != states[1] or dues[0] != dues[1]):
            found.append(DutyChange(key, one.kind, *states, *dues))
    return found


class Knew(StrEnum):
    """How somebody came to know of a case."""

    ACTED = "acted"
    ACCEPTED = "accepted"
    """They took responsibility for its alarm."""
    TOLD = "told"
    """A message of it was sent to them: whether they read it is not known."""
    READ = "read"


class Knowing(NamedTuple):
    """Somebody, in some role, since when (UTC), and how."""

    person: str
    role: Role | None
    how: Knew
    since: datetime


class Seen(NamedTuple):
    """A reading, as the access log has it."""

    person: str
    role: Role | None
    at: datetime


def who_knew(events: Sequence[Event], readings: Iterable[Seen], at: datetime) -> list[Knowing]:
    """Who knew of a case at a time (UTC), and how since when: a line for each person, role and way; the first first."""
    found: dict[tuple[str, Role | None, Knew], datetime] = {}
    for person, role, how, since in sorted([*_by_events(events), *_by_reading(readings)], key=lambda one: one.since):
        if since <= at:
            found.setdefault((person, role, how), since)
    return [Knowing(*key, since) for key, since in found.items()]


def _by_events(events: Sequence[Event]) -> Iterator[Knowing]:
    for event in events:
        match event.data:
            case NoticeSent(recipients=recipients, role=role):
                yield from (Knowing(one, role, Knew.TOLD, event.recorded) for one in recipients)
            case Acknowledged():
                yield Knowing(event.actor, None, Knew.ACCEPTED, event.recorded)
            case _ if event.actor not in {CLOCK, WORLD}:
                yield Knowing(event.actor, None, Knew.ACTED, event.recorded)


def _by_reading(readings: Iterable[Seen]) -> Iterator[Knowing]:
    return (Knowing(one.person, one.role, Knew.READ, one.at) for one in readings)
