"""What belongs to no stage: notes, evidence, assignment, links, conflict of interest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import StringConstraints

from models.case import Case, Link
from models.message import CaseRef, Code, Command, Fact, Sorted, Text
from models.outside import is_outside
from models.refusal import Refusal
from models.sight import CASEWORKERS
from models.stages.intake import back_to_work
from models.vocabulary.case import LinkReason
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.context import Context
    from models.events import Event

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of the evidence as received, in hexadecimal."""


class AddNote(Command):
    """Write a note. Allowed after closure too."""

    type: Literal["add_note"] = "add_note"
    brings: ClassVar = ("note_added",)
    after_close: ClassVar = True
    text: Text

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        return [NoteAdded(text=self.text)]


class NoteAdded(Fact):
    """A note was written."""

    type: Literal["note_added"] = "note_added"
    text: Text


class AddEvidence(Command):
    """Secure a piece of evidence by its hash, or record that there is nothing to secure."""

    type: Literal["add_evidence"] = "add_evidence"
    brings: ClassVar = ("evidence_added", "evidence_secured")
    backdates: ClassVar = True
    evidence: Code | None = None
    digest: Digest | None = None
    text: Text | None = None

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if self.evidence is None:
            if is_outside(context.actor):  # that there is nothing to secure is for us to say
                raise Refusal("evidence_required", "evidence")
            if self.text is None:
                raise Refusal("reason_required", "text")
            if self.digest is not None:
                raise Refusal("evidence_required", "evidence")
            return [EvidenceAdded(text=self.text)]
        if self.digest is None:
            raise Refusal("digest_required", "digest")
        if self.evidence in case.evidence:
            raise Refusal("evidence_exists", "evidence", evidence=self.evidence)
        return [EvidenceAdded(evidence=self.evidence, digest=self.digest, text=self.text)]


class EvidenceAdded(Fact):
    """Evidence was secured, or found not to exist."""

    type: Literal["evidence_added"] = "evidence_added"
    also: ClassVar = ("evidence_secured",)
    evidence: Code | None = None
    digest: Digest | None = None
    text: Text | None = None

    def moments(self) -> tuple[str, ...]:
        return ("evidence_added", "evidence_secured")

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"evidence": (*case.evidence, self.evidence)} if self.evidence else {}


class Assign(Command):
    """Name the handler. With protected identity, the handler joins the named people."""

    type: Literal["assign"] = "assign"
    brings: ClassVar = ("assigned",)
    handler: Code

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if self.handler in case.blocked_people:
            raise Refusal("person_blocked", "handler", person=self.handler)
        if self.handler == case.handler:
            raise Refusal("already_assigned", "handler")
        return [Assigned(handler=self.handler)]


class Assigned(Fact):
    """Somebody has the case."""

    type: Literal["assigned"] = "assigned"
    handler: Code

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"handler": self.handler, "named": case.named | {self.handler}}


class LinkCase(Command):
    """Link another case: same actor, same incident, same matter. Never merges people (domain §4.5)."""

    type: Literal["link"] = "link"
    brings: ClassVar = ("linked",)
    after_close: ClassVar = True
    case: CaseRef
    reason: LinkReason
    unlink: bool = False

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if self.case == case.ref:
            raise Refusal("link_to_itself", "case")
        linked = any(link.case == self.case for link in case.links)
        if self.unlink:
            if not linked:
                raise Refusal("not_linked", "case", case=self.case)
            return [Unlinked(other=self.case, reason=self.reason)]
        if linked:
            raise Refusal("already_linked", "case", case=self.case)
        return [Linked(other=self.case, reason=self.reason)]


class Linked(Fact):
    """A tie to another case was made."""

    type: Literal["linked"] = "linked"
    other: CaseRef
    reason: LinkReason

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"links": (*case.links, Link(case=self.other, reason=self.reason))}


class Unlinked(Fact):
    """A tie was found wrong and undone."""

    type: Literal["unlinked"] = "unlinked"
    other: CaseRef
    reason: LinkReason

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"links": tuple(link for link in case.links if link.case != self.other)}


class MergeReport(Command):
    """Take a further report of the same incident into this case, or take it out again (scenario F11)."""

    type: Literal["merge_report"] = "merge_report"
    brings: ClassVar = ("report_merged",)
    report: Code
    unmerge: bool = False
    new_incident: bool = False
    """The report tells of something new by the same actor, not of the same incident."""

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if self.unmerge:
            if self.report not in case.reports[1:]:
                raise Refusal("report_not_merged", "report")
            return [ReportUnmerged(report=self.report)]
        if case.drill:
            raise Refusal("is_a_drill", "report")
        if self.report in case.reports:
            raise Refusal("report_merged", "report")
        return [ReportMerged(report=self.report, new_incident=self.new_incident)]

    @classmethod
    def possible(cls, case: Case, context: Context) -> bool:
        return not case.drill or len(case.reports) > 1


class ReportMerged(Fact):
    """A report joined the case."""

    type: Literal["report_merged"] = "report_merged"
    also: ClassVar = ("incident_added",)
    report: Code
    new_incident: bool = False

    def moments(self) -> tuple[str, ...]:
        return ("report_merged", "incident_added") if self.new_incident else ("report_merged",)

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        changes: dict[str, object] = {"reports": (*case.reports, self.report)}
        return changes | (back_to_work(case, event.at) if self.new_incident else {})


class ReportUnmerged(Fact):
    """A report left the case again."""

    type: Literal["report_unmerged"] = "report_unmerged"
    report: Code

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {"reports": tuple(report for report in case.reports if report != self.report)}


class BlockRole(Command):
    """Conflict of interest: from now on these roles and people see and receive nothing of the case (domain §1.2)."""

    type: Literal["block_role"] = "block_role"
    brings: ClassVar = ("role_blocked",)
    after_close: ClassVar = True
    roles: Sorted[Role] = frozenset()
    people: Sorted[Code] = frozenset()
    text: Text

    def decide(self, case: Case, context: Context) -> Sequence[Fact]:
        if not self.roles and not self.people:
            raise Refusal("nobody_named", "roles")
        if not context.routine.roles & CASEWORKERS - case.blocked_roles - self.roles:
            raise Refusal("nobody_left", "roles")
        if case.protected and self.people and not case.named - self.people:
            raise Refusal("nobody_left", "people")
        return [RoleBlocked(roles=self.roles, people=self.people, text=self.text)]


class RoleBlocked(Fact):
    """Somebody is kept out of the case."""

    type: Literal["role_blocked"] = "role_blocked"
    roles: Sorted[Role] = frozenset()
    people: Sorted[Code] = frozenset()
    text: Text | None = None

    def effect(self, case: Case, event: Event) -> dict[str, object]:
        return {
            "blocked_roles": case.blocked_roles | self.roles,
            "blocked_people": case.blocked_people | self.people,
            "named": case.named - self.people,
            "handler": None if case.handler in self.people else case.handler,
        }
