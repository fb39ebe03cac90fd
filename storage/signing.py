"""The installation's own key, with which checkpoints are signed: who has only the database cannot sign."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from storage.checkpoint import Checkpoint, Note, Signature, key_id, verifier_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_BEGIN, _END = b"-----BEGIN ", b"-----END "


class BadSigningKey(ValueError):
    """The file holds no Ed25519 key that can be read; never says what is in it."""


@dataclass(frozen=True)
class SigningKeys:
    """PEM keys of one file: private or public. The last private one signs; all of them check."""

    private: Ed25519PrivateKey | None
    public: tuple[Ed25519PublicKey, ...]
    exposed: bool = False
    """The file may be read by others than its owner: worth a warning."""

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file.

        :raises BadSigningKey: if there is none in it, or one of another kind.
        :raises OSError: if it cannot be read.
        """
        read = cls.parse(path.read_bytes())
        secret = read.private is not None and bool(path.stat().st_mode & 0o077)
        return cls(read.private, read.public, exposed=secret)

    @classmethod
    def parse(cls, pem: bytes) -> Self:
        """Read what stands in such a file, or a public key that somebody was given; raises `BadSigningKey`."""
        private, public = None, []
        try:
            for block in _blocks(pem):
                if b"PRIVATE" in block.partition(b"\n")[0]:
                    key = load_pem_private_key(block, None)
                    if not isinstance(key, Ed25519PrivateKey):
                        raise BadSigningKey("not Ed25519")
                    private = key
                    public.append(key.public_key())
                else:
                    other = load_pem_public_key(block)
                    if not isinstance(other, Ed25519PublicKey):
                        raise BadSigningKey("not Ed25519")
                    public.append(other)
        except (ValueError, TypeError) as error:
            raise BadSigningKey("not a PEM key without a password, Ed25519") from error
        if not public:
            raise BadSigningKey("no key")
        return cls(private, tuple(public))

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a file with one new key that only its owner may read; raises FileExistsError rather than replace one."""
        pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        return cls.read(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the file, or make it where there is none. Two processes at once end up with the same key."""
        try:
            return cls.read(path)
        except FileNotFoundError:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        beside = path.with_name(f"{path.name}.{os.getpid()}")
        cls.create(beside)
        try:
            os.link(beside, path)  # whole or not at all, and never over another's
        except FileExistsError:
            pass
        finally:
            beside.unlink()
        return cls.read(path)

    def sign(self, checkpoint: Checkpoint) -> Note:
        """The checkpoint, signed under the name of its origin; raises `BadSigningKey` if there is no private key."""
        if self.private is None:
            raise BadSigningKey("no private key")
        signed, name = self.private.sign(checkpoint.text().encode()), checkpoint.origin
        public = self.private.public_key().public_bytes_raw()
        return Note(checkpoint, (Signature(name, key_id(name, public), signed),))

    def signed(self, note: Note) -> bool:
        """Whether one of these keys has signed it under the name of its origin."""
        text, origin = note.checkpoint.text().encode(), note.checkpoint.origin
        for key in self.public:
            named = key_id(origin, key.public_bytes_raw())
            for one in note.signatures:
                if (one.name, one.key) == (origin, named) and _fits(key, one.signed, text):
                    return True
        return False

    def pem(self) -> str:
        """The public keys, as `openssl` takes them; the one that signs is the last."""
        form = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return b"".join(key.public_bytes(*form) for key in self.public).decode()

    def verifier_keys(self, origin: str) -> list[str]:
        """The public keys as C2SP's tools take them."""
        return [verifier_key(origin, key.public_bytes_raw()) for key in self.public]


def _fits(key: Ed25519PublicKey, signed: bytes, text: bytes) -> bool:
    try:
        key.verify(signed, text)
    except InvalidSignature:
        return False
    return True


def _blocks(pem: bytes) -> Sequence[bytes]:
    blocks, held = [], b""
    for line in pem.splitlines(keepends=True):
        if line.startswith(_BEGIN):
            held = b""
        held += line
        if line.startswith(_END):
            blocks.append(held)
    return blocks
