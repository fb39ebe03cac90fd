"""The mail server that takes our mails, and a conversation with it opened."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Literal

import aiosmtplib

from channels.contract import ChannelError


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in, and how."""

    host: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    """Empty: no authentication."""
    password: str = field(default="", repr=False)
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context, repr=False)
    """Whose certificates are believed; the system's, if nothing is said."""


async def connect(server: MailServer, name: str) -> aiosmtplib.SMTP:
    """Open a conversation: encrypted and authenticated as the server is to be, or not at all.

    :param name: what we call ourselves, a domain.
    :raises ChannelError: `smtp_no_tls`, `smtp_tls`, `smtp_auth` or `smtp_unreachable`, all temporary.
    """
    smtp = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        local_hostname=name,
        use_tls=server.security == "tls",
        start_tls=False,
        tls_context=server.trust,
    )
    try:
        await smtp.connect()
        await _introduce(smtp, server)
    except (aiosmtplib.SMTPException, OSError) as error:
        smtp.close()
        raise ChannelError(_reason(error), permanent=False) from None
    except BaseException:
        smtp.close()
        raise
    return smtp


async def _introduce(smtp: aiosmtplib.SMTP, server: MailServer) -> None:
    await smtp.ehlo()
    if server.security == "starttls":
        if not smtp.supports_extension("starttls"):
            raise ChannelError("smtp_no_tls", permanent=False)
        await smtp.starttls()
        await smtp.ehlo()
    if server.user:
        if not smtp.supports_extension("auth"):
            raise ChannelError("smtp_auth", permanent=False)
        await smtp.login(server.user, server.password)


def _reason(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return "smtp_auth"
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return "smtp_tls"
    if isinstance(error, aiosmtplib.SMTPResponseException) and error.code > 0:
        return f"smtp_{error.code}"
    return "smtp_unreachable"
