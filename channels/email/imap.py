"""What our mailbox needs of an IMAP server, whatever its folders are called and however it answers."""

from __future__ import annotations

import ssl
from contextlib import contextmanager, suppress
from imaplib import IMAP4
from typing import TYPE_CHECKING, Literal

from imap_tools.errors import ImapToolsError, MailboxFolderCreateError
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted

from channels.contract import ChannelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE = 20
"""Seconds to wait for each answer of the server."""

Security = Literal["tls", "starttls", "none"]
_TROUBLE = (IMAP4.error, ImapToolsError, OSError, EOFError, ValueError, LookupError)
"""What a server that is away, refuses or talks nonsense makes the client raise."""


def connected(host: str, port: int, security: Security) -> BaseMailBox:
    """A connection, whose certificate is checked unless there is to be none."""
    if security == "none":
        return MailBoxUnencrypted(host, port, timeout=PATIENCE)
    kind = MailBox if security == "tls" else MailBoxStartTls
    return kind(host, port, timeout=PATIENCE, ssl_context=ssl.create_default_context())


@contextmanager
def entered(
    connect: Callable[[], BaseMailBox], user: str, password: str, place: str
) -> Iterator[tuple[BaseMailBox, bytes]]:
    """A mailbox in one of its folders, and the mark of that folder's numbering; all trouble is `ChannelError`."""
    try:
        box = connect()
        try:
            login = box.login if (user + password).isascii() else box.login_utf8
            login(user, password, place)
            yield box, box.client.response("UIDVALIDITY")[1][0] or b""
        finally:
            with suppress(*_TROUBLE):
                box.logout()
    except _TROUBLE as error:
        # Neither the server's own words nor an address may end up in a log.
        raise ChannelError(f"mailbox out of reach ({type(error).__name__})", permanent=False) from None


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
