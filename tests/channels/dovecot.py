"""A real IMAP server of our own on loopback ports, its mail in a temporary folder; gone with the test."""

from __future__ import annotations

import getpass
import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from imap_tools import MailBoxUnencrypted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from imap_tools.mailbox import BaseMailBox

PROGRAM = shutil.which("dovecot", path=os.pathsep.join((os.defpath, "/usr/sbin", "/usr/local/sbin")))
MISSING = "no dovecot here (Debian, Ubuntu: apt-get install dovecot-imapd)"
USER, PASSWORD = "varna", "blåbärskräm"
PATIENCE = 20
"""Seconds until it must have come, or gone."""

SETTINGS = """
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{home}/certificate.pem
ssl_key = <{home}/key.pem
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{home}/mail
namespace inbox {{
  inbox = yes
  prefix = {prefix}
  separator = .
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""


@dataclass
class Dovecot:
    """A server with one mailbox. `port` takes plain text and STARTTLS, `tls_port` TLS."""

    home: Path
    port: int
    tls_port: int
    process: subprocess.Popen[bytes]

    def put(self, raw: bytes) -> None:
        """Let a mail arrive."""
        with self.opened() as box:
            box.append(raw)

    def lying(self, folder: str) -> list[bytes]:
        """The mails in a folder, oldest first; none if there is no such folder."""
        with self.opened() as box:
            if not box.folder.exists(folder):
                return []
            box.folder.set(folder)
            uids = box.uids("ALL")
            return [box.client.uid("FETCH", uid, "(BODY.PEEK[])")[1][0][1] for uid in uids]

    @contextmanager
    def opened(self) -> Iterator[BaseMailBox]:
        """Somebody else looks at the mailbox."""
        with MailBoxUnencrypted("127.0.0.1", self.port, timeout=PATIENCE).login_utf8(USER, PASSWORD) as box:
            yield box

    def empty(self) -> None:
        """Throw all mail away."""
        shutil.rmtree(self.home / "mail", ignore_errors=True)

    def spoil(self) -> None:
        """Damage all mails that lie in the inbox: asked for one of them, it now hangs up."""
        for mail in (self.home / "mail" / "cur").iterdir():
            os.truncate(mail, 50)

    def stop(self) -> None:
        """Take it away, with all its connections."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(PATIENCE)

    def start(self) -> None:
        """Have it back, with the mail it had."""
        self.process = _run(self.home, self.port)


@contextmanager
def dovecot(prefix: str = "") -> Iterator[Dovecot]:
    """Run a server, whose folders all have names that start so."""
    user = "nobody" if os.geteuid() == 0 else getpass.getuser()  # it cannot take its ports as root and its mail too
    person = pwd.getpwnam(user)
    with tempfile.TemporaryDirectory(prefix="dovecot-") as folder:
        home = Path(folder)
        port, tls_port = _free_ports(2)
        _certify(home)
        group = grp.getgrgid(person.pw_gid).gr_name
        places = {"home": home, "prefix": prefix, "port": port, "tls_port": tls_port}
        settings = SETTINGS.format(user=user, group=group, password=PASSWORD, **places)
        (home / "dovecot.conf").write_text(settings, encoding="utf-8")
        for path in (home, *home.iterdir()):
            os.chown(path, person.pw_uid, person.pw_gid)
        server = Dovecot(home, port, tls_port, _run(home, port))
        try:
            yield server
        finally:
            server.stop()


def _run(home: Path, port: int) -> subprocess.Popen[bytes]:
    """Start it, and wait until it answers."""
    assert PROGRAM is not None
    owner = home.stat()
    as_owner: dict[str, Any] = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
    process = subprocess.Popen(
        [PROGRAM, "-F", "-c", str(home / "dovecot.conf")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": os.defpath},
        **(as_owner if os.geteuid() == 0 else {}),
    )
    for _ in range(PATIENCE * 20):
        with suppress(ConnectionError):
            socket.create_connection(("127.0.0.1", port), PATIENCE).close()
            return process
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
            break
    process.kill()
    raise TimeoutError(f"dovecot did not come: {(home / 'log').read_text(encoding='utf-8')}")


def _free_ports(count: int) -> Sequence[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [taken.getsockname()[1] for taken in sockets]


def _certify(home: Path) -> None:
    """A certificate that nobody has reason to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, SHA256())
    )
    (home / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (home / "key.pem").write_bytes(secret)
