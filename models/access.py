"""Who may issue or see what: roles in the organisation, relations to the case, conflict of interest (domain §1.2)."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from models.message import CLOCK, WORLD
from models.refusal import Refusal
from models.vocabulary.case import CaseKind, Level
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from models.case import Case
    from models.message import Actor, Command

CASEWORKERS = frozenset({Role.HANDLER, Role.SECURITY_COORDINATOR, Role.SECURITY_CHIEF, Role.DEPUTY})
DUTY = CASEWORKERS | {Role.DUTY_OFFICER}
LEADERS = DUTY | {Role.CHIEF_EXECUTIVE}
PREVENTERS = frozenset({Role.CHANCELLERY_CHIEF, Role.MUNICIPAL_CLERK})
"""Work on political matters, where there is no personal data, as caseworkers do on incidents."""

HEADLINE_READERS = PREVENTERS | {Role.DUTY_OFFICER, Role.CHIEF_EXECUTIVE, Role.REGISTRAR, Role.COMMUNICATOR}

MAY: dict[str, frozenset[Role]] = {
    "triage": DUTY,
    "contact_affected": DUTY,
    "identify_affected": DUTY,
    "ask_information": DUTY,
    "answer_information": DUTY | PREVENTERS,
    "assess_risk": DUTY,
    "approve": LEADERS,
    "decide_protection": LEADERS,
    "add_incident": DUTY,
    "record_police": DUTY,
    "update_police": DUTY,
    "agree_support": DUTY,
    "update_measure": CASEWORKERS,
    "log_follow_up": DUTY,
    "propose_closure": CASEWORKERS,
    "close": CASEWORKERS,
    "reopen": DUTY,
    "add_note": LEADERS | PREVENTERS | {Role.REGISTRAR, Role.COMMUNICATOR},
    "add_evidence": DUTY | {Role.REGISTRAR, Role.COMMUNICATOR},
    "assign": DUTY,
    "give_consent": DUTY,
    "withdraw_consent": DUTY,
    "link": CASEWORKERS,
    "merge_report": CASEWORKERS,
    "block_role": DUTY,
    "correct": CASEWORKERS | {Role.REGISTRAR},
    "hand_over": CASEWORKERS,
    "accept_handover": CASEWORKERS,
    "extend_deadline": CASEWORKERS,
    "suspend": CASEWORKERS,
    "waive_stage": CASEWORKERS,
    "acknowledge": LEADERS | PREVENTERS,
    "escalate": LEADERS | PREVENTERS,
    "move_routine": frozenset({Role.SECURITY_CHIEF}),
    "end_drill": DUTY,
}
SYSTEM = {"tick": CLOCK, "notice_outcome": WORLD}


class Sight(StrEnum):
    """How much of a case somebody sees."""

    NOTHING = "nothing"
    HEADLINE = "headline"
    """Level, stage and deadlines; no narrative, nobody's identity."""
    WHOLE = "whole"


def sight(actor: Actor, case: Case) -> Sight:
    """What this person may see of the case. A case one may not see does not exist for them."""
    # Whoever holds a blocked role is kept out altogether: another hat on the same head changes nothing.
    if actor.id in case.blocked_people or actor.roles & case.blocked_roles:
        return Sight.NOTHING
    roles = roles_in(actor, case)
    if actor.organisation != case.organisation:
        offered = case.hand_over is not None and case.hand_over.to == actor.organisation
        return Sight.HEADLINE if offered and roles & CASEWORKERS else Sight.NOTHING
    if case.protected and actor.id not in case.named and not roles & unnamed(case):
        return Sight.NOTHING
    whole = CASEWORKERS
    whole |= PREVENTERS if case.kind is CaseKind.PREVENTION else frozenset()
    whole |= {Role.DUTY_OFFICER} if case.pace is Level.ACUTE else frozenset()
    if roles & whole:
        return Sight.WHOLE
    return Sight.HEADLINE if roles & HEADLINE_READERS else Sight.NOTHING


def refuse_unless_allowed(actor: Actor, kind: type[Command], case: Case) -> None:
    """Raise `Refusal` unless this actor may issue such a command in this case.

    Who may not see the case gets the same answer as for a case that does not exist.
    """
    name = kind.name()
    if name in SYSTEM:
        if actor.id != SYSTEM[name]:
            raise Refusal("not_allowed", "actor", command=name)
        return
    if sight(actor, case) is Sight.NOTHING:
        raise Refusal("unknown_case", "case")
    allowed = MAY[name]
    if case.kind is CaseKind.PREVENTION and allowed >= CASEWORKERS:
        allowed = allowed | PREVENTERS
    if not roles_in(actor, case) & allowed:
        raise Refusal("not_allowed", "actor", command=name)
    if actor.organisation != case.organisation and name != "accept_handover":
        raise Refusal("not_allowed", "actor", command=name)


def roles_in(actor: Actor, case: Case) -> frozenset[Role]:
    """The actor's roles in this case: those held, the handler's if it is theirs, less those blocked."""
    handler = {Role.HANDLER} if actor.id == case.handler else frozenset()
    return (actor.roles - {Role.HANDLER} | handler) - case.blocked_roles


def head_of_security(case: Case) -> Role:
    """The role that answers for the case in the end: the deputy's, if the head of security must keep out."""
    return Role.DEPUTY if Role.SECURITY_CHIEF in case.blocked_roles else Role.SECURITY_CHIEF


def unnamed(case: Case) -> frozenset[Role]:
    """Who knows of a protected identity without being named: the same as are told of it (domain §1.4)."""
    duty = {Role.DUTY_OFFICER} if case.pace is Level.ACUTE else frozenset()
    deputy = {Role.DEPUTY} if case.deputised else frozenset()
    return frozenset({head_of_security(case)}) | duty | deputy
