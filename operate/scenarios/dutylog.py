"""What became of a case, told from its ledger: levels, deadlines, who was told. For demonstrations and tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from models.evolve import evolve
from models.obligations import obligations
from models.stages.clock import Escalated
from models.stages.intake import LevelChanged
from operate.town import STOCKHOLM
from storage import routines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from models.case import Case
    from models.events import Event
    from models.obligations import Obligation
    from models.routine import Routine
    from models.vocabulary.people import Role
    from operate.town import TownCase
    from storage.notices import Delivery


def clock(at: datetime | None) -> str:
    """A moment as people in the town say it: «Fri 23:10»; empty if there is none."""
    return at.astimezone(STOCKHOLM).strftime("%a %H:%M") if at else ""


@dataclass(frozen=True)
class DutyLog:
    """A case from its first event to its latest."""

    events: list[Event]
    states: list[Case]
    """The case after each event."""
    routine: Routine
    deliveries: list[Delivery]

    @classmethod
    async def of(cls, case: TownCase) -> DutyLog:
        """Read it from the town's ledger and outbox."""
        events = await case.events()
        states: list[Case] = []
        for event in events:
            states.append(evolve(states[-1] if states else None, event))
        async with case.town.house.database.reading() as session:
            routine = await routines.by_digest(session, states[0].routine.digest)
        return cls(events, states, routine, await case.told())

    @property
    def case(self) -> Case:
        """The case as it stands."""
        return self.states[-1]

    @property
    def closed(self) -> tuple[str, int] | None:
        """The reason it was closed for, and after how many days."""
        closing = self.case.closing
        if closing is None or closing.closed is None:
            return None
        return closing.reason.value, round((closing.closed - self.case.reported) / timedelta(days=1))

    @property
    def levels(self) -> list[str]:
        """The levels that were in force, in order."""
        return [event.data.level.value for event in self.events if isinstance(event.data, LevelChanged)]

    @property
    def escalations(self) -> list[tuple[str, int]]:
        """What was not done in time, and how far up the ladder it climbed: obligation and rung, in order."""
        found = [event.data for event in self.events if isinstance(event.data, Escalated)]
        return [(fact.obligation, fact.rung) for fact in found]

    @property
    def missed(self) -> set[str]:
        """Deadlines that passed."""
        return {obligation for obligation, _ in self.escalations}

    @property
    def met(self) -> set[str]:
        """Deadlines that were met."""
        return {one.key for state in self.states for one in obligations(state, self.routine) if one.met} - self.missed

    def after(self, moment: str, number: int = 1) -> Case:
        """The case after the action by which this moment came for the first (second …) time."""
        seq = self._seq(moment, number)
        this = self.events[seq - 1]
        same = [one.seq for one in self.events if (one.cause, one.recorded) == (this.cause, this.recorded)]
        return self.states[same[-1] - 1]

    def owed(self, moment: str = "reported", number: int = 1) -> dict[str, Obligation]:
        """What was owed right after that event, by key."""
        return {one.key: one for one in obligations(self.after(moment, number), self.routine)}

    def level(self, moment: str, number: int = 1) -> str:
        """The level in force after that action, or what was presumed if there was none."""
        return self.after(moment, number).pace.value

    def due(self, key: str, moment: str = "reported", number: int = 1) -> str:
        """When it was due, as seen right after that event."""
        return clock(self.owed(moment, number)[key].due)

    def told(self, moment: str = "reported", number: int = 1) -> dict[str, str]:
        """Roles told because of that event, with the urgency."""
        seq = self._seq(moment, number)
        return {one.role.value: one.urgency.value for one in self.deliveries if one.seq == seq}

    @property
    def roles(self) -> set[Role]:
        """Roles that were ever told of the case."""
        return {one.role for one in self.deliveries}

    @property
    def people(self) -> set[str]:
        """People who were ever told of the case."""
        return {one.recipient for one in self.deliveries}

    def _seq(self, moment: str, number: int) -> int:
        found: Iterator[int] = (event.seq for event in self.events if moment in event.data.moments())
        return [*found][number - 1]
