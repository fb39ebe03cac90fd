"""An authenticator in software: makes passkeys and shows them, as honestly or dishonestly as a test wants."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One passkey, once it is made."""

    origin: str
    rp_id: str = "localhost"
    flags: int = PRESENT | VERIFIED
    count: int = 0
    steps: int = 1
    """By how much it counts on with each use; synchronised passkeys do not count."""
    identity: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: str = ""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: str, **changes: Any) -> str:
        """Make a passkey as the page asks for; `changes` are lies about what the browser saw."""
        asked = json.loads(options)
        self.handle = asked["user"]["id"]
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
        made = bytes(16) + len(self.identity).to_bytes(2) + self.identity + encode_cbor(public)
        statement = {"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED) + made}
        seen = self._seen("webauthn.create", asked["challenge"], changes)
        return self._said({"clientDataJSON": seen, "attestationObject": encode_cbor(statement)})

    def show(self, options: str, *, handle: str | None = None, **changes: Any) -> str:
        """Show the passkey as the page asks for."""
        self.count += self.steps
        seen = self._seen("webauthn.get", json.loads(options)["challenge"], changes)
        data = self._data()
        signature = self.key.sign(data + sha256(seen).digest(), ec.ECDSA(SHA256()))
        told = {"clientDataJSON": seen, "authenticatorData": data, "signature": signature}
        return self._said(told | {"userHandle": base64url_to_bytes(self.handle if handle is None else handle)})

    def _seen(self, kind: str, challenge: str, changes: dict[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, **changes}).encode()

    def _data(self, more: int = 0) -> bytes:
        return sha256(self.rp_id.encode()).digest() + bytes([self.flags | more]) + self.count.to_bytes(4)

    def _said(self, parts: dict[str, bytes]) -> str:
        identity = bytes_to_base64url(self.identity)
        response = {name: bytes_to_base64url(part) for name, part in parts.items()}
        return json.dumps({"id": identity, "rawId": identity, "type": "public-key", "response": response})
