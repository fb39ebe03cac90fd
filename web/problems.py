"""Problem details for programs (RFC 9457): the kind of trouble, and each field that is wrong."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from models.refusal import Problem


def problem(status: int, *problems: Problem) -> JSONResponse:
    """An answer that says what is wrong with which field; the input is never repeated."""
    told = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "errors": [one.model_dump() for one in problems],
    }
    return JSONResponse(told, status, media_type="application/problem+json")
