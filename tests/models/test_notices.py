"""Who is told of what, how urgently: the matrix of domain §1.4 row by row, and who is never told."""

import json
from typing import Any

import pytest

from models.notices import notices
from models.stages.clock import NoticeOutcome
from models.vocabulary.case import Urgency
from models.vocabulary.people import Role
from tests.models.life import CHIEF, DEPUTY, Life
from tests.routine import standard

MONDAY, NIGHT = "2026-03-02 10:00", "2026-03-02 22:00"
COORDINATOR = "security_coordinator"  # stands for the handler until somebody is assigned


def reported(*kinds: str, at: str = MONDAY, **facts: Any) -> dict[str, str]:
    return Life(at, kinds=[*kinds], **facts).told()


def failing(life: Life, role: str, fallback: int = 0) -> list[str]:
    """Who is told because a notice reached nobody."""
    outcome = NoticeOutcome(id=f"n{fallback}", notice="x", role=Role(role), failure="nobody", fallback=fallback)
    return life.world(outcome)


def test_a_low_report_goes_to_the_handler_and_into_the_digest() -> None:
    assert reported("abuse") == {COORDINATOR: "now", "security_chief": "digest", "registrar": "digest"}


def test_a_raised_report_goes_to_the_head_of_security_at_once() -> None:
    assert reported("worry") == {
        COORDINATOR: "now",
        "security_chief": "now",
        "chancellery_chief": "digest",
        "registrar": "now",
    }


HIGH = {
    COORDINATOR: "now",
    "security_chief": "now",
    "chief_executive": "now",
    "board_chair": "headline",
    "chancellery_chief": "now",
    "occupational_health": "task",
    "communicator": "now",
    "registrar": "now",
}


def test_a_high_report_goes_to_the_top_and_tells_the_chair_no_name() -> None:
    assert reported("violence") == HIGH


def test_the_duty_officer_hears_of_a_high_report_out_of_hours_only() -> None:
    assert reported("violence", at=NIGHT) == HIGH | {"duty_officer": "now"}
    assert "duty_officer" not in reported("violence", at="2026-12-23 11:00")
    assert "duty_officer" in reported("violence", at="2026-12-24 11:00")
    assert "duty_officer" in reported("violence", at="2026-04-02 13:00")  # Maundy Thursday closes at noon


def test_an_acute_report_pages_the_duty_officer_at_any_hour() -> None:
    assert reported("threat_death") == HIGH | {
        COORDINATOR: "page",
        "security_chief": "page",
        "duty_officer": "page",
        "crisis_group": "task",
    }


def test_the_presiding_chair_hears_of_a_grave_threat_before_a_meeting() -> None:
    assert reported("threat_veiled", meeting_day="2026-03-04") == HIGH | {"presidium": "headline"}


def test_a_threatened_meeting_tells_everybody_who_answers_for_it() -> None:
    told = reported("threat_meeting", meeting_day="2026-03-04")
    assert told == HIGH | {"duty_officer": "now", "board_chair": "now", "presidium": "now", "group_leader": "headline"}


def test_protected_identity_is_told_to_the_head_of_security_alone_until_somebody_is_named() -> None:
    assert reported("violence", protected_identity="yes") == {"security_chief": "now"}


def test_with_protected_identity_nobody_is_told_but_the_named() -> None:
    life = Life(MONDAY, kinds=["violence"], protected_identity="yes").does("assign", CHIEF, handler="kim")
    assert life.told() == {"handler": "now"}
    assert [(notice.handler, notice.only) for notice in life.notices] == [("kim", frozenset({"kim"}))]
    life.does("give_consent", CHIEF, purpose="support_provider")
    assert [(notice.role, notice.only) for notice in life.notices] == [(Role.OCCUPATIONAL_HEALTH, frozenset({"kim"}))]


def test_with_protected_identity_the_duty_officer_is_paged_only_when_it_is_acute() -> None:
    assert reported("threat_death", protected_identity="yes") == {"security_chief": "now", "duty_officer": "page"}
    life = Life(MONDAY, kinds=["violence"], protected_identity="yes").does(
        "triage", CHIEF, outcome="open", level="high"
    )
    life.does("assess_risk", CHIEF, factors={"A01": "yes"}, level="acute")
    assert life.told()["duty_officer"] == "page"


def test_with_protected_identity_a_head_of_security_who_is_not_to_be_reached_is_stood_in_for() -> None:
    life = Life(MONDAY, kinds=["violence"], protected_identity="yes")
    assert failing(life, "security_chief") == ["deputy"]


def test_a_preventive_case_tells_the_group_leaders_and_nobodys_name() -> None:
    life = Life(MONDAY, kind="prevention", kinds=["prevention"], meeting_day="2026-04-20")
    told = {COORDINATOR: "now", "security_chief": "digest", "chancellery_chief": "now", "communicator": "now"}
    assert life.told() == told | {"group_leader": "headline", "registrar": "digest"}
    life.opened("high")
    assert life.told() == {
        "security_chief": "now",
        "chief_executive": "now",
        "board_chair": "now",
        "police_local": "now",
    }


def test_a_colleague_under_suspicion_keeps_the_chair_of_the_board_and_the_press_out() -> None:
    told = reported("colleague", "violence")
    assert not {"board_chair", "communicator", "group_leader"} & told.keys()
    assert {told[role] for role in ("security_chief", "chief_executive", "registrar")} == {"now"}
    assert reported("colleague")["chief_executive"] == "now"


def test_an_employee_under_suspicion_brings_in_hr() -> None:
    told = reported("worry", actor_category="employee")
    assert told["hr"] == told["chief_executive"] == "now"
    assert not {"board_chair", "chancellery_chief", "communicator"} & told.keys()


def test_the_press_officer_hears_of_a_raised_case_once_there_is_media_coverage() -> None:
    life = Life(MONDAY, kinds=["abuse"]).opened("low")
    life.does("assess_risk", CHIEF, factors={"D03": "yes"}, level="raised")
    assert life.told()["communicator"] == "now"


def test_a_group_leader_is_told_when_the_person_consents_and_not_before() -> None:
    life = Life(MONDAY, kinds=["violence"]).opened("high")
    assert life.does("give_consent", purpose="relatives").told() == {}
    assert life.does("give_consent", purpose="group_leader").told() == {"group_leader": "now"}


def test_a_raised_level_tells_whom_it_newly_concerns_and_a_lowered_one_nobody() -> None:
    life = Life(MONDAY, kinds=["worry"]).opened("high")
    assert life.told() == {role: urgency for role, urgency in HIGH.items() if role not in reported("worry")} | {
        "chancellery_chief": "now"
    }
    assert life.assessed("low", by=CHIEF, text="x").told() == {}


def test_a_blocked_role_is_told_nothing_and_its_deputy_instead() -> None:
    life = Life(MONDAY, kinds=["worry"]).does("block_role", roles=["security_chief", "chief_executive"], text="x")
    told = life.does("triage", outcome="open", level="high").told()
    assert not {"security_chief", "chief_executive"} & told.keys()
    assert told["chancellery_chief"] == "now"
    assert life.does("add_incident", text="x").told() == {COORDINATOR: "now", "deputy": "now"}


def test_when_the_deputy_is_blocked_too_nobody_is_told_in_their_place() -> None:
    life = Life(MONDAY, kinds=["worry"]).does("block_role", CHIEF, roles=["security_coordinator", "deputy"], text="x")
    assert life.does("add_incident", CHIEF, text="x").told() == {"security_chief": "now"}


def test_blocked_people_are_named_in_every_notice_so_that_no_channel_reaches_them() -> None:
    life = Life(MONDAY, kinds=["worry"]).does("block_role", people=["kim"], text="x").does("add_incident", text="x")
    assert {notice.never for notice in life.notices} == {frozenset({"kim"})}


def test_a_reminder_goes_to_whoever_owes_it_and_a_neglect_up_the_ladder() -> None:
    life = Life(MONDAY, kinds=["violence"])
    told: dict[str, dict[str, str]] = {}
    for at in ("12:00", "14:00", "16:00", "18:00", "22:00"):
        life.at(f"2026-03-02 {at}").tick()
        told[at] = {str(n.role): str(n.urgency) for n in life.notices if n.about == "triage"}
    assert told["12:00"] == {COORDINATOR: "now"}
    assert told["14:00"] == {COORDINATOR: "now", "security_chief": "now"}
    assert told["16:00"] == told["14:00"] | {"deputy": "now", "duty_officer": "now"}
    assert told["18:00"] == told["14:00"] | {"chief_executive": "now"}
    assert told["22:00"] == {"security_chief": "now", "chief_executive": "now", "presidium": "count"}


def test_an_acute_neglect_is_paged() -> None:
    life = Life(MONDAY, kinds=["threat_death"]).at("2026-03-02 10:30")
    life.tick()
    assert {notice.urgency for notice in life.notices} == {Urgency.PAGE}


def test_help_asked_for_by_hand_goes_to_the_rung_asked_for() -> None:
    life = Life(MONDAY, kinds=["violence"]).does("escalate", rung=3, text="x")
    assert life.told() == {COORDINATOR: "now", "security_chief": "now", "chief_executive": "now"}


def test_a_notice_that_reaches_nobody_climbs_to_the_next_person_and_not_for_ever() -> None:
    life = Life(MONDAY, kinds=["violence"])
    climbed, role = [COORDINATOR], COORDINATOR
    for fallback in range(10):
        if not (told := failing(life, role, fallback)):
            break
        (role,) = told
        climbed.append(role)
    assert climbed == [COORDINATOR, "security_chief", "deputy", "duty_officer", "chief_executive"]


@pytest.mark.parametrize("role", ["registrar", "chief_executive", "presidium"])
def test_a_notice_to_anybody_that_reaches_nobody_reaches_somebody_else(role: str) -> None:
    assert failing(Life(MONDAY, kinds=["violence"]), role) == [COORDINATOR]


def test_who_is_assigned_is_told_and_by_code() -> None:
    life = Life(MONDAY, kinds=["violence"]).does("assign", handler="kim")
    assert [(notice.role, notice.handler) for notice in life.notices] == [("handler", "kim")]


def test_a_role_told_for_two_reasons_is_told_once_and_at_the_more_pressing() -> None:
    document = standard().notices.model_dump(mode="json")
    document["level"]["low"] = {"security_chief": "digest", "handler": "page"}
    document["deputies"] |= {"security_coordinator": "security_chief"}
    matrix = type(standard().notices).model_validate_json(json.dumps(document))
    routine = standard().model_copy(update={"notices": matrix})
    life = Life(MONDAY, kinds=["abuse"])
    blocked = life.case.model_copy(update={"blocked_roles": frozenset({Role.SECURITY_COORDINATOR})})
    (notice,) = notices(life.events[0], blocked, routine)
    assert (notice.role, notice.urgency) == (Role.SECURITY_CHIEF, Urgency.PAGE)


def test_a_case_reopened_is_told_of_like_a_new_one() -> None:
    life = Life(MONDAY, kinds=["abuse"]).does("triage", outcome="register_only", level="low", text="x")
    life.does("close", reason="registered_only").does("reopen", CHIEF, reason="new_incident", level="high")
    assert life.told() == HIGH


def test_a_notice_holds_codes_and_no_word_of_the_case() -> None:
    life = Life(MONDAY, kinds=["violence"]).does("add_incident", text="MARKED")
    assert life.notices
    assert all("MARKED" not in notice.model_dump_json() for notice in life.notices)
    assert len({notice.id for notice in life.notices}) == len(life.notices)


def test_a_second_person_is_asked_for_as_soon_as_one_is_needed() -> None:
    life = Life(MONDAY, kinds=["violence"]).opened("high").assessed("high", "A07", by=DEPUTY)
    assert life.told() == {"security_chief": "now"}
