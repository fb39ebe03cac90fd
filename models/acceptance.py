"""Acceptance by a reply code: what codes are made of, and where one stands in what a person wrote."""

from __future__ import annotations

import re

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without what is easily taken for something else, spoken or read."""
CODE_LENGTH = 6
MOST_CODES = 20
"""Of those that one letter may hold, so many are looked up."""

_SIGN = f"[{CODE_ALPHABET}{CODE_ALPHABET.lower()}]"
_CODE = re.compile(rf"(?<!\w)(?=({_SIGN}(?:[ \t\u00a0-]?{_SIGN}){{{CODE_LENGTH - 1}}})(?!\w))")
"""A code as people write it: in small letters or large, together or divided. Several may overlap."""


def codes_in(text: str) -> tuple[str, ...]:
    """Everything in a text that may be a code, likeliest first: ordinary words can look like codes («tackar»)."""
    likelihood: dict[str, tuple[bool, ...]] = {}
    for (written,) in (match.groups() for match in _CODE.finditer(text)):
        code = "".join(sign for sign in written.upper() if sign in CODE_ALPHABET)
        doubts = (not re.search(r"\d", code), len(written) != CODE_LENGTH, written != written.upper())
        if not all(doubts):  # «jag tar det» is no code
            likelihood[code] = min(doubts, likelihood.get(code, doubts))
    return tuple(sorted(likelihood, key=likelihood.__getitem__)[:MOST_CODES])
