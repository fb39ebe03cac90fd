"""What is due in a case and what this person can do about it, most urgent first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from i18n import explanation_text, obligation
from models.obligations import explanation
from models.possible import answers, possible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from desk.casefile import CaseFile
    from i18n import Words
    from models.message import Command
    from models.obligations import Obligation

GROUPS: dict[str, tuple[str, ...]] = {
    "case.group_intake": (
        "triage",
        "contact_affected",
        "answer_message",
        "identify_affected",
        "ask_information",
        "answer_information",
    ),
    "case.group_risk": ("assess_risk", "approve", "decide_protection", "add_incident"),
    "case.group_police": ("record_police", "update_police"),
    "case.group_support": ("agree_support", "update_measure", "log_follow_up"),
    "case.group_closure": ("propose_closure", "close", "reopen", "end_drill"),
    "case.group_people": ("assign", "give_consent", "withdraw_consent", "block_role", "hand_over", "accept_handover"),
    "case.group_file": ("add_note", "add_evidence", "correct", "link", "merge_report"),
    "case.group_time": ("acknowledge", "escalate", "extend_deadline", "suspend", "waive_stage", "move_routine"),
}
"""Where a deed stands among all; what is in none stands with the last."""
FIRST = ("acknowledge", "accept_handover", "approve", "review_glass")
"""Somebody else waits for these."""
ELSEWHERE = frozenset({"break_glass"})
"""Has a page of its own, outside of the case."""
MOST_URGENT = 3
"""Things due that are shown at once."""


@dataclass(frozen=True)
class Owed:
    """Something due, why at that time, and which of the person's deeds answers it."""

    it: Obligation
    name: str
    why: tuple[str, ...]
    deeds: tuple[str, ...]


@dataclass(frozen=True)
class Deeds:
    """What can be done now: what somebody else waits for, and all in groups, where each always stands."""

    first: tuple[str, ...]
    groups: dict[str, tuple[str, ...]]


def able(file: CaseFile, now: datetime) -> tuple[type[Command], ...]:
    """The commands this person could give now; none in the past."""
    if file.past:
        return ()
    return tuple(kind for kind in possible(file.case, file.actor, file.routine, now) if kind.name() not in ELSEWHERE)


def deeds(kinds: Sequence[type[Command]], owed: Sequence[Owed]) -> Deeds:
    """The same, as they are shown."""
    names = [kind.name() for kind in kinds]
    shown = {deed for one in owed[:MOST_URGENT] for deed in one.deeds}
    placed = {name for group in GROUPS.values() for name in group}
    groups = {key: tuple(name for name in group if name in names) for key, group in GROUPS.items()}
    groups["case.group_time"] += tuple(name for name in names if name not in placed)
    first = tuple(name for name in FIRST if name in names and name not in shown)
    return Deeds(first, {key: group for key, group in groups.items() if group})


def due(file: CaseFile, kinds: Sequence[type[Command]], words: Words) -> list[Owed]:
    """What is owed still, soonest first."""
    own = words.local(file.routine.texts)
    return [
        Owed(
            it=one,
            name=obligation(one.key, own),
            why=tuple(
                explanation_text(explanation(one), words, extended=one.extended, relative_to=one.rule.relative_to)
            ),
            deeds=tuple(kind.name() for kind in answers(one, kinds)),
        )
        for one in file.view.owed
        if one.open
    ]
