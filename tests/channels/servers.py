"""Real servers on loopback, for tests, stories and benchmarks: a mail server, and an HTTP server that is any gateway.

Both run in the caller's event loop, count what arrives, and refuse, fail or fall silent when told to.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.channels.certificate import HOST, certificate

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator
    from email.message import EmailMessage

# Each line of each conversation would be logged.
logging.getLogger("mail.log").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that the server has, as it came: envelope and bytes."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def parsed(self) -> EmailMessage:
        """Read; only when somebody looks, so that thousands may come quickly."""
        return message_from_bytes(self.raw, policy=default)


class _Listener:
    """A port that stays the same while its server goes and comes back."""

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        """How many were ever opened."""
        self.mute = False
        """Take connections, and never say a word."""
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Transport] = set()

    async def up(self) -> None:
        """Listen, on the same port as before."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._answer, HOST, self.port, backlog=500)
        self.port = self._server.sockets[0].getsockname()[1]

    def down(self) -> None:
        """Listen no more, and hang up on everybody."""
        if self._server:
            self._server.close()
            self._server = None
        self.hang_up()

    def hang_up(self) -> None:
        """Break all connections."""
        for transport in self._open:
            transport.abort()
        self._open.clear()

    def opened(self, transport: asyncio.BaseTransport) -> None:
        """Somebody connected."""
        assert isinstance(transport, asyncio.Transport)
        self.connections += 1
        self._open.add(transport)

    def _answer(self) -> asyncio.BaseProtocol:
        return _Mute(self) if self.mute else self._protocol()

    def _protocol(self) -> asyncio.BaseProtocol:
        raise NotImplementedError


class _Mute(asyncio.Protocol):
    def __init__(self, listener: _Listener) -> None:
        self._listener = listener

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._listener.opened(transport)


class MailServer(_Listener):
    """A mail server. It keeps what it takes in `arrived`; the other fields say what it does not do."""

    def __init__(self, tls: ssl.SSLContext | None, login: tuple[str, str] | None) -> None:
        super().__init__()
        self.arrived: list[Mail] = []
        self.refuse_sender = ""
        """The answer to MAIL FROM, like `451 4.3.0 later`; empty: taken. So with the next two."""
        self.refuse_recipient: dict[str, str] = {}
        """The answer to RCPT TO, by address; `*` for every other."""
        self.refuse_data = ""
        """The answer after the last byte."""
        self.refuse_data_to: dict[str, str] = {}
        """The same, for mails to one address."""
        self.drop_after_data = 0
        """So many times the connection breaks after the last byte; the mail was taken."""
        self._tls = tls
        self._login = login
        self._handler = _Handler(self)

    def _protocol(self) -> asyncio.BaseProtocol:
        return _Conversation(
            self,
            self._handler,
            hostname="mail.example",
            tls_context=self._tls,
            require_starttls=self._tls is not None,
            auth_required=self._login is not None,
            auth_require_tls=self._tls is not None,
            authenticator=self._authenticate,
            enable_SMTPUTF8=True,
            loop=asyncio.get_running_loop(),
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: Any
    ) -> AuthResult:
        del server, session, envelope, mechanism
        user, password = self._login or ("", "")
        known = isinstance(auth_data, LoginPassword) and auth_data == LoginPassword(user.encode(), password.encode())
        return AuthResult(success=known, handled=False)


class _Conversation(SMTP):
    def __init__(self, listener: MailServer, handler: _Handler, **options: Any) -> None:
        super().__init__(handler, **options)
        self._listener = listener

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.transport is None:  # not a second time, when TLS begins
            self._listener.opened(transport)
        super().connection_made(transport)


class _Handler:
    """What aiosmtpd asks at each step; its names."""

    def __init__(self, listener: MailServer) -> None:
        self._listener = listener

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name, as are the next two
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session
        if not self._listener.refuse_sender:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self._listener.refuse_sender or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del server, session, options
        answers = self._listener.refuse_recipient
        refusal = answers.get(address, answers.get("*", ""))
        if not refusal:
            envelope.rcpt_tos.append(address)
        return refusal or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        del session
        listener = self._listener
        refused = [listener.refuse_data_to[to] for to in envelope.rcpt_tos if to in listener.refuse_data_to]
        if listener.refuse_data or refused:
            return listener.refuse_data or refused[0]
        assert isinstance(envelope.content, bytes)
        listener.arrived.append(Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.content))
        if listener.drop_after_data:
            listener.drop_after_data -= 1
            assert server.transport is not None
            server.transport.close()
        return "250 OK"


@asynccontextmanager
async def smtp_server(*, tls: bool = False, login: tuple[str, str] | None = None) -> AsyncIterator[MailServer]:
    """A mail server that listens.

    :param tls: it offers STARTTLS, with `certificate()`, and insists on it.
    :param login: the user and the password it insists on.
    """
    server = MailServer(certificate()[0] if tls else None, login)
    await server.up()
    try:
        yield server
    finally:
        server.down()


@dataclass(frozen=True, slots=True)
class Call:
    """A request that arrived. Header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        """The body, read as a form; the query, if there is no body."""
        return dict(parse_qsl(self.body.decode() or urlsplit(self.path).query))


class Gateway(_Listener):
    """Any HTTP server: it answers each request with `status` and `body`, and grants tokens at `/token`."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived: list[Call] = []
        self.tokens: list[Call] = []
        """Requests for a token."""
        self.status = 200
        self.body = b""
        self.token_status = 200
        self.token_body = b'{"access_token": "granted", "expires_in": 3600}'

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{HOST}:{self.port}"

    def _protocol(self) -> asyncio.BaseProtocol:
        return asyncio.StreamReaderProtocol(asyncio.StreamReader(), self._talk)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened(writer.transport)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.rstrip().split("\r\n")
            method, path, _ = first.split(" ")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            writer.write(self._reply(Call(method, path, headers, body)))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _reply(self, call: Call) -> bytes:
        status, body = self.status, self.body
        if call.path == "/token":
            self.tokens.append(call)
            status, body = self.token_status, self.token_body
        else:
            self.arrived.append(call)
        return b"HTTP/1.1 %d .\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (status, len(body), body)


@asynccontextmanager
async def gateway() -> AsyncIterator[Gateway]:
    """A gateway that listens."""
    server = Gateway()
    await server.up()
    try:
        yield server
    finally:
        server.down()
