"""A checkpoint: how large an organisation's tree is, and its root, signed: a C2SP tlog-checkpoint in a signed note.

    varna/9001                      whose tree: origin, and name of the key
    4217                            leaves
    Zm9v…=                          root, standard base64
    time 2026-03-02T12:00:00Z       when it was taken
    reads 812 9f2c…                 the last row of its reading log and the hash of that, if there is one
                                    (empty line)
    — varna/9001 q83vEjRW…=         signature: 4 bytes that name the key, 64 of Ed25519 over all before the empty line

See C2SP.org/tlog-checkpoint and C2SP.org/signed-note. Pure: whoever has the text and the public key can check it.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error as BadBase64
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

ED25519 = b"\x01"
"""The kind of signature, as C2SP numbers them."""
LIMIT = 4096
"""Characters of a note that is read at all."""
ROOT = 32
_DASH = "\u2014"
_SIGNED = re.compile(rf"{_DASH} (\S+) (\S+)")
_READS = re.compile(r"reads (\d{1,18}) ([0-9a-f]{64})")
_TIME = "%Y-%m-%dT%H:%M:%SZ"


class BadCheckpoint(ValueError):
    """It is not written as a checkpoint is; the text is what is wrong, as a code."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One line below the note: by whose key, by which key, and the signature itself."""

    name: str
    key: bytes
    signed: bytes

    def line(self) -> str:
        """As it stands in the note."""
        return f"{_DASH} {self.name} {b64encode(self.key + self.signed).decode()}\n"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is signed."""

    origin: str
    size: int
    root: bytes
    at: datetime
    reads: tuple[int, str] | None = None
    """The last row of the organisation's reading log, and its hash (`storage.access_chain`)."""

    @property
    def organisation(self) -> str:
        """Whose tree it is."""
        return self.origin.rpartition("/")[2]

    def text(self) -> str:
        """What the signatures are over."""
        root = b64encode(self.root).decode()
        read = f"reads {self.reads[0]} {self.reads[1]}\n" if self.reads else ""
        return f"{self.origin}\n{self.size}\n{root}\ntime {self.at.astimezone(UTC).strftime(_TIME)}\n{read}"


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint with its signatures."""

    checkpoint: Checkpoint
    signatures: tuple[Signature, ...]

    def text(self) -> str:
        """The whole, as it is kept, mailed and downloaded."""
        return self.checkpoint.text() + "\n" + "".join(one.line() for one in self.signatures)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one; there is one way to write each, so it is given back by `text` to the letter.

        :raises BadCheckpoint: `not_a_checkpoint`, or `not_signed`.
        """
        body, parted, below = text.partition("\n\n")
        if len(text) > LIMIT or not parted:
            raise BadCheckpoint("not_a_checkpoint")
        read = cls(_checkpoint(body.split("\n")), tuple(map(_signature, below.splitlines())))
        if not read.signatures:
            raise BadCheckpoint("not_signed")
        if read.text() != text:
            raise BadCheckpoint("not_a_checkpoint")
        return read


def origin_of(organisation: str) -> str:
    """What an organisation's tree is called."""
    return f"varna/{organisation}"


def key_id(name: str, public: bytes) -> bytes:
    """The four bytes by which a signature names its key: of a name and 32 bytes of Ed25519 (C2SP signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def verifier_key(name: str, public: bytes) -> str:
    """The public key as C2SP's tools take it, one for each origin."""
    return f"{name}+{key_id(name, public).hex()}+{b64encode(ED25519 + public).decode()}"


def from_mail(text: str) -> str:
    """The note in what somebody has kept of a mail: line ends of any kind, words around it, lines moved inwards."""
    lines = [line.strip() for line in text[: 16 * LIMIT].splitlines()]
    for begin, line in enumerate(lines):
        if re.fullmatch(r"varna/\w+", line):
            end = begin + 4 + bool(_READS.fullmatch("".join(lines[begin + 4 : begin + 5])))
            body, rest = lines[begin:end], lines[end:]
            signed = [one for one in rest[: rest.index("") + 8] if one.startswith(_DASH)] if "" in rest else []
            return "\n".join([*body, "", *signed]) + "\n"
    return text


def _checkpoint(lines: Sequence[str]) -> Checkpoint:
    try:
        origin, size, root, time, *more = lines
        read = b64decode(root, validate=True)
        at = datetime.strptime(time, f"time {_TIME}").replace(tzinfo=UTC)
        match = _READS.fullmatch(more[0]) if len(more) == 1 else None
        if more and match is None:
            raise BadCheckpoint("not_a_checkpoint")
        made = Checkpoint(origin, int(size), read, at, (int(match[1]), match[2]) if match else None)
    except (ValueError, BadBase64):
        raise BadCheckpoint("not_a_checkpoint") from None
    if not origin or len(read) != ROOT or made.size < 0:
        raise BadCheckpoint("not_a_checkpoint")
    return made


def _signature(line: str) -> Signature:
    match = _SIGNED.fullmatch(line)
    try:
        read = b64decode(match[2], validate=True) if match else b""
    except (ValueError, BadBase64):
        read = b""
    if match is None or len(read) <= len(b"name"):
        raise BadCheckpoint("not_signed")
    return Signature(match[1], read[:4], read[4:])
