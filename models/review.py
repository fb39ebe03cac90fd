"""What those who review see of a case: codes, times and roles; never what somebody wrote (domain §1.2, §8.6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from models.message import Narrative

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

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
