"""What must hold of a notice and of a closing, worked out anew from the design, not from the code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from models.case import Case
from models.context import Context
from models.decide import decided
from models.deeds import deeds, presumed_actor
from models.events import Event
from models.evolve import evolve
from models.notices import Notice
from models.obligations import Obligation, obligations
from models.outside import OUTSIDE, Holder
from models.sight import Sight, sight
from models.stages.closure import Closed
from models.vocabulary.case import CaseKind, ClosureReason, Level, Stage
from models.vocabulary.people import Role
from models.whatif import Life
from models.worktime import advance
from tests.models.cases import person
from tests.routine import standard

ROUTINE = standard()


def assert_tellable(notice: Notice, case: Case) -> None:
    """Nobody with a conflict of interest; with protected identity nobody who was not named, but for the two."""
    assert notice.role not in case.blocked_roles
    assert notice.never >= case.blocked_people
    assert notice.never_roles >= case.blocked_roles
    assert notice.handler not in case.blocked_people
    if case.protected:
        unnamed = {Role.SECURITY_CHIEF}
        if Role.SECURITY_CHIEF in case.blocked_roles or case.deputised:
            unnamed.add(Role.DEPUTY)
        if case.pace is Level.ACUTE:
            unnamed.add(Role.DUTY_OFFICER)
        if notice.about == "glass_broken":
            unnamed.add(Role.DATA_PROTECTION_OFFICER)
        assert (notice.only == case.named and case.named) or notice.role in unnamed


def assert_closable(case: Case, event: Event, fact: Closed) -> None:
    """The criteria of domain §4.4, worked out anew."""
    latest, now = case.risk.latest, event.recorded
    assert latest is None or not (latest.needs_second and latest.approved_by is None and latest.rejected_by is None)
    if fact.reason is ClosureReason.HANDED_OVER:
        assert case.hand_over
        assert case.hand_over.accepted
    if fact.reason in ROUTINE.closure.at_once:
        return
    assert case.closing
    assert case.closing.lesson_recorded
    assert all(measure.state in {"declined", "ended", "standing"} for measure in case.measures)
    left = [o.key for o in obligations(case, ROUTINE) if o.open and o.stage is not Stage.CLOSURE and not o.repeats]
    assert left == []
    if case.kind is CaseKind.PREVENTION:
        assert case.incident.meeting_day
        assert now.date() >= case.incident.meeting_day - timedelta(days=1)
        return
    assert case.stages[Stage.POLICE].state in {"done", "waived"}
    days = {Level.LOW: 14, Level.RAISED: 30, Level.HIGH: 90, Level.ACUTE: 180}[case.pace]
    days = max(days, 180) if "stalking" in case.incident.kinds else days
    assert now - case.last_incident >= timedelta(days=days)
    if case.incident.affected_known:
        assert case.closing.affected_informed
        assert now >= advance(case.closing.affected_informed, ROUTINE.closure.notice, ROUTINE.calendar)


def assert_glasses(case: Case, events: Sequence[Event], now: datetime) -> None:
    """Each is open for an hour and stands in the ledger; none is forgotten, and until then the officer sees of it."""
    for glass in case.glasses:
        broken = events[glass.number - 1]
        assert (broken.type, broken.actor) == ("glass_broken", glass.by)
        assert glass.until == broken.recorded + timedelta(hours=1)
    waits = any(not glass.reviewed for glass in case.glasses)
    owed = any(owed.kind == "glass_review" and owed.open for owed in obligations(case, ROUTINE))
    assert owed is (waits and not (case.closed and case.drill))
    officer = person("officer", Role.DATA_PROTECTION_OFFICER)
    blocked = officer.id in case.blocked_people or officer.roles & case.blocked_roles
    assert sight(officer, case, now) is (Sight.HEADLINE if waits and not blocked else Sight.NOTHING)


def assert_answered(case: Case) -> None:
    """Whoever has written and has not been spoken to since is owed an answer, whatever became of the case."""
    owed = [one for one in obligations(case, ROUTINE) if one.kind == "answer_message" and one.open]
    assert owed or not case.unanswered or (case.closed and case.drill)
    assert all(sight(Holder("r1", role).actor("9001"), case) is Sight.NOTHING for role in OUTSIDE.values())


def assert_repeatable(events: list[Event]) -> None:
    """Each deed of the ledger, decided once more where it was decided, leads to the very same facts."""
    done = {deed.events[0].seq: deed for deed in deeds(events)}
    case = None
    for event in events:
        if case is not None and (deed := done.get(event.seq)):
            led_to = decided(case, deed.command, Context(deed.at, presumed_actor(deed, case), ROUTINE))
            assert led_to == [*deed.events]
        case = evolve(case, event)


def assert_lived_again(events: list[Event], *, also_by_another_clock: bool) -> None:
    """What was lived is repeated; with the clock, which reckons all anew each time, only now and then."""
    assert_repeatable(events)
    if also_by_another_clock:
        assert_relivable(events)


class Watched(Life):
    """Reckons each time all anew, and finds the same as what was reckoned only where something had changed."""

    def reckon(self) -> None:
        super().reckon()
        anew = obligations(self.case, self.routine)
        assert [_told(one) for one in self.owed.values()] == [_told(one) for one in anew]
        assert self.wakes == {one.key: one.time_of(one.rung + 1) for one in anew if one.open}


def _told(one: Obligation) -> tuple[object, ...]:
    return one[:2] + one[3:-2]


def assert_relivable(events: list[Event]) -> None:
    """Lived once more by another clock, people's deeds lead to the same facts, and what is owed is never stale."""
    life = Watched(events[0], ROUTINE, lambda _: None)
    for deed in deeds(events):
        life.clock(deed.at)
        life.does(deed)
    life.clock(events[-1].recorded + timedelta(days=3))
