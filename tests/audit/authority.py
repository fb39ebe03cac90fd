"""A time authority on loopback: `openssl ts` behind an HTTP server."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests.channels.servers import Call, Gateway

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[signs]
extendedKeyUsage = critical,timeStamping
[req]
distinguished_name = name
[name]
"""


class Authority(Gateway):
    """Stamps whatever it is asked to; `garbled` says something else instead."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.garbled: bytes | None = None
        (folder / "serial").write_text("01")
        self.config = folder / "openssl.cnf"
        self.config.write_text(CONFIG.format(folder=folder))
        self.key, self.certificate = folder / "tsa.key", folder / "tsa.pem"
        self._openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", "/CN=Time", "-days", "3650", "-extensions", "signs", "-config", str(self.config)),
            *("-keyout", str(self.key), "-out", str(self.certificate)),
        )

    def verifies(self, token: bytes, note: str) -> bool:
        """What a stranger finds, with `openssl` and the authority's certificate alone."""
        stamp, said = self.folder / "stamp.tsr", self.folder / "note.txt"
        stamp.write_bytes(token)
        said.write_text(note, encoding="utf-8")
        command = ["openssl", "ts", "-verify", "-in", str(stamp), "-data", str(said), "-CAfile", str(self.certificate)]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def _reply(self, call: Call) -> bytes:
        self.arrived.append(call)
        answer = self.garbled if self.garbled is not None else self._stamped(call.body)
        head = f"HTTP/1.1 {self.status} X\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {len(answer)}"
        return f"{head}\r\nConnection: close\r\n\r\n".encode() + answer

    def _stamped(self, asked: bytes) -> bytes:
        query, reply = self.folder / "query", self.folder / "reply"
        query.write_bytes(asked)
        self._openssl(
            *("ts", "-reply", "-config", str(self.config), "-section", "here", "-queryfile", str(query)),
            *("-inkey", str(self.key), "-signer", str(self.certificate), "-out", str(reply)),
        )
        return reply.read_bytes()

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], check=True, capture_output=True)
