"""A case led by hand through the pure functions, with a clock one can set: stories without an engine."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from models.case import Case, IncidentFacts
from models.commands import read_command
from models.context import Context
from models.decide import decide, open_case, presumed_level
from models.events import Event
from models.evolve import evolve
from models.message import CLOCK, WORLD, Actor
from models.notices import Notice, notices
from models.obligations import Obligation, obligations, wake_up
from models.routine import Routine
from models.stages.clock import NoticeOutcome, Tick
from models.stages.intake import Reported
from models.vocabulary.case import CaseKind
from models.vocabulary.people import Role
from tests.routine import standard

SWEDEN = ZoneInfo("Europe/Stockholm")
CHIEF, COORDINATOR, DEPUTY = "security_chief", "security_coordinator", "deputy"


def local(text: str) -> datetime:
    """`2026-10-09 22:40` on a Swedish wall, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=SWEDEN).astimezone(UTC)


class Life:
    """One case. `at` moves the clock, `does` acts, `tick` lets the clock propose."""

    def __init__(
        self,
        reported: str,
        *,
        kind: str = "incident",
        routine: Routine | None = None,
        drill: bool = False,
        **facts: Any,
    ) -> None:
        self.routine = routine or standard()
        self.now = local(reported)
        self.events: list[Event] = []
        self.notices: list[Notice] = []
        incident = IncidentFacts.model_validate_json(_json(facts))
        fact = Reported(
            organisation="9001",
            kind=CaseKind(kind),
            report="r1",
            incident=incident,
            presumed=presumed_level(incident, CaseKind(kind), self.routine.risk),
            routine=self.routine.ref,
            drill=drill,
        )
        series = "OV" if drill else "FB" if kind == "prevention" else "FV"
        ref = f"9001-{series}-2026-00001"
        self.case: Case = self._live([open_case(ref, fact, self._context(COORDINATOR), self.now)], None)

    def at(self, moment: str | timedelta) -> "Life":
        """Move the clock to a Swedish time, or on by a while."""
        self.now = self.now + moment if isinstance(moment, timedelta) else local(moment)
        return self

    def does(self, type: str, by: str = COORDINATOR, **fields: Any) -> "Life":
        """Let somebody issue a command; `by` is a role, and the name of who holds it."""
        command = read_command(_json({"type": type, "id": f"c{len(self.events)}", **fields}))
        self.case = self._live(decide(self.case, command, self._context(by)), self.case)
        return self

    def opened(self, level: str) -> "Life":
        """Triaged and opened at a level."""
        return self.does("triage", outcome="open", level=level, **({"grade": level} if self._prevention else {}))

    def assessed(self, level: str, *factors: str, by: str = COORDINATOR, **fields: Any) -> "Life":
        """Assessed with these factors answered yes."""
        return self.does("assess_risk", by, factors=dict.fromkeys(factors, "yes"), level=level, **fields)

    def tick(self) -> list[Event]:
        """What the clock proposes now."""
        events = decide(self.case, Tick(id=f"t{len(self.events)}"), Context(self.now, _actor(CLOCK), self.routine))
        self.case = self._live(events, self.case)
        return events

    def world(self, outcome: NoticeOutcome) -> list[str]:
        """The world answers what became of a notice; the roles told because of it."""
        self.case = self._live(decide(self.case, outcome, Context(self.now, _actor(WORLD), self.routine)), self.case)
        return [str(notice.role) for notice in self.notices]

    def ticks_until(self, moment: str) -> list[Event]:
        """Everything the clock proposes until then, woken exactly when it asked to be."""
        end, found = local(moment), list[Event]()
        while (wake := wake_up(self.owed())) is not None and wake <= end:
            self.now = max(self.now, wake)
            found += self.tick()
        self.now = end
        return found

    def owed(self) -> list[Obligation]:
        """All obligations now."""
        return obligations(self.case, self.routine)

    def named(self, key: str) -> Obligation:
        """The obligation with this key."""
        return {obligation.key: obligation for obligation in self.owed()}[key]

    def due(self, key: str) -> str:
        """When it is due, as `22.40 Sat 10 Oct` would be read on a Swedish wall."""
        return wall(self.named(key).due)

    def owing(self, *, open: bool = True) -> set[str]:
        """Keys of what is owed, still or (`open=False`) ever."""
        return {obligation.key for obligation in self.owed() if obligation.open or not open}

    def told(self) -> dict[str, str]:
        """Role and urgency of the notices of the last proposal."""
        return {str(notice.role): str(notice.urgency) for notice in self.notices}

    @property
    def _prevention(self) -> bool:
        return self.case.kind is CaseKind.PREVENTION

    def _live(self, events: Iterable[Event], case: Case | None) -> Case:
        self.notices = []
        for event in events:
            case = evolve(case, event)
            self.events.append(event)
            self.notices += notices(event, case, self.routine)
        assert case is not None
        return case

    def _context(self, by: str) -> Context:
        return Context(self.now, _actor(by), self.routine)


def wall(instant: datetime) -> str:
    """A UTC instant as read on a Swedish wall: `2026-10-10 00:40`."""
    return instant.astimezone(SWEDEN).strftime("%Y-%m-%d %H:%M")


def _actor(by: str) -> Actor:
    roles = frozenset[Role]() if by in {CLOCK, WORLD} else frozenset({Role(by)})
    return Actor(id=by, organisation="9001", roles=roles)


def _json(fields: dict[str, Any]) -> str:
    return json.dumps(fields, default=str)
