"""Every duty a case ever had, round by round, and how each of them ended. `obligations` tells the last round alone."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from models.obligation_rule import StepKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from models.obligations import Obligation


class DutyState(StrEnum):
    """How a duty ended, or stands."""

    MET = "met"
    LATE = "late"
    MISSED = "missed"
    """Its time passed, and then it was no longer owed."""
    OVERDUE = "overdue"
    OPEN = "open"
    LAPSED = "lapsed"
    """No longer owed before its time was up."""


KEPT = frozenset({DutyState.MET, DutyState.OPEN, DutyState.LAPSED})
"""Nobody has waited in vain for it."""


class Duty(NamedTuple):
    """One round of one duty. `ended`: when it was met, or no longer owed; None while it is owed. Times in UTC."""

    last: Obligation
    """As it was last reckoned."""
    met: datetime | None
    ended: datetime | None

    def state(self, at: datetime) -> DutyState:
        """How it stands at a time that is not before its end."""
        due = self.last.due
        if self.met is not None:
            return DutyState.LATE if self.met > due else DutyState.MET
        if self.ended is not None:
            return DutyState.MISSED if self.ended > due else DutyState.LAPSED
        return DutyState.OVERDUE if due <= at else DutyState.OPEN

    @property
    def escalates(self) -> datetime | None:
        """When the ladder is first told that it is not done."""
        first = next((step.number for step in self.last.steps if step.kind is StepKind.ESCALATE), None)
        return None if first is None else self.last.time_of(first)


class Duties:
    """Looks at what is owed after each event, and remembers."""

    def __init__(self) -> None:
        self._standing: dict[str, Obligation] = {}
        self._over: list[Duty] = []
        self._lapsed: dict[str, datetime] = {}

    def see(self, owed: Sequence[Obligation], at: datetime) -> None:
        """What is owed after what was recorded at this time (UTC)."""
        now = {one.key: one for one in owed}
        for key, one in self._standing.items():
            if key not in now:
                self._gone(one, now, at)
        for key, one in now.items():
            if one.lapsed:
                self._lapsed.setdefault(key, at)
            else:
                self._lapsed.pop(key, None)
        self._standing = now

    def all(self) -> Iterator[Duty]:
        """Every round, those that are over first."""
        yield from self._over
        for key, one in self._standing.items():
            yield Duty(one, one.met, one.met or self._lapsed.get(key))

    def _gone(self, one: Obligation, now: dict[str, Obligation], at: datetime) -> None:
        lapsed = self._lapsed.pop(one.key, None)
        following = [other for other in now.values() if other.kind == one.kind]
        if one.open and any(other.started == one.started for other in following):
            return  # it goes on under another key: the case was reopened
        met = one.met
        if one.open and one.repeats:
            # A cycle begins anew when it is met; its last round says nothing of that itself.
            met = next((other.started for other in following if other.repeats and other.started > one.started), None)
        self._over.append(Duty(one, met, met or lapsed or at))
