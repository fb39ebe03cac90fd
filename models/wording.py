"""Which texts a municipality may word itself, and what each may carry: what leaks is refused when it is adopted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.refusal import Problem
from models.vocabulary.case import Level
from models.vocabulary.people import Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from models.routine import Routine

LANGUAGES = ("sv", "en")
LONGEST = 300
"""Characters of one text."""
CARRIES: dict[str, frozenset[str]] = {
    key: frozenset(placeholders.split())
    for key, placeholders in {
        "notice.subject.page": "case",
        "notice.subject.now": "case",
        "notice.subject.digest": "case",
        "notice.subject.task": "case",
        "notice.subject.headline": "case",
        "notice.subject.count": "",
        "notice.count": "",
        "notice.owed": "case about",
        "notice.owed.due": "case about due",
        "notice.happened": "case about",
        "notice.happened.due": "case about due",
        "notice.level": "level",
        "notice.fallback": "",
        "notice.then.page": "",
        "notice.then.now": "",
        "notice.then.digest": "",
        "notice.then.task": "",
        "notice.then.headline": "",
        "letter.link": "link",
        "letter.open": "",
        "letter.code.page": "code",
        "letter.code.now": "code",
        "letter.short.due": "about due",
        "letter.short.code": "code",
        "letter.digest.subject": "number",
        "letter.digest": "number",
        "letter.digest.then": "",
        "letter.invitation.subject": "case about",
        "letter.invitation": "case about due",
        "letter.invitation.over": "case about",
    }.items()
}
"""Texts of messages, and the placeholders each may hold. That it is an exercise is not for a municipality to word."""
NEEDED = frozenset({"due", "link", "code"})
"""Without these, where they may stand, the reader could not do what is asked."""

_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")


def problems(routine: Routine, moments: frozenset[str]) -> Iterator[Problem]:
    """What is wrong with a routine's own texts, as keys of the routine."""
    names = _names(routine, moments)
    for language, texts in routine.texts.items():
        for key, text in texts.items():
            field = f"texts.{language}.{key}"
            may = CARRIES.get(key, frozenset() if key in names else None)
            if language not in LANGUAGES or may is None:
                yield Problem(field=field, code="unknown_text", reason="no text of ours is called so")
            elif not text.strip() or len(text) > LONGEST or not text.isprintable():
                yield Problem(field=field, code="one_line", reason=f"one line of 1 to {LONGEST} characters")
            elif not may.issuperset(_PLACEHOLDER.findall(text)) or re.search(r"[{}]", _PLACEHOLDER.sub("", text)):
                allowed = " ".join(f"{{{name}}}" for name in sorted(may)) or "no placeholder"
                yield Problem(field=field, code="leaking_text", reason=f"it may carry nothing but {allowed}")
            elif missing := sorted(may & NEEDED - set(_PLACEHOLDER.findall(text))):
                yield Problem(field=field, code="text_lacks", reason=f"{{{missing[0]}}} must stand in it")


def _names(routine: Routine, moments: frozenset[str]) -> set[str]:
    """Names of codes: they carry nothing."""
    families: dict[str, Iterable[str]] = {
        "obligation": routine.obligations,
        "factor": routine.risk.factors,
        "level": Level,
        "moment": moments,
        "role": Role,
    }
    return {f"{family}.{code}" for family, codes in families.items() for code in codes}
