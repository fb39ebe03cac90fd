"""Problem details for programs (RFC 9457): the kind of trouble, and each field that is wrong."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse

from models.message import Frozen
from models.refusal import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA = "application/problem+json"
KIND = "urn:varna:problem:"


class ProblemDocument(Frozen):
    """What is wrong. `type` and `code` are stable; `title` and `detail` are for people."""

    type: str
    title: str
    status: int
    code: str
    """What exactly: the refusing rule, or the kind of trouble."""
    detail: str = ""
    field: str = ""
    """What to change, if it is one thing."""
    errors: tuple[Problem, ...] = ()
    """Each field that is wrong. The input itself is never repeated."""


def problem(
    status: int,
    *errors: Problem,
    code: str = "",
    detail: str = "",
    field: str = "",
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An answer that says what is wrong with which field; the input is never repeated."""
    phrase = HTTPStatus(status).phrase
    code = code or phrase.lower().replace(" ", "_").replace("-", "_")
    told = ProblemDocument(
        type=KIND + code, title=phrase, status=status, code=code, detail=detail, field=field, errors=errors
    )
    return JSONResponse(told.model_dump(mode="json"), status, headers, media_type=MEDIA)
