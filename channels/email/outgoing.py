"""A message as a mail (RFC 5322), in plain text and HTML, with an invitation where there is one (RFC 6047)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

from channels.calendar import icalendar
from channels.contract import ChannelError

if TYPE_CHECKING:
    from channels.contract import Message

CANARY = "canary"
"""Whom a message is for that is to come back to us."""
_ADDRESS = re.compile(r"""[^\s<>()\[\],;:"\\@\x00-\x1f\x7f]{1,64}@([^\s<>()\[\],;:"\\@\x00-\x1f\x7f/]{1,255})""")
_LINE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]*")


def envelope_address(address: str) -> str:
    """An address as mail servers write it, its domain in ASCII; raises `ChannelError`, permanent, if it is none."""
    found = _ADDRESS.fullmatch(address)
    try:
        domain = found[1].encode("idna").decode() if found else ""
    except UnicodeError:
        domain = ""
    if not domain:
        raise ChannelError("bad_address", permanent=True)
    return f"{address.partition('@')[0]}@{domain}"


def compose(message: Message, mail_from: str, to: str) -> EmailMessage:
    """Write the mail.

    :param mail_from: who it is from, and who invites.
    :param to: the recipient, as `envelope_address` gave it.
    :raises ChannelError: `bad_subject`, permanent, if the subject is more than a line: it could forge a header.
    """
    if not _LINE.fullmatch(message.subject):
        raise ChannelError("bad_subject", permanent=True)
    mail = EmailMessage(policy=SMTP.clone(utf8=not to.isascii()))
    mail["From"] = mail_from
    mail["To"] = to
    mail["Subject"] = message.subject
    mail["Date"] = datetime.now(UTC)
    mail["Message-ID"] = f"<{message.id}@{mail_from.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # what Exchange knows instead of RFC 3834
    mail["X-Varna-Message"] = message.id
    if message.recipient == CANARY:
        mail["X-Varna-Canary"] = message.id
    if message.urgency == "page":
        mail["X-Priority"] = "1"
        mail["Importance"] = "high"
    mail["Content-Language"] = message.language
    # Quoted-printable passes any server, and a person can still read it raw.
    mail.set_content(f"{message.body}\n", cte="quoted-printable")
    if message.html:
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    if message.invitation:
        text, method = icalendar(message, message.invitation, mail_from)
        mail.add_alternative(text, subtype="calendar", params={"method": method}, cte="base64")
        mail.add_attachment(text.encode(), maintype="application", subtype="ics", filename="invite.ics")
    return mail
