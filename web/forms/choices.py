"""What can be chosen in a field whose codes stand in the case, the routine or the directory, not in a vocabulary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from i18n import day, label, obligation, when
from models.access import DUTY, PREVENTERS
from models.message import is_drill
from models.stages.casework import ReportMerged
from models.stages.information import InformationAsked
from models.stages.intake import Reported
from models.stages.risk import IncidentAdded
from models.vocabulary.case import CaseKind, ClosureReason
from models.vocabulary.people import ConsentPurpose, Role
from storage import organisations, routines
from web.forms.sheet import Option

if TYPE_CHECKING:
    from collections.abc import Iterable

    from desk.casefile import CaseFile
    from i18n import Words
    from storage.people import Person

    Choices = dict[str, list[Option]]

SUSPENDED_BECAUSE = ("waits_for_affected", "waits_for_police", "waits_for_court", "other")
WAIVED_BECAUSE = ("affected_declines", "nothing_to_do", "done_elsewhere", "other")
"""Reasons that stand as codes in the ledger."""
INVOLVED = tuple(role for role in Role if role not in {Role.AFFECTED, Role.REPORTER, Role.SYSTEM_ADMINISTRATOR})
LONGEST = 90
"""Characters of a question, where it stands as a choice."""


async def choices(file: CaseFile, command: str, words: Words) -> Choices:
    """What can be chosen in the form of a command, by field: nothing that this person may not know."""
    source = getattr(_Sources(file, words), command, None)
    return await source() if source else {}


def hidden(file: CaseFile, command: str) -> frozenset[str]:
    """What is not asked in this case: it belongs to the other kind of case, or is filled in by us."""
    other_kind = {"grade", "conflict", "incident.meeting_day"} if file.case.kind is CaseKind.INCIDENT else set()
    ours = {"ask_information": {"task"}, "add_incident": {"report"}}.get(command, set())
    one_alone = {"report"} if command == "answer_message" and len(file.case.reports) == 1 else set()
    if command == "review_glass" and len([glass for glass in file.case.glasses if not glass.reviewed]) == 1:
        one_alone = {"glass"}
    unseen = set() if file.view.whole else {"incident"}
    return frozenset(other_kind | ours | one_alone | unseen)


@dataclass(frozen=True)
class _Sources:
    """A method for each command that has such fields, named as the command."""

    file: CaseFile
    words: Words

    async def assign(self) -> Choices:
        """Who may have the case. Who has it, or is kept out, is not shown by leaving them out either."""
        its = self.file.case
        may = DUTY | (PREVENTERS if its.kind is CaseKind.PREVENTION else frozenset())
        staff = [one for one in await self.file.staff() if one.roles & may]
        left_out = {its.handler, *its.blocked_people} if self.file.view.whole else set()
        roles = its.blocked_roles if self.file.view.whole else frozenset()
        shown = [one for one in staff if one.code not in left_out and not one.roles & roles]
        return {
            "handler": [Option(one.code, f"{one.name or one.code} – {self.roles(sorted(one.roles))}") for one in shown]
        }

    async def block_role(self) -> Choices:
        """Roles and people that are not kept out yet."""
        its, whole = self.file.case, self.file.view.whole
        staff = [one for one in await self.file.staff() if not (whole and one.code in its.blocked_people)]
        roles = [role for role in INVOLVED if not (whole and role in its.blocked_roles)]
        return {
            "people": [Option(one.code, f"{one.name or one.code} – {self.roles(sorted(one.roles))}") for one in staff],
            "roles": [Option(role, label(role, self.words)) for role in roles],
        }

    async def answer_information(self) -> Choices:
        """Open questions, in their own words."""
        asked = [event.data for event in await self.file.events(types=["information_asked"]) if self.file.view.whole]
        open_now = {task.id for task in self.file.case.tasks if task.done is None}
        texts = {one.task: one.text or "" for one in asked if isinstance(one, InformationAsked)}
        return {"task": [Option(task, _short(texts.get(task) or task)) for task in sorted(open_now)]}

    async def update_measure(self) -> Choices:
        """The measures of the plan."""
        return {
            "measure": [
                Option(one.id, f"{label(one.kind, self.words)} – {label(one.state, self.words).lower()}")
                for one in self.file.case.measures
            ]
        }

    async def agree_support(self) -> Choices:
        """Who may be given a measure to arrange."""
        owners = sorted(self.file.routine.roles | {Role.HANDLER, Role.AFFECTED, Role.POLICE_LOCAL})
        return {"measures.owner": [Option(role, label(role, self.words)) for role in owners]}

    async def extend_deadline(self) -> Choices:
        """What is owed."""
        owed = [one for one in self.file.view.owed if one.open]
        return {
            "obligation": [
                Option(one.key, f"{obligation(one.key, self.words)} – {when(one.due, self.words)}") for one in owed
            ]
        }

    async def suspend(self) -> Choices:
        """Why."""
        return {"reason": [Option(code, self.words(f"reason.{code}")) for code in SUSPENDED_BECAUSE]}

    async def waive_stage(self) -> Choices:
        """Why."""
        return {"reason": [Option(code, self.words(f"reason.{code}")) for code in WAIVED_BECAUSE]}

    async def escalate(self) -> Choices:
        """The rungs of the ladder."""
        ladder = enumerate(self.file.routine.escalation.ladder, start=1)
        return {
            "rung": [
                Option(str(number), f"{number}: {', '.join(label(role, self.words) for role in rung)}")
                for number, rung in ladder
            ]
        }

    async def hand_over(self) -> Choices:
        """Other organisations."""
        async with self.file.desk.database.reading() as session:
            found = await organisations.every(session)
        others = [one for one in found if one.code != self.file.case.organisation]
        return {"to": [Option(one.code, f"{one.name} ({one.code})") for one in others]}

    async def move_routine(self) -> Choices:
        """The routine in force, if the case follows another."""
        async with self.file.desk.database.reading() as session:
            found = [await routines.current(session, self.file.case.organisation, self.file.view.at.date())]
        said = {one.ref: f"{one.name} {one.version} – {day(one.valid_from, self.words)}" for one in found}
        newer = {ref: text for ref, text in said.items() if ref != self.file.case.routine}
        return {"routine": [Option(f"{ref.version} {ref.digest}", text) for ref, text in newer.items()]}

    async def answer_message(self) -> Choices:
        """Whoever reported, by when they did; those who wait for an answer first."""
        told = await self.file.events(types=["reported", "report_merged", "incident_added"])
        at = {
            event.data.report: event.recorded
            for event in told
            if isinstance(event.data, Reported | ReportMerged | IncidentAdded)
        }
        waiting = self.file.case.unanswered
        order = sorted(self.file.case.reports, key=lambda one: (one not in waiting, waiting.get(one) or at[one]))
        return {"report": [Option(one, self.words("case.reported_on", at=when(at[one], self.words))) for one in order]}

    async def review_glass(self) -> Choices:
        """The times the glass was broken and nobody has judged yet; nobody judges their own."""
        waiting = [one for one in self.file.case.glasses if not one.reviewed and one.by != self.file.actor.id]
        names = await self.file.names(one.by for one in waiting)
        told = {one.number: f"{when(one.broken, self.words)}, {names[one.by]}" for one in waiting}
        return {"glass": [Option(str(number), text) for number, text in told.items()]}

    async def withdraw_consent(self) -> Choices:
        """Consents that were given."""
        purposes = sorted(self.file.case.consents) if self.file.view.whole else [*ConsentPurpose]
        return {"purpose": [Option(one, label(one, self.words)) for one in purposes]}

    async def assess_risk(self) -> Choices:
        """The statements of the risk model."""
        own = self.words.local(self.file.routine.texts)
        return {"factors": [Option(factor, own.code("factor", factor)) for factor in self.file.routine.risk.factors]}

    async def propose_closure(self) -> Choices:
        """Reasons that fit this case."""
        fitting = [reason for reason in ClosureReason if (reason is ClosureReason.DRILL) <= is_drill(self.file.ref)]
        if self.file.case.kind is CaseKind.INCIDENT:
            fitting.remove(ClosureReason.MATTER_DECIDED)
        return {"reason": [Option(reason, label(reason, self.words)) for reason in fitting]}

    async def close(self) -> Choices:
        """Reasons that fit this case."""
        return await self.propose_closure()

    def person(self, one: Person) -> Option:
        """Somebody, by name and roles."""
        return Option(one.code, f"{one.name or one.code} – {self.roles(sorted(one.roles))}")

    def roles(self, roles: Iterable[Role]) -> str:
        """Their labels."""
        return ", ".join(label(role, self.words) for role in roles)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
