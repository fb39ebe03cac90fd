"""What is owed by when: the deadlines of domain §9 to the minute, and what levels, clocks and people do to them."""

from datetime import timedelta
from typing import Any

import pytest

from models.events import moments
from models.refusal import Refusal
from models.routine import read_routine
from models.vocabulary.case import Level
from tests.models.life import CHIEF, Life, local, wall
from tests.routine import routine, standard

F1: dict[str, Any] = {"kinds": ["threat_death", "visited_privately"]}
FRIDAY = "2026-10-09 22:40"


def acute() -> Life:
    return Life(FRIDAY, **F1)


def low(reported: str = "2026-10-05 10:00") -> Life:
    return Life(reported, kinds=["abuse"])


def test_an_acute_threat_at_home_on_a_friday_night_has_the_deadlines_of_scenario_f1() -> None:
    night = acute()
    assert {key: wall(night.named(key).due)[5:] for key in sorted(night.owing())} == {
        "alarm": "10-09 22:50",
        "triage": "10-09 23:10",
        "police_decision": "10-09 23:10",
        "first_contact": "10-09 23:10",
        "evidence": "10-10 00:40",
        "assessment": "10-10 00:40",
        "protection": "10-10 00:40",
        "first_support": "10-10 02:40",
        "four_eyes": "10-10 22:40",
        "police_reference": "10-10 22:40",
        "support_plan": "10-10 22:40",
        "follow_up.P1D": "10-10 22:40",
        "follow_up.P2D": "10-11 22:40",
        "follow_up.P3D": "10-12 22:40",
        "follow_up.P7D": "10-16 22:40",
        "follow_up.P14D": "10-23 22:40",
        "follow_up.P30D": "11-08 21:40",  # a day is 24 hours, though the clocks went back
        "follow_up.P90D": "01-07 21:40",
        "follow_up.P180D": "04-07 22:40",
        "closing_review": "04-21 22:40",
    }


def test_an_acute_case_is_assessed_anew_every_day_until_it_is_lowered() -> None:
    night = acute().opened("acute").at("2026-10-10 00:30").assessed("acute", "A01", "A02", "A06", "B03", "C02")
    assert night.due("reassessment.1") == "2026-10-11 00:30"
    night.at("2026-10-11 00:00").assessed("acute", "A02", "A06")
    assert night.due("reassessment.2") == "2026-10-12 00:00"


def test_a_pile_on_is_looked_at_on_day_one_two_three_and_seven_whatever_the_level() -> None:
    storm = Life("2026-05-12 09:00", kinds=["pile_on", "abuse", "doxing"]).opened("high")
    assert (storm.due("first_contact"), storm.due("evidence")) == ("2026-05-12 13:00", "2026-05-12 13:00")
    assert storm.due("police_decision") == "2026-05-13 09:00"
    storm.at("2026-05-15 08:00").does(
        "assess_risk", CHIEF, factors={"A17": "yes", "A09": "no"}, level="raised", text="x"
    )
    days = [storm.due(f"online_storm.{term}") for term in ("P1D", "P2D", "P3D", "P7D")]
    assert days == ["2026-05-13 09:00", "2026-05-14 09:00", "2026-05-15 09:00", "2026-05-19 09:00"]


def test_for_an_unknown_person_the_clock_runs_on_finding_out_who_it_is() -> None:
    hint = Life("2026-03-04 14:00", kinds=["delivery", "threat_veiled"], anonymous=True, affected_known=False)
    assert hint.due("identify_affected") == "2026-03-04 18:00"
    assert not hint.owing(open=False) & {"first_contact", "support_plan", "follow_up.P3D"}
    hint.at("2026-03-04 16:30").does("identify_affected")
    assert hint.named("identify_affected").met == local("2026-03-04 16:30")
    assert hint.due("first_contact") == "2026-03-04 20:30"


def test_what_was_asked_has_four_hours_at_level_high() -> None:
    hint = Life("2026-03-04 14:00", kinds=["threat_veiled"]).opened("high").does("ask_information", task="t1", text="x")
    assert hint.due("information") == "2026-03-04 18:00"
    hint.at("2026-03-04 15:00").does("answer_information", task="t1", text="x")
    hint.at("2026-03-05 15:00").does("ask_information", task="t2", text="x")
    assert hint.due("information.2") == "2026-03-05 19:00"


def test_a_plain_low_case_waits_for_office_hours_and_for_nothing_more() -> None:
    mail = low("2026-12-22 15:00").opened("low")
    assert mail.due("first_contact") == "2026-12-29 15:00"  # over Christmas Eve, Christmas and the weekend
    assert mail.due("police_decision") == "2026-12-29 15:00"
    assert mail.owing() & {"evidence", "protection", "support_plan", "four_eyes", "reassessment.1"} == set()


def test_a_follow_up_call_ahead_of_time_meets_the_low_cases_only_item() -> None:
    mail = low().opened("low").at("2026-10-19 10:00").does("log_follow_up", outcome="reached")
    assert mail.named("follow_up.P30D").met == mail.now


def test_a_preventive_case_counts_back_from_the_end_of_the_day_of_the_meeting() -> None:
    school = Life("2026-09-25 10:00", kind="prevention", kinds=["prevention"], meeting_day="2026-10-14")
    assert school.due("sort_matter") == "2026-10-01 00:00"
    assert school.due("deep_assessment") == "2026-10-08 00:00"
    assert school.due("meeting_plan") == "2026-10-12 00:00"
    assert school.due("evaluation") == "2026-10-28 23:00"
    school.opened("high")
    checks = [school.due(f"check_in.{term}") for term in ("PT0S", "P1D", "P3D")]
    assert checks == ["2026-10-15 00:00", "2026-10-16 00:00", "2026-10-18 00:00"]
    school.at("2026-10-14 17:00").does("log_follow_up", outcome="reached")
    assert "check_in.PT0S" not in school.owing()
    assert "check_in.P1D" in school.owing()


def test_when_the_meeting_is_near_there_is_still_a_day() -> None:
    assert (
        Life("2026-10-13 10:00", kind="prevention", meeting_day="2026-10-14").due("sort_matter") == "2026-10-14 10:00"
    )


def test_stalking_is_followed_monthly_and_logged_from_the_first_day() -> None:
    series = Life("2026-03-02 10:00", kinds=["stalking"]).opened("raised")
    assert series.due("stalking_logbook") == "2026-03-03 10:00"
    series.at("2026-03-20 10:00").does("log_follow_up", outcome="reached")
    assert series.due("stalking_contact.2") == "2026-04-19 11:00"  # thirty times 24 hours, over summer time


def test_stalking_is_closed_after_half_a_quiet_year_though_its_level_says_a_month() -> None:
    series = Life("2026-03-02 10:00", kinds=["stalking"]).opened("raised").at("2026-08-20 10:00")
    series.does("propose_closure", reason="quiet_period", affected_informed=True)
    with pytest.raises(Refusal, match="quiet_period"):
        series.at("2026-08-28 10:00").does("close", reason="quiet_period", lesson="x")
    with pytest.raises(Refusal) as refusal:
        series.at("2026-08-30 10:00").does("close", reason="quiet_period", lesson="x")
    assert "quiet_period" not in refusal.value.details["criteria"]


def test_the_police_are_asked_after_two_weeks_and_then_every_month_until_it_is_final() -> None:
    case = Life("2026-03-02 10:00", kinds=["violence"]).opened("high")
    case.does("record_police", decision="reported_by_affected", reference="5000-K1-26")
    assert case.due("police_status_check.1") == "2026-03-16 10:00"
    case.at("2026-03-16 09:00").does("update_police", status="opened")
    assert case.due("police_status_check.2") == "2026-04-15 10:00"
    case.at("2026-04-01 09:00").does("update_police", status="discontinued")
    assert "police_status_check.3" not in case.owing()
    case.at("2026-05-01 09:00").does("update_police", status="resumed")
    assert "police_status_check.4" in case.owing()


def test_who_declines_a_police_report_owes_no_number_until_one_is_made() -> None:
    case = Life("2026-03-02 10:00", kinds=["violence"]).opened("high")
    case.does("record_police", decision="declined_by_affected", decline_reason="wants_calm")
    assert "police_reference" not in case.owing()
    case.at("2026-03-09 10:00").does("record_police", decision="reported_by_organisation")
    assert case.due("police_reference.2") == "2026-03-12 10:00"


def test_a_restraining_order_is_looked_at_thirty_and_seven_days_before_it_ends_each_time_it_is_granted() -> None:
    case = (
        Life("2026-03-02 10:00", kinds=["stalking"]).opened("high").does("record_police", decision="already_reported")
    )
    case.at("2026-03-10 10:00").does("update_police", restraining_order="granted", restraining_order_until="2026-09-10")
    assert case.due("restraining_order.-P30D") == "2026-08-12 00:00"
    assert case.due("restraining_order.-P7D") == "2026-09-04 00:00"
    case.at("2026-08-11 12:00").does("update_police", restraining_order="granted", restraining_order_until="2027-09-10")
    assert case.due("restraining_order.-P30D.2") == "2027-08-12 00:00"


def test_something_new_asks_for_a_new_assessment_and_a_later_closing_review() -> None:
    case = Life("2026-03-02 10:00", kinds=["violence"]).opened("high").assessed("high", "A07")
    case.at("2026-03-20 10:00").does("add_incident", text="x")
    assert case.due("reassess_on_change") == "2026-03-21 10:00"
    assert case.named("closing_review").due - case.now == timedelta(days=104)
    case.at("2026-03-20 12:00").assessed("high", "A07", "A10")
    assert "reassess_on_change" not in case.owing()
    case.at("2026-05-20 10:00").does("add_incident", text="x")
    assert case.due("reassess_on_change.2") == "2026-05-21 10:00"


def test_four_eyes_are_owed_again_for_each_assessment_that_needs_them() -> None:
    case = Life("2026-03-02 10:00", kinds=["violence"]).opened("high").assessed("high", "A07")
    case.does("approve", CHIEF, approved=True)
    assert "four_eyes" not in case.owing()
    case.at("2026-03-09 10:00").assessed("high", "A07")
    assert case.due("four_eyes.2") == "2026-03-12 10:00"


def test_an_assessment_that_needs_no_second_person_leaves_none_owed() -> None:
    case = Life("2026-03-02 10:00", kinds=["violence"]).opened("high")
    assert "four_eyes" in case.owing()
    case.assessed("raised", "A11", by=CHIEF, text="x")
    assert not case.owing() & {"four_eyes", "below_floor"}


def test_a_level_below_the_floor_waits_for_its_second_person_with_a_deadline() -> None:
    case = Life("2026-03-02 10:00", kinds=["worry"]).opened("raised").assessed("low", "C04", text="x")
    assert case.case.level is Level.RAISED
    assert case.due("below_floor") == "2026-03-05 10:00"


def test_a_hand_over_nobody_answers_comes_back_when_its_time_is_up() -> None:
    case = Life("2026-03-02 10:00", kinds=["violence"]).opened("high")
    case.does("hand_over", to="9002", ground="law_enforcement", text="x")
    assert case.due("handover") == "2026-03-02 11:00"
    types = [event.type for event in case.ticks_until("2026-03-02 11:00")]
    assert types[-2:] == ["handover_returned", "escalated"]
    assert case.case.hand_over is None


def test_a_municipality_adds_an_obligation_from_the_published_moments_alone() -> None:
    case = Life("2026-03-02 10:00", kinds=["worry"], routine=routine("granvik")).opened("raised")
    assert case.due("first_contact") == "2026-03-03 09:00"  # eight working hours
    assert "matter_note" not in case.owing(open=False)
    case.does("contact_affected", outcome="reached")
    assert case.due("matter_note") == "2026-03-09 10:00"


def test_a_drill_climbs_the_whole_ladder_within_a_minute() -> None:
    drill = Life("2026-03-02 10:00", kinds=["threat_death"], routine=routine("exercise", "9001"))
    seen = drill.ticks_until("2026-03-02 10:01")
    rungs = {event.data.rung for event in seen if event.data.type == "escalated" and event.data.kind == "triage"}
    assert rungs == {0, 1, 2, 3}


def test_a_series_in_working_days_has_keys_that_an_event_can_bear() -> None:
    document = standard().model_dump(mode="json")
    document["obligations"]["follow_up"]["schedule"]["raised"] = ["5 working days", "P30D"]
    life = Life("2026-10-05 10:00", routine=read_routine(document, moments()), kinds=["threat_veiled"])
    life.opened("raised").at(timedelta(days=8)).tick()
    assert {event.cause for event in life.events} >= {"follow_up.5_working_days"}
