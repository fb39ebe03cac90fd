"""Who may issue what: roles in the organisation, relations to the case, conflict of interest (domain §1.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.message import CLOCK, WORLD
from models.outside import MAY_OUTSIDE, OUTSIDE, is_outside
from models.refusal import Refusal
from models.sight import CASEWORKERS, HEADLINE_READERS, PREVENTERS, Sight, kept_out, roles_in, sight, unnamed
from models.vocabulary.case import CaseKind
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from datetime import datetime

    from models.case import Case
    from models.message import Actor, Command

__all__ = [
    "CASEWORKERS",
    "HEADLINE_READERS",
    "PREVENTERS",
    "Sight",
    "may_await",
    "refuse_unless_allowed",
    "refuse_unless_there",
    "sight",
    "unnamed",
]

DUTY = CASEWORKERS | {Role.DUTY_OFFICER}
LEADERS = DUTY | {Role.CHIEF_EXECUTIVE}
BREAKERS = (LEADERS - {Role.HANDLER}) | {Role.INFORMATION_SECURITY}
"""May look into a case they may not see, for a while and with a reason; it is told of at once, and reviewed."""

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
    "break_glass": BREAKERS,
    "write_message": frozenset(),
    "ask_help": frozenset(),
    "answer_message": DUTY,
    "review_glass": frozenset({Role.SECURITY_CHIEF, Role.DEPUTY, Role.DATA_PROTECTION_OFFICER}),
}
SYSTEM = {"tick": CLOCK, "notice_outcome": WORLD}


def refuse_unless_allowed(actor: Actor, kind: type[Command], case: Case, now: datetime) -> None:
    """Raise `Refusal` unless this actor may issue such a command in this case at this time (UTC).

    Who may not see the case gets the same answer as for a case that does not exist.
    """
    name = kind.name()
    if name in SYSTEM:
        if actor.id != SYSTEM[name]:
            raise Refusal("not_allowed", "actor", command=name)
        return
    refuse_unless_there(actor, kind, case, now)
    if is_outside(actor):
        if name not in MAY_OUTSIDE[OUTSIDE[actor.id]]:
            raise Refusal("not_allowed", "actor", command=name)
        return
    allowed = MAY[name]
    if case.kind is CaseKind.PREVENTION and allowed >= CASEWORKERS:
        allowed = allowed | PREVENTERS
    if not roles_in(actor, case) & allowed:
        raise Refusal("not_allowed", "actor", command=name)
    if actor.organisation != case.organisation and name != "accept_handover":
        raise Refusal("not_allowed", "actor", command=name)


def may_await(actor: Actor, organisation: str) -> bool:
    """Whether somebody may act in a case of this organisation before its first event says who sees it.

    That is whoever may look at a report first. For everybody else there is no case yet.
    """
    return actor.organisation == organisation and not actor.roles.isdisjoint(MAY["triage"])


def refuse_unless_there(actor: Actor, kind: type[Command], case: Case, now: datetime) -> None:
    """Raise `Refusal` unless the case exists for this actor, who may then hear an earlier answer once more.

    Whoever holds a receipt code sees nothing, and may yet write in their own case, whoever else is kept out.
    """
    if is_outside(actor):
        there = actor.organisation == case.organisation
    elif sight(actor, case, now) is Sight.NOTHING:
        there = kind.name() == "break_glass" and _may_break(actor, case)
    else:
        there = True
    if not there:
        raise Refusal("unknown_case", "case")


def _may_break(actor: Actor, case: Case) -> bool:
    at_home = actor.organisation == case.organisation
    return at_home and not kept_out(actor, case) and not BREAKERS.isdisjoint(roles_in(actor, case))
