"""One request to somebody else's server, and what its answer means. Shared by all channels that speak HTTP."""

from __future__ import annotations

import asyncio
import logging
from ipaddress import ip_address
from typing import TYPE_CHECKING

import httpx2

from channels.contract import ChannelError

if TYPE_CHECKING:
    from collections.abc import Collection

LIMIT = 20.0
"""Seconds that one attempt may take in all."""
LARGEST = 2**16
"""Bytes of an answer that are read: a gateway has little to say."""
LATER = frozenset({408, 425, 429})
"""What a client did wrong only by asking now."""

# They log each address they call, and those may hold telephone numbers and secrets.
for _chatty in ("httpx2", "httpcore2"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)


def new_client() -> httpx2.AsyncClient:
    """Connections to be reused. The time limit is ours, over all of an attempt."""
    return httpx2.AsyncClient(timeout=None, follow_redirects=False)


async def ask(
    client: httpx2.AsyncClient,
    request: httpx2.Request,
    kind: str,
    limit: float,
    auth: httpx2.Auth | None = None,
) -> tuple[int, bytes]:
    """Send one request.

    :param kind: of the channel; reasons begin with it.
    :param limit: in seconds.
    :return: the status and the body, of at most `LARGEST` bytes.
    :raises ChannelError: temporary, if there was no whole answer in time.
    """
    try:
        async with asyncio.timeout(limit):
            answer = await client.send(request, auth=auth, stream=True)
            try:
                body = b""
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > LARGEST:
                        break
                return answer.status_code, body[:LARGEST]
            finally:
                await answer.aclose()
    except TimeoutError:
        raise ChannelError(f"{kind}_silent", permanent=False) from None
    except httpx2.DecodingError:
        raise ChannelError(f"{kind}_nonsense", permanent=False) from None
    except (httpx2.HTTPError, OSError):
        raise ChannelError(f"{kind}_unreachable", permanent=False) from None


def judge(kind: str, status: int, success: Collection[int] = (), permanent: Collection[int] | None = None) -> None:
    """Raise `ChannelError` unless the status says that the message was taken.

    :param success: statuses that say so; if there are none, all from 200 to 299.
    :param permanent: statuses that will be the same next time; None for all from 400 to 499 that are not `LATER`.
    """
    if status in success if success else 200 <= status < 300:  # noqa: PLR2004 - RFC 9110 §15.3
        return
    mistaken = 400 <= status < 500 and status not in LATER  # noqa: PLR2004 - RFC 9110 §15.5
    final = mistaken if permanent is None else status in permanent
    raise ChannelError(f"{kind}_{status}", permanent=final)


def is_private(url: httpx2.URL) -> bool:
    """Whether nobody listens in: HTTPS, or a server on this very machine."""
    try:
        own = url.host == "localhost" or ip_address(url.host).is_loopback
    except ValueError:
        own = False
    return bool(url.host) and (url.scheme == "https" or (own and url.scheme == "http"))
