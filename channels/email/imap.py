"""What our mailbox needs of an IMAP server, whatever its folders are called and however it answers."""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import Literal

from imap_tools.errors import MailboxFolderCreateError
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

PATIENCE = 20
"""Seconds to wait for each answer of the server."""

Security = Literal["tls", "starttls", "none"]


def connected(host: str, port: int, security: Security) -> BaseMailBox:
    """A connection, whose certificate is checked unless there is to be none."""
    if security == "none":
        return MailBoxUnencrypted(host, port, timeout=PATIENCE)
    kind = MailBox if security == "tls" else MailBoxStartTls
    return kind(host, port, timeout=PATIENCE, ssl_context=ssl.create_default_context())


def fetch(box: BaseMailBox, uid: str, most: int) -> bytes | None:
    """The beginning of a mail, which stays unseen; None if it is gone, or the server cannot give it."""
    _, answers = box.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{most}>)")
    for answer in answers:
        if isinstance(answer, tuple):
            return bytes(answer[1])
        if answer and b"BODY[]" in answer:  # an empty mail is no literal
            return b""
    return None


def folder(box: BaseMailBox, *path: str) -> str:
    """The name of a folder as this server spells it; made if it is missing."""
    between = box.folder.list("", "")[0].delim
    names = [between.join(path), between.join(("INBOX", *path))]  # some servers have all folders in the inbox
    for name in names:
        if box.folder.exists(name):
            return name
    with suppress(MailboxFolderCreateError):
        box.folder.create(names[0])
        return names[0]
    box.folder.create(names[1])
    return names[1]
