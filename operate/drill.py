"""Drills: start one over the real contacts, see who was reached and how fast, end it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from desk import action, intake, look
from models.access import MAY
from models.decide import presumed_level
from models.obligations import obligations
from models.refusal import BadInput, Problem, Refusal
from models.report import Reach, Report
from models.stages.clock import Escalated, NoticeFailed
from models.stages.deadlines import Acknowledged
from models.stages.drill import EndDrill
from models.vocabulary.incident import IncidentKind
from storage import cases, notices, people, routines
from storage.answers import ASKED
from storage.messages import ARRIVED, LOST
from storage.tables import MessageState

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from models.events import Event
    from models.routine import Routine
    from models.vocabulary.case import Level
    from models.vocabulary.people import Role
    from operate.house import House
    from storage.notices import Delivery
    from workflows.messages import Receipt

LONGEST = 120.0
"""Seconds to wait for answers, unless told otherwise."""
ROUND = 0.5


@dataclass(frozen=True)
class Told:
    """One person by one channel in one role. `sent` and `accepted`: seconds from the event that they were told of."""

    person: str
    role: Role
    channel: str
    asked: bool
    """They were asked to take it, not only told."""
    state: MessageState
    reason: str | None
    """Why they were not reached, as a code; `not_accepted` if they were, but did not take it."""
    sent: float | None
    accepted: float | None


@dataclass(frozen=True)
class Nobody:
    """A role that nobody could be found for, and why. `after`: seconds from the start."""

    role: Role
    reason: str
    after: float


@dataclass(frozen=True)
class Rung:
    """One escalation. `rung` counts from 0 on the obligation's ladder; `after`: seconds from the start."""

    obligation: str
    rung: int
    after: float


@dataclass(frozen=True)
class Drill:
    """What has become of a drill so far. Times in UTC."""

    case: str
    level: Level
    started: datetime
    ended: datetime | None
    accepted: tuple[str, ...]
    """Who took the alarm or accepted a message, the first of them first."""
    told: tuple[Told, ...]
    nobody: tuple[Nobody, ...]
    escalations: tuple[Rung, ...]
    alarm: bool
    """The routine has an alarm at this level."""
    climbing: bool
    """The alarm is open, and the top of its ladder has not had its time to answer."""

    @property
    def answered(self) -> bool:
        """Somebody was asked to take it, and everybody who could be asked has."""
        asked = {one.person for one in self.told if one.asked and one.state not in LOST}
        return bool(asked) and asked <= {*self.accepted}


async def start(house: House, organisation: str, user: str, level: Level, said: str) -> str:
    """Start a drill of this level; its case number. Nothing is begun unless the engine is there.

    :param user: who starts it, by code, from the organisation itself.
    :param said: what stands in its report.
    :raises Refusal: `may_not_drill`.
    :raises BadInput: if the routine presumes this level of nothing that could be reported.
    """
    now = datetime.now(UTC)
    async with house.database.reading() as session:
        actor = await people.actor(session, user)
        if actor.organisation != organisation or not actor.roles & MAY["end_drill"]:
            raise Refusal("may_not_drill", "as")
        routine = await routines.current(session, organisation, now.date())
    report = report_of(routine, level, said)
    engine = await house.cases()
    accepted = await intake.accept(house, report, now, drill=True)
    await intake.start(house, engine, accepted)
    return accepted.case


def report_of(routine: Routine, level: Level, said: str) -> Report:
    """A report of which the routine presumes this level; raises `BadInput` if there is none."""
    whole = Report(
        organisation=routine.organisation, what=said, reach=Reach(other=said), affected_known=False, danger_now=True
    )
    tried = [whole, *(whole.model_copy(update={"danger_now": False, "kinds": (kind,)}) for kind in IncidentKind)]
    for report in tried:
        if presumed_level(report.incident(), report.kind, routine.risk) is level:
            return report
    raise BadInput(Problem(field="level", code="never_presumed", reason="no report has this level from the start"))


async def end(house: House, ref: str, user: str) -> Receipt:
    """End a drill at once; raises as `desk.action.act` does."""
    return await action.act(house, ref, EndDrill(id=f"end-drill:{uuid4()}"), user)


async def watch(house: House, ref: str, wait: float | None) -> Drill:
    """Look until everybody who was asked has accepted, or the time is up; what has become of it then.

    :param wait: seconds. None: until the ladder can do no more, at most `LONGEST`.
    :raises CaseWaits: if the case has not begun in that time.
    """
    clock = asyncio.get_running_loop().time
    until = clock() + (LONGEST if wait is None else wait)
    while True:
        try:
            seen = await read(house, ref)
        except cases.UnknownCase:
            if clock() >= until:
                raise cases.CaseWaits(ref) from None
        else:
            enough = seen.answered or (wait is None and seen.alarm)
            if seen.ended or clock() >= until or (enough and not seen.climbing):
                return seen
        await asyncio.sleep(ROUND)


async def read(house: House, ref: str) -> Drill:
    """What has become of a drill so far; raises `UnknownCase`, or `Refusal` if it is none."""
    told = await look.history(house, ref, None)
    if not told.view.case.drill:
        raise Refusal("not_a_drill", "case")
    async with house.database.reading() as session:
        rows = await notices.with_changes(session, await notices.of_case(session, ref))
    return report_on(told, rows)


def report_on(told: look.History, rows: Sequence[Delivery]) -> Drill:
    """The report of a drill, from its ledger and what became of the messages."""
    case, events = told.view.case, told.events
    start = events[0].recorded
    taken = _taken(events, rows)
    found = {row.notice for row in rows}
    alarms = [one for one in obligations(case, told.view.routine) if one.rule.is_alarm]
    return Drill(
        case=case.ref,
        level=case.pace,
        started=start,
        ended=case.closing.closed if case.closing else None,
        accepted=tuple(taken),
        told=tuple(_told(group, events, taken) for group in _groups(rows)),
        nobody=tuple(
            Nobody(event.data.role, event.data.failure, _seconds(start, event.recorded))
            for event in events
            if isinstance(event.data, NoticeFailed) and event.data.notice not in found
        ),
        escalations=tuple(
            Rung(event.data.obligation, event.data.rung, _seconds(start, event.recorded))
            for event in events
            if isinstance(event.data, Escalated)
        ),
        alarm=bool(alarms),
        climbing=any(one.open and one.rung <= len(one.steps) for one in alarms),
    )


def _taken(events: Sequence[Event], rows: Sequence[Delivery]) -> dict[str, datetime]:
    """Who accepted when first, by whatever way, in order of time."""
    found = [(event.recorded, event.actor) for event in events if isinstance(event.data, Acknowledged)]
    found += [(at, row.recipient) for row in rows if (at := _first(row, {MessageState.ACCEPTED}))]
    taken: dict[str, datetime] = {}
    for at, person in sorted(found):
        taken.setdefault(person, at)
    return taken


def _groups(rows: Iterable[Delivery]) -> list[list[Delivery]]:
    """What one person was told by one channel in one role, in the order of events."""
    groups: dict[tuple[str, str, str], list[Delivery]] = {}
    for row in sorted(rows, key=lambda row: (row.seq, row.queued)):
        groups.setdefault((row.recipient, row.role, row.channel), []).append(row)
    return list(groups.values())


def _told(group: Sequence[Delivery], events: Sequence[Event], taken: dict[str, datetime]) -> Told:
    first = group[0]
    begun = events[first.seq - 1].recorded
    sent = [at for row in group if row.state in ARRIVED and (at := _first(row, ARRIVED))]
    asked = any(row.urgency in ASKED for row in group)
    at = taken.get(first.recipient)
    accepted = at if at and sent and at >= begun else None
    last = next((row for row in group if row.state in ARRIVED), group[-1])
    return Told(
        person=first.recipient,
        role=first.role,
        channel=first.channel,
        asked=asked,
        state=MessageState.ACCEPTED if accepted else last.state,
        reason="not_accepted" if sent and asked and not at else last.failure,
        sent=_seconds(begun, min(sent)) if sent else None,
        accepted=_seconds(begun, accepted) if accepted else None,
    )


def _first(row: Delivery, states: Collection[MessageState]) -> datetime | None:
    return next((change.at for change in row.changes if change.state in states), None)


def _seconds(since: datetime, at: datetime) -> float:
    return round((at - since).total_seconds(), 1)
