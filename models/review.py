"""What those who review see of a case: codes, times and roles; never what somebody wrote (domain §1.2, §8.6)."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel

from models.message import Narrative

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from models.message import Fact

OMITTED = "[…]"
"""Stands where somebody wrote something."""
_TOKEN = re.compile(r"[a-z0-9][a-z0-9_-]*")


def in_codes(it: BaseModel) -> dict[str, Any]:
    """A message as JSON, with `OMITTED` where somebody wrote something."""
    said: dict[str, Any] = it.model_dump(mode="json")
    for name, field in type(it).model_fields.items():
        if said.get(name) is None:
            continue
        value = getattr(it, name)
        if isinstance(value, BaseModel):
            said[name] = in_codes(value)
        elif isinstance(value, tuple | list) and any(isinstance(part, BaseModel) for part in value):
            said[name] = [in_codes(part) if isinstance(part, BaseModel) else OMITTED for part in value]
        elif _holds_narrative((field.annotation, *field.metadata)):
            said[name] = OMITTED if isinstance(said[name], str) else [OMITTED]
    return said


class Pseudonyms:
    """Stable names for people within one document: `person-1` is the first of them who is met.

    :param people: the codes that are people's.
    :param known: those who have a name already.
    """

    def __init__(self, people: Collection[str], known: Mapping[str, str] | None = None) -> None:
        self._people = frozenset(people)
        self.given: dict[str, str] = dict(known or {})
        """Code and pseudonym of each person who was met, in that order."""

    def of(self, value: Any) -> Any:
        """The same, with each person's code replaced wherever it stands by itself: keys of objects as well."""
        if isinstance(value, str):
            return _TOKEN.sub(self._name, value)
        if isinstance(value, dict):
            return {self.of(key): self.of(one) for key, one in value.items()}
        return [self.of(one) for one in value] if isinstance(value, list | tuple) else value

    def _name(self, found: re.Match[str]) -> str:
        code = found[0]
        return self.given.setdefault(code, f"person-{len(self.given) + 1}") if code in self._people else code


def _holds_narrative(parts: Sequence[Any]) -> bool:
    return any(
        isinstance(part, Narrative) or _holds_narrative([*get_args(part), *getattr(part, "__metadata__", ())])
        for part in parts
    )


Value = str | int | bool
"""What an attribute of an export may be."""
_NAMED = frozenset({"kind", "obligation"})
"""Fields of what the clock reports that are names in a routine: there nobody has written anything."""


def closed_values(fact: Fact) -> dict[str, Value]:
    """The fields of a fact that hold numbers, days or codes of a closed vocabulary: what may go to other tools.

    Not even a code that somebody could make up is in it: it might be somebody's.
    """
    found: dict[str, Value] = {}
    for name in closed_fields(type(fact)):
        value = getattr(fact, name)
        if isinstance(value, tuple | frozenset):
            value = " ".join(sorted(value))
        elif isinstance(value, date):
            value = value.isoformat()
        if value is not None:
            found[name] = value
    return found


@cache
def closed_fields(kind: type[Fact]) -> dict[str, type[Value]]:
    """Those fields of a type of fact, and what each of them holds."""
    found: dict[str, type[Value]] = {}
    for name, field in kind.model_fields.items():
        parts = _plain(field.annotation)
        if name in _NAMED and kind.name() in {"reminded", "escalated"}:
            found[name] = str
        elif name == "type" or not parts or not all(isinstance(part, type) for part in parts):
            continue
        elif all(issubclass(part, StrEnum) for part in parts) or parts == {date}:
            found[name] = str
        elif len(parts) == 1 and (only := next(iter(parts))) in {int, bool}:
            found[name] = only
    return found


def _plain(annotation: Any) -> set[Any]:
    """The types that a field may hold, without those that say how, and without none."""
    if annotation in {None, type(None), Ellipsis} or not (inside := get_args(annotation)):
        return set() if annotation in {None, type(None), Ellipsis} else {annotation}
    if get_origin(annotation) is Annotated:
        return _plain(inside[0])
    if get_origin(annotation) is Literal:
        return {type(one) for one in inside}
    if get_origin(annotation) is dict:
        return {annotation}
    return set().union(*map(_plain, inside))
