"""What is different between two versions of a routine, key by key. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.difference import difference, walked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.difference import Change
    from models.routine import Routine

UNSAID = frozenset({"organisation", "version", "valid_from", "decision"})
"""What names a version, and differs always."""


def changes(old: Routine, new: Routine) -> list[Change]:
    """What is otherwise in the new one, in the order of the routine's own keys. The calendar's days count by number."""
    return difference(_flat(old), _flat(new))


def _flat(routine: Routine) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, value in routine.model_dump(mode="json").items():
        if name == "calendar":
            yield from walked((name,), {key: _counted(key, part) for key, part in value.items()})
        elif name not in UNSAID:
            yield from walked((name,), value)


def _counted(key: str, part: object) -> object:
    """Hundreds of days are no reading: how many there are is."""
    return len(part) if isinstance(part, dict) and key != "office_hours" else part
