"""What belongs to no stage: notes, evidence, assignment, consent, links, conflict of interest, corrections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from models.sight import Sight, sight
from models.vocabulary.case import Answer
from tests.models.cases import (
    DIGEST,
    answer,
    assessed,
    closed,
    command,
    leads_to,
    offered,
    opened,
    person,
    proposal,
    refusal,
    reported,
)
from tests.models.life import CHIEF, COORDINATOR, DEPUTY, Life

Start = Callable[[], Life]
OTHER = "9001-FV-2026-00002"
SELF = "9001-FV-2026-00001"
PHOTO = {"evidence": "foto-1", "digest": DIGEST}


def linked() -> Life:
    return opened().does("link", case=OTHER, reason="same_actor")


def merged() -> Life:
    return opened().does("merge_report", report="r2")


def consented() -> Life:
    return opened().does("give_consent", purpose="hand_over")


def protected() -> Life:
    return reported(protected_identity="yes").does("assign", CHIEF, handler=COORDINATOR).opened("raised")


@pytest.mark.parametrize(
    "start, what, fields, events",
    [
        (opened, "add_note", {"text": "x"}, ["note_added"]),
        (opened, "add_evidence", PHOTO, ["evidence_added"]),
        (opened, "add_evidence", {"text": "Inget att säkra."}, ["evidence_added"]),
        (opened, "assign", {"handler": "anna"}, ["assigned"]),
        (opened, "give_consent", {"purpose": "group_leader"}, ["consent_given"]),
        (consented, "withdraw_consent", {"purpose": "hand_over"}, ["consent_withdrawn"]),
        (opened, "link", {"case": OTHER, "reason": "same_actor"}, ["linked"]),
        (linked, "link", {"case": OTHER, "reason": "same_actor", "unlink": True}, ["unlinked"]),
        (opened, "merge_report", {"report": "r2"}, ["report_merged"]),
        (merged, "merge_report", {"report": "r2", "unmerge": True}, ["report_unmerged"]),
        (opened, "block_role", {"roles": ["chief_executive"], "text": "x"}, ["role_blocked"]),
        (opened, "block_role", {"people": ["eva"], "text": "x"}, ["role_blocked"]),
        (opened, "correct", {"corrects": 1, "text": "x"}, ["corrected"]),
        (
            lambda: opened(affected_known=False),
            "correct",
            {"corrects": 1, "text": "x", "incident": {"kinds": ["worry"]}},
            ["corrected", "affected_identified"],
        ),
    ],
)
def test_what_is_done_around_a_case_is_recorded(
    start: Start, what: str, fields: dict[str, Any], events: list[str]
) -> None:
    assert leads_to(start(), what, **fields) == events


@pytest.mark.parametrize(
    "start, what, fields, no",
    [
        (opened, "add_evidence", {}, "reason_required text"),
        (opened, "add_evidence", {"evidence": "foto-1"}, "digest_required digest"),
        (opened, "add_evidence", {"digest": DIGEST, "text": "x"}, "evidence_required evidence"),
        (lambda: opened().does("add_evidence", **PHOTO), "add_evidence", PHOTO, "evidence_exists evidence"),
        (closed, "add_evidence", PHOTO, "case_closed type"),
        (
            lambda: opened().does("block_role", people=["anna"], text="x"),
            "assign",
            {"handler": "anna"},
            "person_blocked handler",
        ),
        (lambda: opened().does("assign", handler="anna"), "assign", {"handler": "anna"}, "already_assigned handler"),
        (closed, "assign", {"handler": "anna"}, "case_closed type"),
        (consented, "give_consent", {"purpose": "hand_over"}, "consent_given purpose"),
        (opened, "withdraw_consent", {"purpose": "hand_over"}, "no_consent purpose"),
        (opened, "link", {"case": SELF, "reason": "same_actor"}, "link_to_itself case"),
        (linked, "link", {"case": OTHER, "reason": "same_matter"}, "already_linked case"),
        (opened, "link", {"case": OTHER, "reason": "same_actor", "unlink": True}, "not_linked case"),
        (opened, "merge_report", {"report": "r1"}, "report_merged report"),
        (merged, "merge_report", {"report": "r2"}, "report_merged report"),
        (merged, "merge_report", {"report": "r1", "unmerge": True}, "report_not_merged report"),
        (opened, "merge_report", {"report": "r2", "unmerge": True}, "report_not_merged report"),
        (closed, "merge_report", {"report": "r2"}, "case_closed type"),
        (opened, "block_role", {"text": "x"}, "nobody_named roles"),
        (
            opened,
            "block_role",
            {"roles": ["security_chief", "security_coordinator", "deputy"], "text": "x"},
            "nobody_left roles",
        ),
        (protected, "block_role", {"people": [COORDINATOR], "text": "x"}, "nobody_left people"),
        (opened, "correct", {"corrects": 99, "text": "x"}, "unknown_event corrects"),
        (
            protected,
            "correct",
            {"corrects": 1, "text": "x", "incident": {}},
            "only_chief_unprotects incident.protected_identity",
        ),
        (
            protected,
            "correct",
            {"corrects": 1, "text": "x", "incident": {"protected_identity": "no"}},
            "only_chief_unprotects incident.protected_identity",
        ),
        (
            lambda: opened("low", kind="prevention"),
            "correct",
            {"corrects": 1, "text": "x", "incident": {}},
            "date_required incident.meeting_day",
        ),
    ],
)
def test_what_cannot_be_done_around_a_case_is_refused(start: Start, what: str, fields: dict[str, Any], no: str) -> None:
    assert answer(start(), what, **fields) == no


def test_a_handler_found_to_have_a_conflict_of_interest_loses_the_case_and_sight_of_it() -> None:
    life = opened().does("assign", handler="anna").does("block_role", people=["anna"], text="Släkt.")
    assert life.case.handler is None
    assert "anna" not in life.case.named
    assert sight(person("anna", COORDINATOR), life.case) is Sight.NOTHING


def test_a_conflict_of_interest_found_after_closure_still_closes_the_door() -> None:
    life = closed().does("block_role", people=["eva"], text="Framkom i efterhand.")
    assert sight(person("eva", COORDINATOR), life.case) is Sight.NOTHING


def test_a_mistaken_report_is_taken_out_but_never_the_first() -> None:
    life = merged().does("merge_report", report="r2", unmerge=True)
    assert life.case.reports == ("r1",)


def test_a_consent_withdrawn_takes_back_the_offer_that_rests_on_it() -> None:
    life = consented().does("hand_over", to="90", ground="consent", text="x")
    assert leads_to(life, "withdraw_consent", purpose="hand_over") == ["consent_withdrawn", "handover_returned"]
    life.does("withdraw_consent", purpose="hand_over")
    assert sight(person("region", COORDINATOR, organisation="90"), life.case) is Sight.NOTHING


def test_a_consent_withdrawn_leaves_an_offer_on_another_ground() -> None:
    life = offered().does("give_consent", purpose="hand_over")
    assert leads_to(life, "withdraw_consent", purpose="hand_over") == ["consent_withdrawn"]


def test_protection_is_lifted_by_the_head_of_security_alone_in_so_many_words() -> None:
    life = protected()
    given: dict[str, Any] = {"corrects": 1, "text": "x"}
    lift = command("correct", **given, incident={"protected_identity": "no"})
    drop = command("correct", **given, incident={"protected_identity": "unknown"})
    chief = person("eva", CHIEF)
    assert refusal(lambda: proposal(life, chief, drop)).startswith("only_chief_unprotects")
    life.does("correct", CHIEF, **given, incident={"protected_identity": "no"})
    assert life.case.incident.protected_identity is Answer.NO
    assert [event.type for event in proposal(protected(), chief, lift)] == ["corrected"]


def test_who_sees_only_the_headline_does_not_rewrite_what_happened() -> None:
    life = assessed()
    assert leads_to(life, "correct", "registrar", corrects=1, text="x") == ["corrected"]
    assert answer(life, "correct", "registrar", corrects=1, text="x", incident={}) == "not_allowed incident"


def test_a_correction_leaves_the_earlier_event_as_it_was() -> None:
    life = opened()
    before = life.events[0]
    life.does("correct", corrects=1, text="Det var två brev.", incident={"kinds": ["threat_veiled"]})
    assert life.events[0] == before
    assert life.case.incident.kinds == ("threat_veiled",)


def test_the_deputy_steps_in_where_the_head_of_security_is_blocked() -> None:
    life = protected().does("block_role", CHIEF, roles=[CHIEF], text="x")
    assert sight(person("eva", CHIEF), life.case) is Sight.NOTHING
    assert sight(person("bo", DEPUTY), life.case) is Sight.WHOLE
