"""Whole sentences from what the rules answer with: codes in, words out, never a word of what people wrote."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from i18n.catalogue import Words
from i18n.times import day, short_day, term, when
from models.case import RoutineRef
from models.stages.support import Measure
from models.term import Term

if TYPE_CHECKING:
    from models.events import Event
    from models.message import Fact
    from models.refusal import Problem, Refusal
    from models.worktime import Explanation, Skipped

_DETAILS = {"level": "level", "floor": "level", "stage": "stage", "purpose": "consent_purpose", "command": "command"}
"""Details of a refusal that are codes, and their families."""
_TERMS = {"budget", "window"}
_ADOPTION = {"value_error", "unknown_moment", "role_not_held", "level_missing", "not_positive"}
_ADOPTION |= {"toml", "extends", "unknown_holiday", "leaking_text", "text_lacks"}
"""Problems met by whoever writes a routine: what exactly is wrong stands in the reason, in English."""
_VARIANTS: dict[str, Callable[[Any], str | None]] = {
    "reported": lambda fact: fact.kind,
    "level_changed": lambda fact: "set" if fact.level is fact.previous else None,
    "risk_assessed": lambda fact: "needs_second" if fact.needs_second else None,
    "protection_decided": lambda fact: None if fact.measures else "none",
    "evidence_added": lambda fact: None if fact.evidence else "none",
    "police_updated": lambda fact: (
        "review" if fact.review_requested else None if fact.status else "reference" if fact.reference else "unchanged"
    ),
    "support_agreed": lambda fact: None if fact.measures else "declined",
    "report_merged": lambda fact: "new_incident" if fact.new_incident else None,
    "role_blocked": lambda fact: None if fact.roles else "people",
    "handover_returned": lambda fact: "declined" if fact.declined else "unanswered",
}
"""What tells apart the texts of one type of fact."""


def family(code: StrEnum) -> str:
    """The family of a vocabulary's labels: its name in snake case."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(code).__name__).lower()


def label(code: StrEnum, words: Words) -> str:
    """The label of a vocabulary's code."""
    return words.code(family(code), code)


def obligation(key: str, words: Words) -> str:
    """The name of an obligation, from its kind or its key («follow_ups.P7D/2»)."""
    return words.code("obligation", re.split(r"[./]", key)[0])


def refusal_text(refusal: "Refusal", words: Words) -> str:
    """Why a rule said no and what to do about it."""
    values = {name: _detail(name, value, words) for name, value in refusal.details.items()}
    return words(f"refusal.{refusal.code}", **values)


def problem_text(problem: "Problem", words: Words) -> str:
    """What is wrong with one field of an input; the value itself is never repeated."""
    key = f"problem.{problem.code}"
    text = words(key if key in words else "problem.other")
    detail = f" ({problem.reason})" if problem.code in _ADOPTION else ""
    return f"{problem.field}: {text}{detail}"


def event_text(event: "Event", words: Words) -> str:
    """One line of the timeline."""
    fact = event.data
    values = {name: text for name, text in _values(fact, words) if text}
    variant = _VARIANTS.get(fact.type, lambda _: None)(fact)
    return words(f"event.{fact.type}.{variant}" if variant else f"event.{fact.type}", **values)


def explanation_text(
    explanation: "Explanation", words: Words, *, extended: bool = False, relative_to: str | None = None
) -> list[str]:
    """Why this time: start, term, and whatever the clock passed over, a line each.

    :param extended: a person moved it (`Obligation.extended`).
    :param relative_to: the day it is counted from instead of the start (`ObligationRule.relative_to`).
    """
    counted = relative_to or ("backwards" if explanation.term.startswith("-") else "start")
    lines = [
        words(f"explanation.{counted}", start=when(explanation.start, words)),
        words(f"explanation.term.{explanation.clock}", term=term(Term.parse(explanation.term), words)),
    ]
    for reason in ("weekend", "closed"):
        days = [short_day(skip.day, words) for skip in explanation.skipped if skip.reason == reason]
        if days:
            lines.append(words(f"skip.{reason}", days=", ".join(days)))
    lines += [_skipped(skip, words) for skip in explanation.skipped if skip.reason not in {"weekend", "closed"}]
    if explanation.summer_time_crossed:
        lines.append(words("explanation.summer_time"))
    if extended:
        lines.append(words("explanation.extended"))
    return [*lines, words("explanation.due", due=when(explanation.due, words))]


def failure_text(code: str, words: Words) -> str:
    """Why something did not arrive. A channel's own reason is its name and what went wrong, such as `smtp_451`."""
    channel, _, how = code.partition("_")
    if f"failure.{code}" in words:
        return words.code("failure", code)
    if how.isdigit():
        return words("failure.answered", channel=channel, answer=how)
    return words(f"failure.{how}", channel=channel) if f"failure.{how}" in words else code


def _detail(name: str, value: str, words: Words) -> str:
    if name in _DETAILS:
        return inside(words.code(_DETAILS[name], value)) if value else value
    if name in _TERMS:
        return term(Term.parse(value), words)
    if name == "obligation":
        return inside(obligation(value, words))
    if name == "criteria":
        return "; ".join(words.code("criterion", criterion) for criterion in value.split(", "))
    if name == "obstacles":
        return "; ".join(words.code("obstacle", obstacle) for obstacle in value.split(", "))
    return value


def _values(fact: "Fact", words: Words) -> Iterator[tuple[str, str]]:
    """Codes, times and numbers of a fact as text, whatever its type. No text asks for what people wrote (tested)."""
    for name in type(fact).model_fields:
        value = getattr(fact, name)
        match name, value:
            case (("obligation" | "kind"), str()) if not isinstance(value, StrEnum):
                yield name, inside(obligation(value, words))
            case "failure", str():
                yield name, inside(failure_text(value, words))
            case "recipients", tuple():
                ways = getattr(fact, "channels", ()) or ("",) * len(value)
                yield name, ", ".join(_reached(*one, words) for one in zip(value, ways, strict=True)) or "–"
            case "rung", int():
                yield name, str(value + 1)
            case "routine", RoutineRef():
                yield "version", value.version
            case _:
                yield name, _value(value, words)


def _reached(person: str, channel: str, words: Words) -> str:
    known = f"channel_kind.{channel}"
    return f"{person} ({inside(words(known)) if known in words else channel})" if channel else person


def _value(value: object, words: Words) -> str:
    match value:
        case StrEnum():
            return label(value, words)
        case Measure():
            return inside(label(value.kind, words))
        case tuple() | frozenset():
            return ", ".join(sorted(inside(_value(item, words)) for item in value))
        case date():
            return when(value, words) if isinstance(value, datetime) else day(value, words)
        case _:
            return str(value) if isinstance(value, str | int) else ""


def _skipped(skip: "Skipped", words: Words) -> str:
    values = {
        "day": day(skip.day, words),
        "holiday": skip.name or "",
        "closes": skip.closes.strftime("%H:%M") if skip.closes else "",
        "start": when(skip.start, words) if skip.start else "",
        "end": when(skip.end, words) if skip.end else "",
    }
    return words(f"skip.{skip.reason}", **values)


def inside(text: str) -> str:
    """A label as it stands inside a sentence; abbreviations keep their capitals."""
    return text if text[1:2].isupper() or text[1:2] == "-" else text[:1].lower() + text[1:]
