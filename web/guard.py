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
from web.problems import problem

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from web.metrics import Metrics
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
FOUND, MISSING, TOO_LARGE = 200, 404, 413
FROM_ANYWHERE = ("/receipts/", "/replies/", "/api/")
"""Programs call here, with a secret of their own in each call; no cookie counts."""


class Guard:
    """The outermost layer."""

    def __init__(self, app: ASGIApp, offer: Offer, metrics: Metrics) -> None:
        self.app = app
        self.offer = offer
        self.metrics = metrics
        self.headers = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if offer.secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = Answer(self, scope, receive, send)
        try:
            if self._is_foreign(scope):
                await trouble.page(Request(scope), 403, trouble.STALE)(scope, receive, answer.send)
                return
            if "\0" in scope["path"]:  # nothing is called so, and not every database can even be asked
                await answer.missing()
                return
            await self.app(scope, receive, answer.send)
        except Exception as error:  # noqa: BLE001 - the last door
            # Neither its text nor the address: both may hold what must not be kept.
            where = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-4:]]
            log.error("request failed", error=type(error).__name__, where=" > ".join(where))  # noqa: TRY400

    def _is_foreign(self, scope: Scope) -> bool:
        """A form sent by a page that is not ours."""
        if scope["method"] in csrf.SAFE or scope["path"].startswith(FROM_ANYWHERE):
            return False
        return csrf.is_foreign(Headers(scope=scope), self.offer.host)


class Answer:
    """An answer on its way out."""

    def __init__(self, guard: Guard, scope: Scope, receive: Receive, send: Send) -> None:
        self._guard, self._scope, self._receive, self._send = guard, scope, receive, send
        path = scope["path"]
        self._fixed = path.startswith("/static/") and scope["query_string"].startswith(b"v=")
        self._for_programs = path.startswith(FROM_ANYWHERE)
        self._instead = False
        self._answered = guard.metrics.begin(scope)

    async def send(self, message: Message) -> None:
        """Send a part of it, with our headers at its beginning."""
        if self._instead:
            return
        if message["type"] == "http.response.start":
            said = MutableHeaders(scope=message)
            # The framework refuses a body that is too large by itself, in words for nobody.
            if message["status"] == TOO_LARGE and said.get("content-type", "").startswith("text/plain"):
                self._instead = True
                told = problem(TOO_LARGE, code="too_large") if self._for_programs else self._page()
                await told(self._scope, self._receive, Answer(self._guard, self._scope, self._receive, self._send).send)
                return
            # A download is shut in more tightly than our own pages, and says so itself.
            own = {name for name in ("Content-Security-Policy",) if name in said}
            said.update({name: value for name, value in self._guard.headers.items() if name not in own})
            if self._fixed and message["status"] == FOUND:
                said["Cache-Control"] = KEPT
            self._answered(message["status"])
        await self._send(message)

    async def missing(self) -> None:
        """There is nothing at this address."""
        told = problem(MISSING) if self._for_programs else self._page(MISSING)
        await told(self._scope, self._receive, self.send)

    def _page(self, status: int = TOO_LARGE) -> Response:
        return trouble.page(Request(self._scope), status)
