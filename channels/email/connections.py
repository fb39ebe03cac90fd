"""A few connections to our mail server, kept open from one mail to the next."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import aiosmtplib

from channels.email.server import connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from channels.email.server import MailServer

CONNECTIONS = 4
STILL_THERE = 5.0
"""Seconds for an idle connection to show that it works."""
LEAVE = 2.0
"""Seconds for a polite goodbye."""


class Connections:
    """At most `CONNECTIONS`; whoever needs one more waits."""

    def __init__(self, server: MailServer, name: str) -> None:
        """:param name: what we call ourselves to the server, a domain."""
        self._server = server
        self._name = name
        self._slots = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[aiosmtplib.SMTP] = []
        self._closed = False

    @asynccontextmanager
    async def one(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """A connection that works, for one mail.

        It is kept afterwards, unless it broke or whoever had it was interrupted in the middle of a conversation.
        Raises `ChannelError`, and what aiosmtplib raises.
        """
        async with self._slots:
            smtp = await self._kept() or await connect(self._server, self._name)
            try:
                yield smtp
            except (aiosmtplib.SMTPResponseException, aiosmtplib.SMTPRecipientsRefused):
                await self._keep(smtp)  # refused in good order
                raise
            except BaseException:
                smtp.close()
                raise
            await self._keep(smtp)

    async def close(self) -> None:
        """Say goodbye on all that are idle; those in use follow when they are given back."""
        self._closed = True
        while self._idle:
            await self._leave(self._idle.pop())

    async def _kept(self) -> aiosmtplib.SMTP | None:
        """One that still answers: a server may have gone, or tired of waiting, without our having noticed."""
        while self._idle:
            smtp = self._idle.pop()
            try:
                if smtp.is_connected:
                    await smtp.rset(timeout=STILL_THERE)
                    return smtp
            except (aiosmtplib.SMTPException, OSError):
                pass
            except BaseException:
                smtp.close()
                raise
            smtp.close()
        return None

    async def _keep(self, smtp: aiosmtplib.SMTP) -> None:
        if self._closed:
            await self._leave(smtp)
        elif smtp.is_connected:
            self._idle.append(smtp)

    async def _leave(self, smtp: aiosmtplib.SMTP) -> None:
        with suppress(aiosmtplib.SMTPException, OSError):
            await smtp.quit(timeout=LEAVE)
        smtp.close()
