"""What changed in a case, in words: where, what stood there and what stands there, who came to know."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from i18n.sentences import inside, label, obligation
from i18n.times import when

if TYPE_CHECKING:
    from i18n.catalogue import Words
    from models.case_changes import DutyChange, Knowing
    from models.difference import Change, Path

FAMILIES = (
    "level",
    "stage",
    "stage_state",
    "police_status",
    "police_decision",
    "restraining_order_state",
    "measure_state",
    "role",
    "answer",
    "closure_reason",
    "consent_purpose",
    "incident_kind",
    "incident_channel",
    "purpose",
    "place",
    "matter",
    "actor_category",
    "actor_identity",
    "consequence",
    "assignment",
    "confidence",
    "grade",
    "conflict_level",
    "link_reason",
    "sharing_ground",
    "factor",
)
"""Where the word for a code may stand."""


def change_text(change: Change, words: Words) -> tuple[str, str, str]:
    """Where, before and after; a dash where there was nothing."""
    return _where(change.path, words), _said(change.before, words), _said(change.after, words)


def duty_text(change: DutyChange, words: Words) -> tuple[str, str, str]:
    """Which duty, how it stood and how it stands, with its times where they differ."""
    moved = change.due_before != change.due_after
    return (
        obligation(change.key, words),
        _stood(change.before, change.due_before if moved else None, words),
        _stood(change.after, change.due_after if moved else None, words),
    )


def knowing_text(one: Knowing, who: str, words: Words) -> str:
    """Who came to know, how and when."""
    role = f" ({label(one.role, words)})" if one.role else ""
    return words("change.knew", who=f"{who}{role}", how=inside(label(one.how, words)), when=when(one.since, words))


def _stood(state: str | None, due: datetime | None, words: Words) -> str:
    if state is None:
        return "–"
    text = words(f"duty_state.{state}")
    return words("change.due", state=text, due=when(due, words)) if due else text


def _where(path: Path, words: Words) -> str:
    first, *rest = path
    return " · ".join([words(f"case_part.{first}"), *(_word(part, words) for part in rest)])


def _said(value: str | None, words: Words) -> str:
    if not value:
        return "–"
    return ", ".join(_word(part, words) for part in value.split(", "))


def _word(part: str, words: Words) -> str:
    if part in {"True", "False", "waiting"}:
        return words(f"change.{part.lower()}")
    if f"case_part.{part}" in words:
        return words(f"case_part.{part}")
    for family in FAMILIES:
        if f"{family}.{part}" in words:
            return words.code(family, part)
    try:
        return when(datetime.fromisoformat(part), words) if len(part) > len("2026-01-01") else part
    except ValueError:
        return part
