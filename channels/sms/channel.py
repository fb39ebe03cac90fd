"""Text messages: one channel, whatever the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channels.contract import ChannelError
from channels.http import LIMIT, ask, judge, new_client
from channels.sms.numbers import e164

if TYPE_CHECKING:
    import httpx2

    from channels.contract import Message
    from channels.sms.template import Template

OPERATORS_TO_MEND = (401, 403)
"""The gateway does not know us: the message is sent once somebody has mended that."""


class Sms:
    """The message's `short` to a telephone. No gateway we know takes a message sent twice for one."""

    kind = "sms"
    knows_twice = False

    def __init__(
        self, gateway: Template, sender: str, auth: httpx2.Auth | None = None, *, limit: float = LIMIT
    ) -> None:
        """:param sender: what the telephone shows as sender. :param limit: seconds for one attempt."""
        self._gateway = gateway
        self._sender = sender
        self._auth = auth
        self._limit = limit
        self._client = new_client()

    async def send(self, message: Message) -> str | None:
        """Hand it to the gateway; returns the gateway's id, by which its receipts come."""
        said = {"to": e164(message.address), "text": message.short, "id": message.id, "from": self._sender}
        status, body = await ask(self._client, self._gateway.request(said), self.kind, self._limit, self._auth)
        if status in OPERATORS_TO_MEND and status not in self._gateway.success:
            raise ChannelError("sms_auth", permanent=False)
        judge(self.kind, status, self._gateway.success, self._gateway.permanent)
        return self._gateway.reference(body)

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()
