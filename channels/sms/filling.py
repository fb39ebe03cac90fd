"""Placeholders in a request, and places in an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from typing import Any

LONGEST = 200
"""Signs of a gateway's id; a longer one is none."""
_NAMED = re.compile(r"\{(\w+)\}")


def placeholders(value: Any, where: str = "") -> Iterator[tuple[str, set[str]]]:
    """Where texts stand in it, and what each of them wants filled in."""
    if isinstance(value, str):
        yield where, set(_NAMED.findall(value))
    elif isinstance(value, dict | list):
        for key, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from placeholders(one, f"{where}.{key}".removeprefix("."))


def filled(value: Any, said: dict[str, str]) -> Any:
    """The same with its placeholders filled; what is filled in is never looked through again."""
    if isinstance(value, str):
        return _NAMED.sub(lambda found: said[found[1]], value)
    if isinstance(value, dict):
        return {key: filled(one, said) for key, one in value.items()}
    return [filled(one, said) for one in value] if isinstance(value, list) else value


def at(answer: Any, where: str) -> str:
    """What stands there, as text; empty if nothing does."""

    def step(value: Any, key: str) -> Any:
        if isinstance(value, list):
            return value[int(key)] if key.isdecimal() and int(key) < len(value) else None
        return value.get(key) if isinstance(value, dict) else None

    found = reduce(step, where.split("."), answer)
    return str(found) if isinstance(found, str | int) else ""
