"""What is otherwise between two values of one kind, key by key. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Path = tuple[str, ...]


class Change(NamedTuple):
    """One thing that is otherwise: where it stands, and what stood and stands there; None where there was nothing."""

    path: Path
    before: str | None
    after: str | None


def difference(before: Iterable[tuple[Path, str]], after: Iterable[tuple[Path, str]]) -> list[Change]:
    """What is otherwise, in the order of the second one's keys; what it no longer has comes last."""
    old, new = dict(before), dict(after)
    return [
        Change(path, old.get(path), new.get(path))
        for path in dict.fromkeys([*new, *old])
        if old.get(path) != new.get(path)
    ]


def walked(path: Path, value: object) -> Iterator[tuple[Path, str]]:
    """Every single value inside, with its place; a list of single values is one."""
    match value:
        case dict():
            for key, part in value.items():
                yield from walked((*path, str(key)), part)
        case list() if any(isinstance(part, list | dict) for part in value):
            for number, part in enumerate(value, start=1):
                yield from walked((*path, str(number)), part)
        case list():
            yield path, ", ".join(str(part) for part in value)
        case None:
            return
        case _:
            yield path, str(value)
