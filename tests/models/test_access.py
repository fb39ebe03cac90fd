"""Who may do and see what, against a table written from the design (domain §1.2, §6.4) and not from the code."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from models.access import MAY, may_await, refuse_unless_allowed
from models.case import Case, HandOver
from models.commands import COMMANDS
from models.message import Actor, Command
from models.refusal import Refusal
from models.sight import Sight, sight
from models.vocabulary.case import Answer, CaseKind
from models.vocabulary.people import Role
from tests.models.cases import assessed, person, refusal, reported

# One letter each: H handler, C security coordinator, S head of security, D deputy, T duty officer, E chief executive,
# K head of the governance office, N municipal clerk, R registrar, M communicator.
LETTER = {
    "H": Role.HANDLER,
    "C": Role.SECURITY_COORDINATOR,
    "S": Role.SECURITY_CHIEF,
    "D": Role.DEPUTY,
    "T": Role.DUTY_OFFICER,
    "E": Role.CHIEF_EXECUTIVE,
    "K": Role.CHANCELLERY_CHIEF,
    "N": Role.MUNICIPAL_CLERK,
    "R": Role.REGISTRAR,
    "M": Role.COMMUNICATOR,
}
INCIDENT = {
    "triage": "HCSDT",
    "contact_affected": "HCSDT",
    "identify_affected": "HCSDT",
    "ask_information": "HCSDT",
    "answer_information": "HCSDT KN",
    "assess_risk": "HCSDT",
    "approve": "HCSDT E",
    "decide_protection": "HCSDT E",
    "add_incident": "HCSDT",
    "record_police": "HCSDT",
    "update_police": "HCSDT",
    "agree_support": "HCSDT",
    "update_measure": "HCSD",
    "log_follow_up": "HCSDT",
    "propose_closure": "HCSD",
    "close": "HCSD",
    "reopen": "HCSDT",
    "add_note": "HCSDT E KN RM",
    "add_evidence": "HCSDT RM",
    "assign": "HCSDT",
    "give_consent": "HCSDT",
    "withdraw_consent": "HCSDT",
    "link": "HCSD",
    "merge_report": "HCSD",
    "block_role": "HCSDT",
    "correct": "HCSD R",
    "hand_over": "HCSD",
    "accept_handover": "HCSD",
    "extend_deadline": "HCSD",
    "suspend": "HCSD",
    "waive_stage": "HCSD",
    "acknowledge": "HCSDT E KN",
    "escalate": "HCSDT E KN",
    "move_routine": "S",
    "end_drill": "HCSDT",
    "break_glass": "CSDT E",
    "review_glass": "SD",
    "write_message": "",
    "ask_help": "",
    "answer_message": "HCSDT",
}
"""Who may do what in an incident. In a preventive case K and N may do all that H, C, S and D may."""
SEES = {
    "low": ("HCSD", "TEKNRM"),
    "acute": ("HCSDT", "EKNRM"),
    "prevention": ("HCSDKN", "TERM"),
    "acute prevention": ("HCSDKNT", "ERM"),
}
"""Who sees the whole case, and who its headline."""


MONDAY = reported().now


def roles(letters: str) -> frozenset[Role]:
    return frozenset(LETTER[letter] for letter in letters if letter != " ")


def holder(role: Role, organisation: str = "9001") -> Actor:
    held = [] if role is Role.HANDLER else [role]
    return person("handler" if role is Role.HANDLER else "eva", *held, organisation=organisation)


def point(kind: CaseKind, level: str) -> str:
    return {"low": "", "acute": "acute "}[level] + "prevention" if kind is CaseKind.PREVENTION else level


def case_of(kind: CaseKind, level: str = "low", **changes: object) -> Case:
    life = reported(kind=kind).does("triage", outcome="open", level=level, grade="low")
    return life.case.model_copy(update={"handler": "handler", "named": frozenset({"handler"})} | changes)


BREAKERS = {*"CSDTE"}
"""Who may break the glass, and so learns that there is such a case; the head of information security does too."""


def may_break(role: Role) -> bool:
    return role is Role.INFORMATION_SECURITY or role in {LETTER[letter] for letter in BREAKERS}


def expected(role: Role, what: str, case: Case) -> str | None:
    """None if allowed, else the code of the refusal; worked out from the tables above."""
    if what == "break_glass" and may_break(role):
        return None
    prevention = case.kind is CaseKind.PREVENTION
    whole, headline = SEES[point(case.kind, case.pace.value)]
    if role not in roles(whole + headline):
        return "unknown_case"
    may = INCIDENT[what] + ("KN" if prevention and set("HCSD") <= set(INCIDENT[what]) else "")
    return None if role in roles(may) else "not_allowed"


def answered(actor: Actor, kind: type[Command], case: Case) -> str | None:
    try:
        refuse_unless_allowed(actor, kind, case, MONDAY)
    except Refusal as no:
        return no.code
    return None


def everything() -> Iterator[tuple[Role, type[Command]]]:
    return product(Role, COMMANDS)


def code(kind: type[Command]) -> str:
    return str(kind.model_fields["type"].default)


def test_the_table_knows_every_command_and_so_do_the_rules() -> None:
    assert set(INCIDENT) == set(MAY) == {code(kind) for kind in COMMANDS}


@pytest.mark.parametrize("kind", CaseKind)
@pytest.mark.parametrize("level", ["low", "acute"])
def test_each_role_may_do_what_the_table_says_and_nothing_else(kind: CaseKind, level: str) -> None:
    case = case_of(kind, level)
    wrong = [
        (role.value, code(what), answered(holder(role), what, case))
        for role, what in everything()
        if answered(holder(role), what, case) != expected(role, code(what), case)
    ]
    assert wrong == []


@pytest.mark.parametrize("kind", CaseKind)
@pytest.mark.parametrize("level", ["low", "acute"])
def test_each_role_sees_what_the_table_says(kind: CaseKind, level: str) -> None:
    whole, headline = SEES[point(kind, level)]
    for role in Role:
        sees = Sight.WHOLE if role in roles(whole) else Sight.HEADLINE if role in roles(headline) else Sight.NOTHING
        assert sight(holder(role), case_of(kind, level)) is sees, role


@pytest.mark.parametrize("kind", CaseKind)
def test_in_another_organisation_nobody_sees_a_case_and_nothing_is_allowed(kind: CaseKind) -> None:
    case = case_of(kind)
    answers = {answered(holder(role, "90"), what, case) for role, what in everything()}
    assert answers == {"unknown_case"}


@pytest.mark.parametrize("kind", CaseKind)
def test_the_receiver_of_a_hand_over_sees_its_headline_and_may_answer_it_and_no_more(kind: CaseKind) -> None:
    case = case_of(kind, hand_over=HandOver(to="90", offered=reported().now))
    for role, what in everything():
        actor = person("vera", role, organisation="90")
        receives = role in roles("CSD")
        assert sight(actor, case) is (Sight.HEADLINE if receives else Sight.NOTHING)
        allowed = None if code(what) == "accept_handover" else "not_allowed"
        assert answered(actor, what, case) == (allowed if receives else "unknown_case")
        third = person("vera", role, organisation="9002")
        assert answered(third, what, case) == "unknown_case"


@pytest.mark.parametrize("kind", CaseKind)
@pytest.mark.parametrize("organisation", ["9001", "90"])
def test_a_blocked_person_finds_no_case_in_whatever_capacity(kind: CaseKind, organisation: str) -> None:
    offered = HandOver(to="90", offered=reported().now)
    case = case_of(kind, "acute", blocked_people=frozenset({"eva", "handler"}), hand_over=offered)
    answers = {answered(holder(role, organisation), what, case) for role, what in everything()}
    assert answers == {"unknown_case"}
    head = person("eva", *Role, organisation=organisation)
    assert sight(head, case) is Sight.NOTHING


@pytest.mark.parametrize("blocked", [LETTER[letter] for letter in "CSDTEKNRM"])
def test_who_holds_a_blocked_role_finds_no_case_in_another_capacity_either(blocked: Role) -> None:
    case = case_of(CaseKind.INCIDENT, "acute", blocked_roles=frozenset({blocked}))
    for role, what in everything():
        both = person("eva", role, blocked)
        assert answered(both, what, case) == "unknown_case"
        if role is not blocked:
            assert answered(holder(role), what, case) == expected(role, code(what), case)


def test_a_blocked_handler_role_gives_the_handler_nothing() -> None:
    case = case_of(CaseKind.INCIDENT, blocked_roles=frozenset({Role.HANDLER}))
    assert sight(person("handler"), case) is Sight.NOTHING


@pytest.mark.parametrize("level", ["low", "acute"])
def test_a_protected_identity_is_known_to_the_named_the_head_of_security_and_the_duty_officer_when_acute(
    level: str,
) -> None:
    case = case_of(CaseKind.INCIDENT, level)
    case = case.model_copy(update={"incident": case.incident.model_copy(update={"protected_identity": Answer.YES})})
    unnamed = roles("S" + ("T" if level == "acute" else ""))
    for role, what in everything():
        known = role is Role.HANDLER or role in unnamed or (code(what) == "break_glass" and may_break(role))
        assert answered(holder(role), what, case) == (expected(role, code(what), case) if known else "unknown_case")
    named = case.model_copy(update={"named": frozenset({"eva"})})
    for role, what in everything():
        if role is not Role.HANDLER:
            assert answered(holder(role), what, named) == expected(role, code(what), named)


@pytest.mark.parametrize("change", [{"blocked_roles": frozenset({Role.SECURITY_CHIEF})}, {"deputised": True}])
def test_the_deputy_knows_of_a_protected_identity_when_the_head_of_security_cannot_act(
    change: dict[str, object],
) -> None:
    case = reported(protected_identity="yes").case
    deputy = person("bo", "deputy")
    assert sight(deputy, case) is Sight.NOTHING
    assert sight(deputy, case.model_copy(update=change)) is Sight.WHOLE


def test_nobody_is_the_handler_but_the_one_assigned() -> None:
    case = case_of(CaseKind.INCIDENT)
    assert sight(person("eva", Role.HANDLER), case) is Sight.NOTHING
    assert sight(person("handler"), case) is Sight.WHOLE


def test_who_may_not_see_a_case_is_answered_as_if_there_were_none() -> None:
    case = assessed().case
    for role in (Role.GROUP_LEADER, Role.SYSTEM_ADMINISTRATOR, Role.AFFECTED, Role.AUDITOR):
        assert refusal(lambda role=role: refuse_unless_allowed(holder(role), COMMANDS[0], case, MONDAY)) == (  # type: ignore[misc]
            "unknown_case case"
        )


def test_a_case_of_this_moment_is_there_for_those_who_may_look_first_at_home() -> None:
    home = holder(Role.AUDITOR).organisation
    # Nobody handles a case that has not begun.
    assert {role for role in Role if may_await(holder(role), home)} == MAY["triage"] - {Role.HANDLER}
    assert not any(may_await(holder(role), "0000") for role in Role)
