"""E-mail, handed to our own mail server by SMTP."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiosmtplib

from channels.contract import ChannelError
from channels.email.connections import Connections
from channels.email.outgoing import compose, envelope_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channels.contract import Message
    from channels.email.server import MailServer

LIMIT = 20.0
"""Seconds for one attempt in all, with the wait for a connection."""
UNAUTHENTICATED = frozenset({530, 534, 535, 538})
"""The server wants to know us better (RFC 4954 §6): the mail is sent once an operator has mended that."""


class Email:
    """Mails to one person each.

    A connection that breaks after the last byte leaves open whether the mail was taken. It is sent again then, with
    the same Message-ID: mailboxes may show it once or twice, so `knows_twice` is false.
    """

    kind = "email"
    knows_twice = False

    def __init__(self, server: MailServer, mail_from: str, *, limit: float = LIMIT) -> None:
        """:param mail_from: an e-mail address: sender, and where bounces go. :param limit: seconds for one attempt."""
        self._mail_from = mail_from
        self._connections = Connections(server, mail_from.rpartition("@")[2])
        self._limit = limit

    async def send(self, message: Message) -> None:
        """Hand it in; the server has it then, and says by a bounce if it cannot deliver it."""
        to = envelope_address(message.address)
        mail = compose(message, self._mail_from, to).as_bytes()
        options = () if to.isascii() else ("SMTPUTF8",)
        try:
            async with asyncio.timeout(self._limit), self._connections.one() as smtp:
                refused, _ = await smtp.sendmail(self._mail_from, to, mail, mail_options=options)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal([one.code for one in error.recipients]) from None
        except aiosmtplib.SMTPResponseException as error:
            raise _refusal([error.code]) from None
        except aiosmtplib.SMTPNotSupported:
            raise ChannelError("smtp_no_utf8", permanent=True) from None
        except TimeoutError:
            raise ChannelError("smtp_silent", permanent=False) from None
        except (aiosmtplib.SMTPException, OSError):
            raise ChannelError("smtp_dropped", permanent=False) from None
        if refused:  # the mail was taken, though not for everybody: there is only one to whom it could not go
            raise _refusal([answer.code for answer in refused.values()])

    async def close(self) -> None:
        """Say goodbye to the server."""
        await self._connections.close()


def _refusal(codes: Sequence[int]) -> ChannelError:
    """What the server's answer means for the message: 5xx is for good, all else for now (RFC 5321 §4.2.1)."""
    code = max(codes)
    if code in UNAUTHENTICATED:
        return ChannelError("smtp_auth", permanent=False)
    if not 400 <= code < 600:  # noqa: PLR2004 - no answer that means anything here
        return ChannelError("smtp_nonsense", permanent=False)
    return ChannelError(f"smtp_{code}", permanent=code >= 500)  # noqa: PLR2004
