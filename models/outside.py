"""The people outside: whoever holds a receipt code, and no account. They see nothing of a case but their own page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from models.message import CLOCK, WORLD, Actor, Code
from models.vocabulary.case import CaseKind
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from models.report import Report

AFFECTED = "affected"
INFORMANT = "informant"
"""Who reported for somebody else. The engine's own `reporter` is nobody who ever asks again."""
OUTSIDE: dict[str, Role] = {AFFECTED: Role.AFFECTED, INFORMANT: Role.REPORTER}
"""The role each acts in; never somebody's code in the directory."""
RESERVED = frozenset({*OUTSIDE, CLOCK, WORLD, "reporter"})
"""Codes that no person of the directory may have: in a ledger they mean somebody else."""


def _free(code: str) -> str:
    if code in RESERVED:
        raise PydanticCustomError("reserved_code", "that code means somebody else")
    return code


PersonCode = Annotated[Code, AfterValidator(_free)]
"""The code of somebody in the directory."""

MAY_OUTSIDE: dict[Role, frozenset[str]] = {
    Role.AFFECTED: frozenset({"write_message", "ask_help", "give_consent", "withdraw_consent", "add_evidence"}),
    Role.REPORTER: frozenset({"write_message", "add_evidence"}),
}
"""What they may do in their own case, whoever else is kept out of it."""


class Holder(NamedTuple):
    """Whoever holds the receipt code of one report: the affected person, or who reported for them."""

    report: str
    role: Role

    @classmethod
    def of(cls, identity: str, report: Report) -> Holder:
        """The holder of this report. Only who reported for themselves is the affected person, in doubt nobody is."""
        own = report.kind is CaseKind.INCIDENT and report.affected_known and not report.for_another
        return cls(identity, Role.AFFECTED if own else Role.REPORTER)

    def actor(self, organisation: str) -> Actor:
        """Who acts when they do."""
        code = AFFECTED if self.role is Role.AFFECTED else INFORMANT
        return Actor(id=code, organisation=organisation, roles=frozenset({self.role}))


def is_outside(actor: Actor) -> bool:
    """Whether this is somebody without an account."""
    return OUTSIDE.get(actor.id) in actor.roles
