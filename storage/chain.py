"""The chain of hashes over what the ledger stores. Pure, so that anybody can check it without this installation.

The hash is over the encrypted body: erasing a case by destroying its key leaves its chain verifiable (architecture §6).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

ALGORITHM = "sha256-v1"
_WRITE = json.JSONEncoder(separators=(",", ":")).encode
START = "0" * 64
"""What stands as the previous hash of a case's first entry."""


@dataclass(frozen=True)
class Entry:
    """One row of the ledger as stored. What may be missing is what an intruder may have taken away."""

    case: str
    seq: int
    organisation: str
    at: datetime
    recorded: datetime
    actor: str
    cause: str
    type: str
    body: bytes | None
    previous: str | None
    hash: str | None = None
    algorithm: str | None = ALGORITHM


@dataclass(frozen=True, slots=True)
class Head:
    """The last entry, noted apart: the anchor without which a cut tail would not be seen."""

    case: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a chain: where, and what (a code)."""

    case: str
    seq: int
    code: str


def hash_of(entry: Entry) -> str:
    """SHA-256 over a JSON array of strings and integers in pure ASCII, which can be read in one way only."""
    if entry.body is None:
        raise ValueError(f"{entry.case}/{entry.seq}: no body")
    parts = [
        ALGORITHM,
        entry.case,
        entry.seq,
        entry.organisation,
        _moment(entry.at),
        _moment(entry.recorded),
        entry.actor,
        entry.cause,
        entry.type,
        hashlib.sha256(entry.body).hexdigest(),
        entry.previous,
    ]
    return hashlib.sha256(_WRITE(parts).encode()).hexdigest()


def findings(case: str, entries: Sequence[Entry], head: Head | None) -> list[Finding]:
    """Everything wrong with the chain of one case; what is not there counts as wrong.

    :param entries: in order of `seq`.
    :param head: the anchor.
    """
    if not entries:
        return [Finding(case, 0, "empty")]
    found = [Finding(case, entry.seq, code) for entry, code in _broken(entries)]
    last = entries[-1]
    if head is None:
        found.append(Finding(case, last.seq, "no_head"))
    elif head.seq > last.seq:
        found.append(Finding(case, last.seq, "truncated"))
    elif (head.seq, head.hash) != (last.seq, last.hash):
        found.append(Finding(case, head.seq, "head_differs"))
    return found


def _broken(entries: Sequence[Entry]) -> Iterator[tuple[Entry, str]]:
    seq, previous = 0, START
    for entry in entries:
        if entry.seq != seq + 1:
            yield entry, "gap"
        if entry.previous != previous:
            yield entry, "unlinked"
        if not entry.hash:
            yield entry, "no_hash"
        elif entry.algorithm != ALGORITHM:
            yield entry, "unknown_algorithm"
        elif not isinstance(entry.body, bytes):  # SQLite keeps anything in any column
            yield entry, "no_body"
        elif hash_of(entry) != entry.hash:
            yield entry, "changed"
        seq, previous = entry.seq, entry.hash or ""


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
