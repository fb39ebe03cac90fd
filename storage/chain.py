"""The chain of hashes over what the ledger stores. Pure, so that anybody can check it without this installation.

The hash is over the encrypted body: erasing a case by destroying its key leaves its chain verifiable (architecture §6).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
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


class Linked(Protocol):
    """A row of any chain."""

    @property
    def seq(self) -> int:
        """Its place, from 1."""

    @property
    def previous(self) -> str | None:
        """The hash of the one before."""

    @property
    def hash(self) -> str | None:
        """Its own."""


Row = TypeVar("Row", bound=Linked)


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
    return broken(case, entries, head, _amiss)


def broken(of: str, rows: Sequence[Row], head: Head | None, amiss: Callable[[Row], str | None]) -> list[Finding]:
    """Everything wrong with a chain of whatever rows.

    :param of: whose chain it is: stands in a finding where a case does.
    :param amiss: what is wrong with a row that has a hash, a code, wherever it stands.
    """
    if not rows:
        return [Finding(of, 0, "empty")]
    found: list[Finding] = []
    seq, previous = 0, START
    for row in rows:
        if row.seq != seq + 1:
            found.append(Finding(of, row.seq, "gap"))
        if row.previous != previous:
            found.append(Finding(of, row.seq, "unlinked"))
        if code := amiss(row) if row.hash else "no_hash":
            found.append(Finding(of, row.seq, code))
        seq, previous = row.seq, row.hash or ""
    if head is None:
        found.append(Finding(of, seq, "no_head"))
    elif head.seq > seq:
        found.append(Finding(of, seq, "truncated"))
    elif (head.seq, head.hash) != (seq, rows[-1].hash):
        found.append(Finding(of, head.seq, "head_differs"))
    return found


def _amiss(entry: Entry) -> str | None:
    if entry.algorithm != ALGORITHM:
        return "unknown_algorithm"
    if not isinstance(entry.body, bytes):  # SQLite keeps anything in any column
        return "no_body"
    return "changed" if hash_of(entry) != entry.hash else None


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
