"""The gateways that need no file: 46elks, and Sundsvall's open messaging API."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import httpx2

from channels.contract import ChannelError
from channels.sms.template import Template

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

ELKS = "https://api.46elks.com"
EARLY = 60.0
"""Seconds before its end that a token is no longer used."""


def elks(url: str = ELKS, receipts: str = "") -> Template:
    """46elks: `POST /a1/sms`, a form.

    :param receipts: where it reports what became of the message; empty for no reports.
    """
    form = {"from": "{from}", "to": "{to}", "message": "{text}"}
    if receipts:
        form["whendelivered"] = receipts
    return Template(url=f"{url.rstrip('/')}/a1/sms", form=form, id="id")


def sundsvall(url: str) -> Template:
    """Sundsvall's messaging API, version 5 and later: `POST /{municipality}/sms`.

    :param url: with the municipality at its end: `https://api.example/messaging/7.0/2281`.
    """
    said = {"sender": "{from}", "mobileNumber": "{to}", "message": "{text}"}
    failed = ("FAILED", "NOT_SENT")
    return Template(url=f"{url.rstrip('/')}/sms", json=said, id="messageId", refused={"deliveries.0.status": failed})


class ClientCredentials(httpx2.Auth):
    """A token of its own for each hour or so (RFC 6749 §4.4), fetched from `/token` of the same server."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self._url = httpx2.URL(url).join("/token")
        self._basic = httpx2.BasicAuth(user, password)
        self._token = ""
        self._until = 0.0

    async def async_auth_flow(self, request: httpx2.Request) -> AsyncGenerator[httpx2.Request, httpx2.Response]:
        """Add the token; one that is refused before its time is replaced once."""
        clock = asyncio.get_running_loop().time
        for _ in range(2):
            if self._until <= clock():
                wanted = httpx2.Request("POST", self._url, data={"grant_type": "client_credentials"})
                token = yield next(self._basic.auth_flow(wanted))
                self._token, seconds = _token(token.status_code, await token.aread())
                self._until = clock() + seconds - EARLY
            request.headers["Authorization"] = f"Bearer {self._token}"
            response = yield request
            if response.status_code != httpx2.codes.UNAUTHORIZED:
                return
            self._until = 0.0


def _token(status: int, body: bytes) -> tuple[str, float]:
    """The token in an answer and for how many seconds it holds; raises `ChannelError` if there is none."""
    try:
        answer = json.loads(body) if status == httpx2.codes.OK else {}
        token, seconds = str(answer["access_token"]), float(answer.get("expires_in", 0))
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        raise ChannelError("sms_auth", permanent=False) from None
    if not (token.isascii() and token.isprintable()):
        raise ChannelError("sms_auth", permanent=False)
    return token, seconds
