"""The web application: what is served, and what holds for every answer."""

from __future__ import annotations

from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING

import structlog
from fastapi import FastAPI, Request, Response
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse
from starlette.staticfiles import StaticFiles

from models.refusal import BadInput
from storage.database import OutOfReach
from storage.schema import is_current
from web import receipts
from web.pages import acceptance, trouble
from web.problems import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from storage.database import Database
    from storage.keys import KeyRing

log = structlog.get_logger()

LARGEST = 16 * 1024
"""Bytes in the body of a request: forms of a button, receipts and text messages are far smaller."""
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
"""On every answer. The address of a page is a secret: nothing may keep it, pass it on or look into it."""
FOR_PROGRAMS = ("/receipts/", "/replies/")


def create_app(database: Database, ring: KeyRing, *, receipt_secret: str) -> FastAPI:
    """Everything there is to be seen and answered.

    :param receipt_secret: what a gateway must name when it reports; empty means that no reports are taken.
    """
    app = FastAPI(title="Värna", docs_url=None, redoc_url=None, openapi_url=None, max_body_size=LARGEST)
    for kind in (HTTPException, OutOfReach, Exception):
        app.add_exception_handler(kind, _told)
    app.add_exception_handler(BadInput, _bad_input)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    app.include_router(acceptance.pages(database, ring))
    app.include_router(receipts.answers_to_gateways(database, ring, receipt_secret))

    @app.get("/healthz")
    async def lives() -> PlainTextResponse:
        """The process lives."""
        return PlainTextResponse("ok\n")

    @app.get("/readyz")
    async def is_ready() -> PlainTextResponse:
        """The database answers, and its schema is ours; 503 otherwise."""
        try:
            current = await is_current(database)
        except OutOfReach:
            return PlainTextResponse("database out of reach\n", 503)
        return PlainTextResponse("ok\n") if current else PlainTextResponse("database not migrated\n", 503)

    # Outside of everything, so that it holds for refused bodies and our own faults too.
    app.middleware_stack = Guard(app.build_middleware_stack())
    return app


class Guard:
    """Around everything: the same headers on every answer, and no error in a log that says more than its kind."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        try:
            await self.app(scope, receive, send_guarded)
        except Exception as error:  # noqa: BLE001 - the last door
            # Neither its text nor the address: both may hold what must not be kept.
            where = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in extract_tb(error.__traceback__)[-4:]]
            log.error("request failed", error=type(error).__name__, where=" > ".join(where))  # noqa: TRY400


async def _told(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 503 if isinstance(error, OutOfReach) else 500
    if request.url.path.startswith(FOR_PROGRAMS):
        return problem(status)
    return trouble.page(request, status)


async def _bad_input(_: Request, error: Exception) -> Response:
    return problem(400, *(error.problems if isinstance(error, BadInput) else ()))
