"""Signed webhooks: Standard Webhooks around a CloudEvent, for a municipality's own systems."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx2
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from standardwebhooks import Webhook as Signature

from channels.contract import ChannelError
from channels.http import LIMIT, ask, is_private, judge, new_client

if TYPE_CHECKING:
    from channels.contract import Message

TYPE = "se.varna.notice"


class Webhook:
    """Posts codes, a link and a reply code; never an address, a name or a text. `webhook-id` is the message's id."""

    kind = "webhook"
    knows_twice = True

    def __init__(self, secret: str, source: str, *, limit: float = LIMIT) -> None:
        """:param secret: `whsec_…`. :param source: who we are, a URL. :param limit: seconds for one attempt.

        Raises `ValueError` if the secret is none.
        """
        try:
            self._signature = Signature(secret)
        except Exception:  # noqa: BLE001 - the library's own errors, and those of base64: all mean the same
            raise ValueError("not a secret of Standard Webhooks") from None
        self._source = source
        self._limit = limit
        self._client = new_client()

    async def send(self, message: Message) -> None:
        """Post it; any status from 200 to 299 says that it was taken."""
        try:
            url = httpx2.URL(message.address)
        except httpx2.InvalidURL:
            url = httpx2.URL()
        if not is_private(url):
            raise ChannelError("bad_address", permanent=True)
        body, now = self._event(message), datetime.now(UTC)
        headers = {
            "content-type": "application/cloudevents+json; charset=utf-8",
            "webhook-id": message.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signature.sign(message.id, now, body.decode()),
        }
        request = httpx2.Request("POST", url, headers=headers, content=body)
        status, _ = await ask(self._client, request, self.kind, self._limit)
        judge(self.kind, status)

    def _event(self, message: Message) -> bytes:
        """The body, as structured JSON (CloudEvents 1.0)."""
        attributes = {"id": message.id, "source": self._source, "type": TYPE, "datacontenttype": "application/json"}
        if message.case:
            attributes["subject"] = message.case
        codes = message.model_dump(include={"organisation", "case", "recipient", "urgency", "language", "link", "code"})
        return JSONFormat().write(CloudEvent(attributes, codes))

    async def close(self) -> None:
        """Let go of connections."""
        await self._client.aclose()
