"""What people wrote: found in an event, a command or a report by the mark that narrative has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from models.message import Narrative

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def written(it: BaseModel) -> Iterator[tuple[str, str]]:
    """Each text that somebody wrote, and the field it stands in, in the order of the fields."""
    for name, field in type(it).model_fields.items():
        value = getattr(it, name)
        if isinstance(value, str) and _holds_narrative((field.annotation, *field.metadata)):
            yield name, value
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, BaseModel):
                yield from written(part)


def _holds_narrative(parts: Sequence[Any]) -> bool:
    return any(
        isinstance(part, Narrative) or _holds_narrative([*get_args(part), *getattr(part, "__metadata__", ())])
        for part in parts
    )
