"""Our mailbox, by IMAP: what lies in it, and where it is put once it is taken care of."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from imaplib import IMAP4
from typing import TYPE_CHECKING

from channels.email.imap import connected, entered, fetch, folder
from channels.email.inbound import LARGEST, read
from models.inbound import MailKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from imap_tools.mailbox import BaseMailBox

    from channels.email.imap import Security
    from models.inbound import Inbound

BATCH = 50
"""Mails that are fetched in one go."""

_HANDLED = "Handled"
_FOR_PEOPLE = {MailKind.OTHER: "Other", MailKind.UNREADABLE: "Unreadable"}
"""What nobody can take care of but a person who looks there."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail in the mailbox, read. `id` is the same each time this very mail is found there."""

    id: str
    numbering: bytes
    """The server's mark (UIDVALIDITY): with another one, `uid` is another mail."""
    uid: str
    inbound: Inbound


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox. It is entered anew each time: that the server was away in between makes no difference."""

    host: str
    port: int
    security: Security
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"

    async def unhandled(self) -> list[Mail]:
        """The oldest mails, at most `BATCH`; they stay where they are until put away. Raises `ChannelError`.

        What the server cannot give is passed over, and tried again next time.
        """
        return await asyncio.to_thread(self._unhandled)

    async def put_away(self, mails: Mapping[Mail, MailKind]) -> None:
        """Move mails to `Varna/Handled`, `Varna/Other` or `Varna/Unreadable`. Raises `ChannelError`."""
        await asyncio.to_thread(self._put_away, mails)

    def _unhandled(self) -> list[Mail]:
        mails: list[Mail] = []
        tried: set[str] = set()
        while not self._fetched(mails, tried):
            pass
        return mails

    def _fetched(self, mails: list[Mail], tried: set[str]) -> bool:
        """Fetch what was not tried; False if the server hung up: some do that over a mail that they cannot give."""
        with self._entered() as (box, numbering):
            for uid in sorted(set(box.uids("UNDELETED", charset=None)) - tried, key=int):
                tried.add(uid)
                try:
                    raw = fetch(box, uid, LARGEST)
                except IMAP4.abort:
                    return False
                if raw is not None:
                    identity = sha256(b"%b.%b." % (numbering, uid.encode()) + raw).hexdigest()
                    mails.append(Mail(identity, numbering, uid, read(raw)))
                if len(mails) == BATCH:
                    break
        return True

    def _put_away(self, mails: Mapping[Mail, MailKind]) -> None:
        with self._entered() as (box, numbering):
            piles: dict[str, list[str]] = {}
            for mail, kind in mails.items():
                if mail.numbering == numbering:
                    piles.setdefault(_FOR_PEOPLE.get(kind, _HANDLED), []).append(mail.uid)
            for pile, uids in piles.items():
                box.move(uids, folder(box, "Varna", pile))

    def _entered(self) -> AbstractContextManager[tuple[BaseMailBox, bytes]]:
        box = partial(connected, self.host, self.port, self.security)
        return entered(box, self.user, self.password, self.folder)
