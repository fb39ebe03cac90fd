"""Around everything: headers on every answer, no form from elsewhere, no error that says more than its kind."""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING

import structlog
from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders

from web import csrf
from web.pages import trouble

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from web.site import Offer

log = structlog.get_logger()

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
"""On every answer. Addresses and pages are personal: nothing may keep them, pass them on or look into them."""
KEPT = "public, max-age=31536000, immutable"
"""For files of ours whose address changes when they do."""
FROM_ANYWHERE = ("/receipts/", "/replies/", "/api/")
"""Programs call here, with a secret of their own in each call; no cookie counts."""


class Guard:
    """The outermost layer."""

    def __init__(self, app: ASGIApp, offer: Offer) -> None:
        self.app = app
        self.offer = offer
        self.headers = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if offer.secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        fixed = path.startswith("/static/") and scope["query_string"].startswith(b"v=")

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                said = MutableHeaders(scope=message)
                # A download is shut in more tightly than our own pages, and says so itself.
                own = {"Content-Security-Policy"} & set(message_names(message))
                said.update({name: value for name, value in self.headers.items() if name not in own})
                if fixed and message["status"] == 200:  # noqa: PLR2004 - found
                    said["Cache-Control"] = KEPT
            await send(message)

        try:
            if self._is_foreign(scope):
                await trouble.page(Request(scope), 403, trouble.STALE)(scope, receive, send_guarded)
                return
            await self.app(scope, receive, send_guarded)
        except Exception as error:  # noqa: BLE001 - the last door
            # Neither its text nor the address: both may hold what must not be kept.
            where = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-4:]]
            log.error("request failed", error=type(error).__name__, where=" > ".join(where))  # noqa: TRY400

    def _is_foreign(self, scope: Scope) -> bool:
        """A form sent by a page that is not ours."""
        if scope["method"] in csrf.SAFE or scope["path"].startswith(FROM_ANYWHERE):
            return False
        return csrf.is_foreign(Headers(scope=scope), self.offer.host)


def message_names(message: Message) -> list[str]:
    """Names of the headers an answer has by itself."""
    return ["-".join(part.capitalize() for part in name.decode("latin-1").split("-")) for name, _ in message["headers"]]
