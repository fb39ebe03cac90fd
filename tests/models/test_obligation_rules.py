"""What levels, clocks, people and silence do to what is owed."""

from collections import defaultdict
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from models.events import Event, moments
from models.evolve import evolve
from models.obligations import StepKind, explanation, obligations, wake_up
from models.refusal import Refusal
from models.routine import read_routine
from models.stages.clock import Escalated, Reminded
from models.stages.intake import LevelChanged
from models.vocabulary.case import Level
from tests.models.life import CHIEF, DEPUTY, Life, local, wall
from tests.routine import standard

F1: dict[str, Any] = {"kinds": ["threat_death", "visited_privately"]}
FRIDAY = "2026-10-09 22:40"


def acute() -> Life:
    return Life(FRIDAY, **F1)


def low(reported: str = "2026-10-05 10:00") -> Life:
    return Life(reported, kinds=["abuse"])


def test_a_raised_level_gives_its_own_time_from_the_raise() -> None:
    case = low().at("2026-10-05 11:00").opened("high")
    assert case.due("first_contact") == "2026-10-05 15:00"
    assert case.named("first_contact").started == local("2026-10-05 11:00")


def test_a_raise_never_makes_a_nearly_due_duty_later() -> None:
    case = low().at("2026-10-08 09:00").opened("raised")
    assert case.due("first_contact") == "2026-10-08 10:00"


def test_a_lowered_level_gives_its_longer_time_from_the_start() -> None:
    case = acute().at("2026-10-09 22:55").opened("raised")
    assert case.due("first_contact") == "2026-10-10 22:40"


def test_a_deadline_missed_at_a_high_level_stays_missed_when_the_level_is_lowered() -> None:
    case = acute().opened("acute").at("2026-10-09 23:40").does("contact_affected", outcome="reached")
    assert case.named("first_contact").missed
    case.at("2026-10-10 09:00").assessed("high", "A06", by=CHIEF, text="x").does("approve", DEPUTY, approved=True)
    assert case.case.level is Level.HIGH
    assert case.named("first_contact").missed


def test_calls_that_were_missed_before_the_level_was_lowered_are_still_owed() -> None:
    case = acute().opened("acute").at("2026-11-20 10:00").assessed("raised", by=CHIEF, text="x")
    case.does("approve", DEPUTY, approved=True)
    calls = {key for key in case.owing() if key.startswith("follow_up")}
    assert calls == {"follow_up.P7D", "follow_up.P30D", "follow_up.P90D"}


def test_a_lower_level_asks_for_no_call_on_a_day_that_had_passed_when_it_came() -> None:
    document = standard().model_dump(mode="json")
    document["obligations"]["follow_up"]["schedule"]["raised"] = ["P5D", "P30D", "P90D"]
    case = Life(FRIDAY, **F1, routine=read_routine(document, moments())).opened("acute")
    case.at("2026-10-20 10:00").assessed("raised", by=CHIEF, text="x").does("approve", DEPUTY, approved=True)
    case.does("log_follow_up", outcome="reached")
    calls = {key for key in case.owing(open=False) if key.startswith("follow_up")}
    assert calls == {"follow_up.P30D", "follow_up.P90D"}


def test_a_raise_puts_off_no_call_that_was_owed_and_starts_its_own_schedule() -> None:
    case = Life("2026-03-02 10:00", kinds=["worry"]).opened("raised").at("2026-03-08 10:00")
    case.does("assess_risk", CHIEF, factors={"A07": "yes"}, level="high")
    assert case.due("follow_up.P7D") == "2026-03-09 10:00"
    assert case.due("follow_up.P3D") == "2026-03-11 10:00"
    assert case.due("follow_up.P30D") == "2026-04-01 11:00"
    case.at("2026-03-09 09:00").does("log_follow_up", outcome="reached")
    assert {key for key in case.owing() if key.startswith("follow_up")} == {
        "follow_up.P3D",
        "follow_up.P30D",
        "follow_up.P90D",
    }


def test_a_late_call_meets_all_that_is_overdue_and_leaves_the_next_one_standing() -> None:
    case = Life("2026-03-02 10:00", kinds=["violence"]).opened("high").at("2026-03-10 10:00")
    case.does("log_follow_up", outcome="reached")
    assert {key for key in case.owing() if key.startswith("follow_up")} == {"follow_up.P30D", "follow_up.P90D"}
    assert case.named("follow_up.P3D").missed


def test_one_call_does_not_answer_two_days() -> None:
    case = acute().opened("acute").at("2026-10-10 12:00").does("log_follow_up", outcome="reached")
    case.at("2026-10-10 13:00").does("log_follow_up", outcome="reached")
    assert "follow_up.P2D" in case.owing()


def test_a_call_that_reached_nobody_meets_nothing() -> None:
    case = (
        acute()
        .opened("acute")
        .does("log_follow_up", outcome="not_reached")
        .does("contact_affected", outcome="not_reached")
    )
    assert {"follow_up.P1D", "first_contact"} <= case.owing()


def test_a_suspension_moves_what_may_wait_and_nothing_that_may_not() -> None:
    case = low("2026-03-02 10:00").opened("low").does("suspend", until="2026-03-12T10:00:00+01:00", reason="travels")
    assert case.due("police_decision") == "2026-03-19 10:00"
    case.at("2026-03-03 10:00").does("assess_risk", CHIEF, factors={"A07": "yes"}, level="high")
    assert case.due("police_decision") == "2026-03-04 10:00"
    assert case.due("first_contact") == "2026-03-03 14:00"


def test_a_waived_stage_owes_nothing_and_does_not_keep_the_case_from_closing() -> None:
    case = low().opened("low").does("waive_stage", stage="police", reason="not_a_crime", text="x")
    assert "police_decision" not in case.owing()
    case.at("2026-10-19 11:00").does("contact_affected", outcome="reached").does("log_follow_up", outcome="reached")
    case.assessed("low").does("propose_closure", reason="quiet_period", affected_informed=True)
    case.at("2026-10-26 12:00").does("close", reason="quiet_period", lesson="x")
    assert case.case.closed
    assert case.owing() == set()


def test_an_extension_holds_until_the_level_rises_above_it() -> None:
    case = (
        low()
        .opened("low")
        .does("extend_deadline", obligation="first_contact", until="2026-10-20T10:00:00+02:00", text="x")
    )
    assert case.due("first_contact") == "2026-10-20 10:00"
    assert case.named("first_contact").extended
    case.at("2026-10-06 10:00").does("assess_risk", CHIEF, factors={"A07": "yes"}, level="high")
    assert case.due("first_contact") == "2026-10-06 14:00"


def test_a_reopened_case_starts_all_its_clocks_anew() -> None:
    case = low().does("triage", outcome="register_only", level="low", text="x")
    case.does("close", reason="registered_only").at("2026-11-02 10:00").does(
        "reopen", reason="new_incident", level="high"
    )
    assert case.due("first_contact/2") == "2026-11-02 14:00"
    assert case.due("assessment/2") == "2026-11-03 10:00"
    assert case.owing(open=False) & {"first_contact", "triage"} == set()


def test_an_alarm_rings_every_ten_minutes_and_goes_to_the_next_person_after_two_misses() -> None:
    night = acute()
    ladder = night.routine.ladder("alarm")
    rings = [
        (wall(event.recorded)[-5:], ladder[event.data.rung][0])
        for event in night.ticks_until("2026-10-09 23:29")
        if event.data.type == "escalated" and event.data.kind == "alarm"
    ]
    assert rings == [
        ("22:50", "duty_officer"),
        ("23:00", "deputy"),
        ("23:10", "deputy"),
        ("23:20", "chief_executive"),
    ]
    night.does("acknowledge", CHIEF)
    assert "alarm" not in night.owing()


def test_a_worker_that_was_down_sends_one_escalation_for_each_duty_and_no_heap() -> None:
    night = acute().at("2026-10-09 23:45")
    taken = [(event.data.obligation, event.data.step) for event in night.tick() if event.data.type == "escalated"]
    assert len({key for key, _ in taken}) == len(taken)
    assert night.tick() == []


def test_a_duty_is_reminded_of_at_half_and_four_fifths_and_climbs_at_once_one_and_a_half_two_and_three_times() -> None:
    duty = acute().named("evidence")
    times = [wall(duty.time_of(number))[-5:] for number in range(1, 8)]
    assert times == ["23:40", "00:16", "00:40", "01:40", "02:40", "04:40", "04:40"]
    assert [step.kind for step in duty.steps].count(StepKind.REMIND) == 2
    assert wake_up([duty]) == duty.time_of(1)


def test_a_neglected_round_does_not_silence_the_next_one() -> None:
    case = Life("2026-03-02 10:00", kinds=["violence"]).opened("high").does("ask_information", task="t1", text="x")
    case.ticks_until("2026-03-04 10:00")
    assert case.case.rungs["information"] > 2
    case.does("answer_information", task="t1", text="x")
    case.at("2026-03-04 10:01").does("ask_information", task="t2", text="x")
    assert case.named("information.2").rung == 0


def test_every_due_time_can_be_explained() -> None:
    mail = low("2026-12-22 15:00").opened("low")
    why = explanation(mail.named("first_contact"))
    assert [skip.name for skip in why.skipped if skip.name] == ["Julafton", "Juldagen", "Annandag jul"]
    assert all(explanation(owed).due == owed.due for owed in [*mail.owed(), *acute().owed()])


def test_a_rule_that_restarts_counts_from_the_latest_start() -> None:
    document = standard().model_dump(mode="json")
    document["obligations"]["triage"] |= {"starts": ["reported", "note_added"], "restarts": True}
    case = Life("2026-03-02 10:00", kinds=["violence"], routine=read_routine(document, moments()))
    case.at("2026-03-02 12:00").does("add_note", text="x")
    assert case.due("triage") == "2026-03-02 16:00"


ACTS: tuple[dict[str, Any], ...] = (
    {"type": "triage", "outcome": "open", "level": "raised"},
    {"type": "triage", "outcome": "open", "level": "low"},
    {"type": "contact_affected", "outcome": "reached"},
    {"type": "assess_risk", "factors": {"C04": "yes"}, "level": "raised", "text": "x"},
    {"type": "assess_risk", "factors": {"A07": "yes"}, "level": "high"},
    {"type": "assess_risk", "factors": {}, "level": "low", "text": "x"},
    {"type": "approve", "approved": True, "by": DEPUTY},
    {"type": "record_police", "decision": "reported_by_affected"},
    {"type": "update_police", "status": "opened"},
    {"type": "update_police", "restraining_order": "granted", "restraining_order_until": "2026-09-01"},
    {"type": "agree_support", "declined": True},
    {"type": "log_follow_up", "outcome": "reached"},
    {"type": "add_incident", "text": "x"},
    {"type": "ask_information", "task": "t1", "text": "x"},
    {"type": "answer_information", "task": "t1", "text": "x"},
    {"type": "suspend", "until": "2026-03-20T10:00:00+01:00", "reason": "travels"},
    {"type": "extend_deadline", "obligation": "first_contact", "until": "2026-03-27T10:00:00+01:00", "text": "x"},
    {"type": "extend_deadline", "obligation": "follow_up.P30D", "until": "2026-05-04T10:00:00+01:00", "text": "x"},
)
HOURS = st.integers(1, 24 * 20).map(lambda hours: timedelta(hours=hours))
KINDS = st.sampled_from([["abuse"], ["worry", "stalking"], ["pile_on"], ["violence"], ["threat_death"]])


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """A case that people have worked on, as far as the rules let them."""
    life = Life("2026-03-02 10:00", kinds=draw(KINDS))
    for act in draw(st.lists(st.sampled_from(ACTS), max_size=10)):
        with suppress(Refusal):
            life.at(draw(HOURS)).does(**{"by": CHIEF, **act})
    return life


@given(lives())
def test_every_duty_is_due_after_it_started_and_says_why(life: Life) -> None:
    for owed in life.owed():
        assert owed.due > owed.started
        assert explanation(owed).due == owed.due
    assert len({owed.key for owed in life.owed()}) == len(life.owed())


@given(lives(), st.sampled_from(Level))
def test_a_higher_level_never_makes_anything_later(life: Life, level: Level) -> None:
    assume(level.rank > life.case.pace.rank)
    life.at(timedelta(minutes=1))
    fact = LevelChanged(level=level, previous=life.case.pace)
    raised = Event(
        case=life.case.ref, seq=life.case.seq + 1, at=life.now, recorded=life.now, actor="x", cause="x", data=fact
    )
    before = {owed.key: owed for owed in life.owed() if owed.open and not owed.rule.restarts}
    after = {owed.key: owed for owed in obligations(evolve(life.case, raised), life.routine)}
    assert [key for key in before.keys() & after.keys() if after[key].due > before[key].due] == []


@settings(deadline=None)
@given(lives(), st.lists(HOURS, max_size=12))
def test_each_step_is_taken_once_however_the_clock_looks_at_the_case(life: Life, looks: list[timedelta]) -> None:
    taken: dict[str, list[int]] = defaultdict(list)
    for look in looks:
        for event in life.at(look).tick():
            if isinstance(event.data, Reminded | Escalated):
                taken[event.data.obligation].append(event.data.step)
    assert all(steps == sorted(set(steps)) for steps in taken.values())


@given(lives())
def test_the_clock_finds_something_to_do_exactly_when_it_asked_to_be_woken(life: Life) -> None:
    life.tick()
    wake = wake_up(life.owed())
    if wake is not None:
        assert wake > life.now
        life.now = wake - timedelta(seconds=1)
        if life.now >= life.case.updated:
            assert life.tick() == []
        life.now = wake
        assert life.tick()
