"""What the watchdog computes: whatever people do, a clock that looks in time leaves nothing to find."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis.stateful import rule, run_state_machine_as_test

from models.case import StageRecord
from models.events import Event
from models.evolve import evolve
from models.obligations import obligations
from models.stages.clock import NoticeOutcome
from models.vocabulary.case import Stage, StageState
from models.vocabulary.people import Role
from models.watch import (
    DIGEST_GRACE,
    GRACE,
    LOOK_BACK,
    Fate,
    Finding,
    Followed,
    digest_after,
    overdue,
    unaccepted,
    untold,
)
from tests.models.cases import closed, opened, reported
from tests.models.laws import ROUTINE
from tests.models.life import Life, local, wall
from tests.models.test_machine import QUICK, Living

MOMENT = timedelta(microseconds=1)
WEEK = timedelta(days=7)


class Watched(Living):
    """Several people, the clock and the world act on one case; now and then the watchdog computes what must be."""

    @rule()
    def the_watchdog_looks(self) -> None:
        self.clock_looks()
        if self.case.closed:
            assert overdue(self.case, ROUTINE, self.now + WEEK) == []
            return
        wake = self.wake()
        assert wake is not None
        assert overdue(self.case, ROUTINE, max(wake, self.case.updated) + GRACE) == []
        withheld = overdue(self.case, ROUTINE, wake + GRACE + MOMENT)
        owed = [one for one in obligations(self.case, ROUTINE) if one.open]
        assert withheld == [
            Finding(code="overdue", case=self.case.ref, detail=one.key)
            for one in owed
            if one.time_of(one.rung + 1) == wake
        ], "each step that was withheld is found once, and no other"
        assert withheld

    def teardown(self) -> None:
        super().teardown()
        if self.events:
            followed = follow(self.events)
            for later in (timedelta(), GRACE, WEEK):
                now = self.now + later
                direct = overdue(self.case, ROUTINE, now)
                if not self.case.closed:
                    direct += unaccepted(self.case, ROUTINE, now)
                assert followed.findings(now) == direct


def test_whatever_people_do_a_case_ticked_in_time_has_no_finding_and_a_withheld_tick_has_one() -> None:
    run_state_machine_as_test(Watched, settings=settings(QUICK, max_examples=40))


def follow(life: Life | list[Event]) -> Followed:
    """A case folded as the watchdog does."""
    events, routine = (life.events, life.routine) if isinstance(life, Life) else (life, ROUTINE)
    case = evolve(None, events[0])
    followed = Followed(case, routine)
    followed.take(events[0], case, routine, events[0].recorded)
    for event in events[1:]:
        case = evolve(case, event)
        followed.take(event, case, routine, events[0].recorded)
    return followed


def acute() -> Life:
    return reported(danger_now=True, kinds=["threat_death"])


def test_a_reminder_that_is_missing_is_found_after_the_grace_and_not_before() -> None:
    life = opened("high")
    life.ticks_until("2026-03-02 10:30")
    followed = follow(life)
    wake = min(one.time_of(one.rung + 1) for one in life.owed() if one.open)
    assert followed.findings(wake + GRACE) == []
    assert {one.code for one in followed.findings(wake + GRACE + MOMENT)} == {"overdue"}


def test_an_event_that_brings_a_step_long_come_is_given_the_grace_too() -> None:
    life = opened("low").at("2026-03-04 10:00")
    life.ticks_until("2026-03-04 10:00")
    life.assessed("high")  # what counts from the report now has its shorter times
    wake = min(one.time_of(one.rung + 1) for one in life.owed() if one.open)
    late = max(wake, life.case.updated)
    assert overdue(life.case, life.routine, late + GRACE) == []
    assert overdue(life.case, life.routine, late + GRACE + MOMENT)


def test_an_open_case_in_which_nothing_is_owed_by_anybody_sleeps_for_ever() -> None:
    life = opened()
    waived = dict.fromkeys(Stage, StageRecord(state=StageState.WAIVED))
    case = life.case.model_copy(update={"stages": waived})
    found = overdue(case, life.routine, life.now + WEEK)
    assert found == [Finding(code="asleep", case=case.ref)]


def test_a_closed_case_owes_nothing_and_ends_with_the_time_in_which_it_may_be_reopened() -> None:
    life = closed()
    followed = follow(life)
    assert followed.findings(life.now + 100 * WEEK) == []
    assert not followed.ended(life.now + WEEK)
    assert followed.ended(life.now + 200 * WEEK)
    assert not follow(opened()).ended(life.now + 200 * WEEK)


def test_an_alarm_nobody_accepts_is_told_of_at_twice_its_time_until_somebody_does() -> None:
    life = acute()
    alarm = life.named("alarm")
    twice = alarm.due + (alarm.due - alarm.started)
    life.ticks_until(wall(twice + timedelta(minutes=1)))
    followed = follow(life)
    assert followed.findings(twice) == []
    assert followed.findings(twice + MOMENT) == [Finding(code="unaccepted", case=life.case.ref, detail="alarm")]
    assert follow(life.does("acknowledge")).findings(life.now + MOMENT) == []


def everybody(followed: Followed, fate: Fate) -> dict[str, Fate]:
    return dict.fromkeys(followed.demands, fate)


def test_each_notice_an_event_asks_for_must_have_reached_somebody() -> None:
    life = acute()
    followed, late = follow(life), life.now + GRACE + MOMENT
    assert {*followed.demands} == {notice.id for notice in life.notices}
    fates = everybody(followed, Fate(reached=True))
    assert list(untold(followed, fates, {}, late)) == []
    chief = f"{life.case.ref}.1.security_chief"
    del fates[chief]
    assert list(untold(followed, fates, {}, late - MOMENT)) == []
    assert list(untold(followed, fates, {}, late)) == [Finding(code="untold", case=life.case.ref, detail=chief)]


def test_a_notice_a_channel_still_tries_is_the_queues_business_and_one_that_bounced_is_found() -> None:
    life = acute()
    followed = follow(life)
    now = life.now + timedelta(hours=1)
    assert list(untold(followed, everybody(followed, Fate(waiting=True)), {}, now)) == []
    bounced = everybody(followed, Fate(changed=now - GRACE))
    assert list(untold(followed, bounced, {}, now)) == []
    assert len(list(untold(followed, bounced, {}, now + MOMENT))) == len(followed.demands)


def test_what_waits_for_the_digest_may_wait_until_it_has_left() -> None:
    life = reported()
    followed = follow(life)
    digested = {notice.id for notice in life.notices if notice.urgency == "digest"}
    assert digested
    fates = {notice: Fate(digest=notice in digested, reached=notice not in digested) for notice in followed.demands}
    leaves = local("2026-03-03 07:30")
    assert list(untold(followed, fates, {}, leaves + DIGEST_GRACE)) == []
    assert {one.detail for one in untold(followed, fates, {}, leaves + DIGEST_GRACE + MOMENT)} == digested


def test_a_digest_leaves_on_working_days_at_half_past_seven() -> None:
    calendar = reported().routine.calendar

    def leaves(instant: str) -> str:
        return wall(digest_after(local(instant), calendar))

    assert leaves("2026-03-02 07:30") == "2026-03-02 07:30"
    assert leaves("2026-03-06 07:31") == "2026-03-09 07:30"
    assert leaves("2026-04-02 16:00") == "2026-04-07 07:30", "over Easter and the change of clocks"


def fails(life: Life, role: Role, seq: int, fallback: int = 0) -> str:
    """A notice reached nobody; its id."""
    notice = f"{life.case.ref}.{seq}.{role}"
    life.at(timedelta(seconds=1)).world(
        NoticeOutcome(id=f"notice:{notice}", notice=notice, role=role, failure="channel_refused", fallback=fallback)
    )
    return notice


def test_a_failure_the_case_has_heard_of_asks_for_the_next_one_up_the_ladder_instead() -> None:
    life = acute()
    failed = fails(life, Role.DUTY_OFFICER, 1)
    followed = follow(life)
    assert failed not in followed.demands
    assert f"{life.case.ref}.2.{life.notices[0].role}" in followed.demands


def test_a_failure_at_the_top_is_found_until_somebody_hears_of_the_case_after_it() -> None:
    life = acute()
    failed = fails(life, Role.DUTY_OFFICER, 1, fallback=99)
    assert life.notices == []
    followed, late = follow(life), life.now + GRACE + MOMENT
    fates = everybody(followed, Fate(reached=True))
    del fates[failed]
    assert list(untold(followed, fates, {life.case.ref: 1}, late)) == [
        Finding(code="untold", case=life.case.ref, detail=failed)
    ]
    assert list(untold(followed, fates, {life.case.ref: 3}, late)) == []


def test_after_a_week_nobody_asks_who_was_told() -> None:
    life = acute()
    followed = follow(life)
    followed.forget(life.now + LOOK_BACK)
    assert followed.demands == {}
