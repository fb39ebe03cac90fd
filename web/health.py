"""Whether the process lives, and whether it can be used."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import PlainTextResponse

from storage.database import OutOfReach
from storage.schema import is_current
from web.site import site_of

router = APIRouter()


@router.get("/healthz")
async def lives() -> PlainTextResponse:
    """The process lives."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def is_ready(request: Request) -> PlainTextResponse:
    """The database answers, and its schema is ours; 503 otherwise."""
    try:
        current = await is_current(site_of(request).desk.database)
    except OutOfReach:
        return PlainTextResponse("database out of reach\n", 503)
    return PlainTextResponse("ok\n") if current else PlainTextResponse("database not migrated\n", 503)
