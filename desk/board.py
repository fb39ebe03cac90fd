"""The preventive board: political matters by the day of their meeting, and which step is next (domain §7.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from desk.lists import everywhere, lines
from i18n.times import ZONE
from models.vocabulary.case import Stage
from storage import worklist

if TYPE_CHECKING:
    from desk.desk import Desk
    from desk.lists import Line
    from models.message import Actor
    from storage.cases import WorkItem

BEFORE, AFTER = timedelta(days=14), timedelta(days=7)
"""Around the meeting it is watched what comes in."""


class MatterStep(StrEnum):
    """A step of the work on a matter, in order."""

    SORT = "sort"
    DEEPEN = "deepen"
    PLAN = "plan"
    WATCH = "watch"
    EVALUATE = "evaluate"


_BY_DUTY = {
    "sort_matter": MatterStep.SORT,
    "deep_assessment": MatterStep.DEEPEN,
    "meeting_plan": MatterStep.PLAN,
    "check_in": MatterStep.WATCH,
    "watch_window": MatterStep.WATCH,
    "evaluation": MatterStep.EVALUATE,
    "closing": MatterStep.EVALUATE,
}
_BY_STAGE = {
    Stage.INTAKE: MatterStep.SORT,
    Stage.RISK: MatterStep.DEEPEN,
    Stage.POLICE: MatterStep.PLAN,
    Stage.SUPPORT: MatterStep.PLAN,
    Stage.CLOSURE: MatterStep.EVALUATE,
}


@dataclass(frozen=True)
class Card:
    """One matter."""

    line: Line
    step: MatterStep
    today: date

    @property
    def steps(self) -> list[tuple[MatterStep, str]]:
        """All steps, each with whether it is past, now or to come."""
        here = list(MatterStep).index(self.step)
        return [(one, "past" if at < here else "now" if at == here else "") for at, one in enumerate(MatterStep)]

    @property
    def meeting(self) -> date | None:
        """The day it leads to."""
        return self.line.item.meeting_day

    @property
    def days(self) -> int | None:
        """From today to the meeting; negative after it."""
        return (self.meeting - self.today).days if self.meeting else None

    @property
    def window(self) -> tuple[date, date] | None:
        """The first and the last day of watching."""
        return (self.meeting - BEFORE, self.meeting + AFTER) if self.meeting else None

    @property
    def watched(self) -> bool:
        """Today lies in the window."""
        return self.window is not None and self.window[0] <= self.today <= self.window[1]

    @property
    def place(self) -> float:
        """Where today lies in the window, from 0 to 1."""
        if self.window is None:
            return 0.0
        return min(1.0, max(0.0, (self.today - self.window[0]) / (BEFORE + AFTER)))


@dataclass(frozen=True)
class Board:
    """All that somebody may see of it."""

    at: datetime
    cards: tuple[Card, ...]


async def matters(desk: Desk, person: Actor) -> Board:
    """The open matters this person may see, by the day of their meeting."""
    now = datetime.now(UTC)
    today = now.astimezone(ZONE).date()
    async with desk.database.reading() as session:
        actors = await everywhere(session, person, now)
        items = await worklist.board(session, desk.ring, actors, now)
        found = await lines(session, desk, actors, items)
    return Board(now, tuple(Card(line, step_of(line.item), today) for line in found))


def step_of(item: WorkItem) -> MatterStep:
    """The step that is next: what is owed next says it, or else the stage."""
    owed = (item.next_obligation or "").partition(".")[0].partition("/")[0]
    return _BY_DUTY.get(owed) or _BY_STAGE[item.stage or Stage.CLOSURE]
