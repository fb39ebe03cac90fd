"""What must have happened in a case by now, from its ledger and its routine alone: the watchdog's rules. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple

from models.message import Frozen
from models.notices import notices
from models.obligations import obligations, wake_up
from models.stages.clock import NoticeFailed
from models.vocabulary.case import Urgency
from models.worktime import advance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from models.case import Case
    from models.events import Event
    from models.obligations import Obligation
    from models.routine import Routine
    from models.workcalendar import WorkCalendar

GRACE = timedelta(seconds=60)
"""How late the clock or the telling may be before somebody must look: a busy minute is no failure."""
LOOK_BACK = timedelta(days=7)
"""How long it is asked whether somebody was told: longer than a digest waits over any holiday."""
DIGEST_AT = time(7, 30)
"""When the digest leaves on a working day, by the organisation's own clock."""
DIGEST_GRACE = timedelta(minutes=30)
QUEUING = timedelta(minutes=5)
"""How long it may take from the event until its notice waits for the digest; what is later travels with the next."""
SATURDAY = 5

FindingCode = Literal[
    "overdue",
    "asleep",
    "untold",
    "unaccepted",
    "unreadable",
    "database_out_of_reach",
    "engine_out_of_reach",
    "wedged",
    "not_running",
    "nobody_works",
    "backlog",
    "report_waits",
    "message_stuck",
    "nobody_on_duty",
    "canary_lost",
    "check_failed",
]
WARNINGS: frozenset[FindingCode] = frozenset({"unaccepted"})
"""What people have failed to do, not the installation: told of, but silence must mean one thing alone."""


class Finding(Frozen):
    """Something that ought to be otherwise. Codes and case numbers only."""

    code: FindingCode
    case: str = ""
    """Empty if it is about no single case."""
    detail: str = ""
    """Which obligation, notice, channel or check, as a code."""


class Demand(NamedTuple):
    """A notice that an event asks for. `hopeless`: it failed, and there is nobody left up the ladder."""

    notice: str
    case: str
    seq: int
    since: datetime
    digest_due: datetime
    """When the next digest after it has left."""
    hopeless: bool = False


@dataclass(slots=True)
class Fate:
    """What became of a notice so far, over all its recipients and channels. Times in UTC."""

    reached: bool = False
    """Somebody has it."""
    waiting: bool = False
    """A channel is still trying."""
    digest: bool = False
    """It waits for the digest."""
    changed: datetime | None = None
    """When a message that carried it was last heard of."""


@dataclass(slots=True)
class Followed:
    """A case as its ledger tells it, and what that leads one to expect; folded event by event with `take`."""

    case: Case
    routine: Routine
    demands: dict[str, Demand] = field(default_factory=dict)
    _looked: tuple[int, datetime | None, datetime | None] = (0, None, None)

    def take(self, event: Event, case: Case, routine: Routine, since: datetime) -> None:
        """One more event, with the case after it and the routine it follows then; its notices count from `since` on."""
        self.case, self.routine = case, routine
        if event.recorded < since:
            return
        asked = list(demands(event, case, routine))
        if isinstance(event.data, NoticeFailed):
            failed = self.demands.pop(event.data.notice, None)
            if not asked:
                due = failed.digest_due if failed else event.recorded
                asked = [Demand(event.data.notice, case.ref, event.seq, event.recorded, due, hopeless=True)]
        self.demands |= {demand.notice: demand for demand in asked}

    def findings(self, now: datetime, grace: timedelta = GRACE) -> list[Finding]:
        """What is wrong with its clock, and whether its alarm is heard; a comparison of times unless something is."""
        if self.case.closed:
            return []
        wake, rung = self._expected()
        late = overdue(self.case, self.routine, now, grace) if wake is None or wake + grace < now else []
        return [*late, *(unaccepted(self.case, self.routine, now) if rung is not None and rung < now else [])]

    def ended(self, now: datetime) -> bool:
        """Closed, and too late to reopen: nothing more is expected of it."""
        if self.case.closing is None or self.case.closing.closed is None:
            return False
        window = self.routine.closure.reopen_window
        return advance(self.case.closing.closed, window, self.routine.calendar) <= now

    def forget(self, before: datetime) -> None:
        """Ask no longer for what an earlier event demanded."""
        self.demands = {notice: demand for notice, demand in self.demands.items() if demand.since >= before}

    def _expected(self) -> tuple[datetime | None, datetime | None]:
        """When the clock must act next, and when an alarm will have rung in vain: they change with an event only."""
        if self._looked[0] != self.case.seq:
            owed = obligations(self.case, self.routine)
            vain = min(map(_in_vain, filter(_is_alarm, owed)), default=None)
            self._looked = self.case.seq, wake_up(owed), vain
        return self._looked[1:]


def overdue(case: Case, routine: Routine, now: datetime, grace: timedelta = GRACE) -> list[Finding]:
    """Steps of the clock that are missing from the ledger, one finding for each obligation.

    `asleep` if the case is open and nothing is owed by anybody: no clock would ever look at it again. The grace is also
    given after each event, for an event may bring a step that has long come.
    """
    if case.closed or case.updated + grace >= now:
        return []
    owed = [one for one in obligations(case, routine) if one.open]
    if not owed:
        return [Finding(code="asleep", case=case.ref)]
    missing = (one for one in owed if one.time_of(one.rung + 1) + grace < now)
    return [Finding(code="overdue", case=case.ref, detail=one.key) for one in missing]


def unaccepted(case: Case, routine: Routine, now: datetime) -> list[Finding]:
    """Alarms that nobody has accepted within twice their time."""
    alarms = filter(_is_alarm, obligations(case, routine))
    return [Finding(code="unaccepted", case=case.ref, detail=one.key) for one in alarms if _in_vain(one) < now]


def demands(event: Event, case: Case, routine: Routine) -> Iterator[Demand]:
    """The notices an event asks for. An invitation is none: whoever gets it is reminded in any case."""
    for notice in notices(event, case, routine):
        if not notice.invite:
            due = event.recorded
            if notice.urgency is Urgency.DIGEST:
                due = digest_after(event.recorded + QUEUING, routine.calendar)
            yield Demand(notice.id, case.ref, event.seq, event.recorded, due)


def digest_after(instant: datetime, calendar: WorkCalendar) -> datetime:
    """When the next digest leaves, UTC. Saturday and Sunday have none, whatever the office does."""
    day = calendar.local_date(instant)
    while True:
        leaves = datetime.combine(day, DIGEST_AT, calendar.zone).astimezone(UTC)
        if leaves >= instant and day.weekday() < SATURDAY and calendar.is_working_day(day):
            return leaves
        day += timedelta(days=1)


def untold(
    followed: Followed, fates: Mapping[str, Fate], reached: Mapping[str, int], now: datetime, grace: timedelta = GRACE
) -> Iterator[Finding]:
    """Notices that nobody has, that no channel is trying to hand over and whose failure the case has not heard of.

    :param fates: by notice; what is not there was never queued.
    :param reached: by case, the latest event that somebody was told of.
    """
    for demand in followed.demands.values():
        fate = fates.get(demand.notice, Fate())
        if demand.hopeless:
            missing = reached.get(demand.case, 0) <= demand.seq
        elif fate.digest and now <= demand.digest_due + DIGEST_GRACE:
            missing = False
        else:
            missing = not fate.waiting
        if missing and not fate.reached and max(demand.since, fate.changed or demand.since) + grace < now:
            yield Finding(code="untold", case=demand.case, detail=demand.notice)


def _is_alarm(owed: Obligation) -> bool:
    return owed.open and owed.rule.is_alarm


def _in_vain(alarm: Obligation) -> datetime:
    return alarm.due + (alarm.due - alarm.started)
