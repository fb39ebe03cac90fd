"""What is different between two versions of a routine, key by key. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from models.routine import Routine

UNSAID = frozenset({"organisation", "version", "valid_from", "decision"})
"""What names a version, and differs always."""


class Change(NamedTuple):
    """One thing that is otherwise: where it stands, and what stood and stands there; None where there was nothing."""

    path: tuple[str, ...]
    before: str | None
    after: str | None


def changes(old: Routine, new: Routine) -> list[Change]:
    """What is otherwise in the new one, in the order of the routine's own keys. The calendar's days count by number."""
    before, after = dict(_flat(old)), dict(_flat(new))
    paths = dict.fromkeys([*after, *before])
    return [Change(path, before.get(path), after.get(path)) for path in paths if before.get(path) != after.get(path)]


def _flat(routine: Routine) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, value in routine.model_dump(mode="json").items():
        if name == "calendar":
            yield from _walked((name,), {key: _counted(key, part) for key, part in value.items()})
        elif name not in UNSAID:
            yield from _walked((name,), value)


def _counted(key: str, part: object) -> object:
    """Hundreds of days are no reading: how many there are is."""
    return len(part) if isinstance(part, dict) and key != "office_hours" else part


def _walked(path: tuple[str, ...], value: object) -> Iterator[tuple[tuple[str, ...], str]]:
    match value:
        case dict():
            for key, part in value.items():
                yield from _walked((*path, str(key)), part)
        case list() if any(isinstance(part, list | dict) for part in value):
            for number, part in enumerate(value, start=1):
                yield from _walked((*path, str(number)), part)
        case list():
            yield path, ", ".join(str(part) for part in value)
        case None:
            return
        case _:
            yield path, str(value)
