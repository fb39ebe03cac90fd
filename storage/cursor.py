"""Where a list goes on: an opaque mark that whoever reads it got from us, and may send back as it was."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from models.refusal import BadInput, Problem

LONGEST = 200
_BAD = Problem(field="after", code="bad_cursor", reason="no mark of this list")


def bad() -> BadInput:
    """What to raise for a mark that no list has given."""
    return BadInput(_BAD)


def pack(*values: int | str) -> str:
    """A mark out of what the last line was sorted by."""
    return urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).rstrip(b"=").decode()


def unpack(mark: str, *types: type[int | str]) -> tuple[int | str, ...]:
    """What `pack` was given, of these types; raises `BadInput` for anything else."""
    try:
        values = json.loads(urlsafe_b64decode(mark.encode("ascii") + b"=" * (-len(mark) % 4)))
    except (ValueError, RecursionError):
        values = None
    if len(mark) > LONGEST or not isinstance(values, list) or [type(value) for value in values] != list(types):
        raise bad()
    if any(isinstance(value, int) and not -(2**63) < value < 2**63 for value in values):
        raise bad()
    if any(isinstance(value, str) and not value.isprintable() for value in values):
        raise bad()
    return tuple(values)
