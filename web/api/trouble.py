"""Whatever goes wrong, as problem details in the caller's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from starlette.exceptions import HTTPException

from desk.action import Unanswered
from i18n import refusal_text, words
from models.refusal import BadInput, Refusal
from storage.cases import CaseWaits, UnknownCase
from storage.database import OutOfReach
from storage.evidence import UnknownEvidence
from storage.keys import KeyDestroyed
from storage.reports import IdempotencyConflict, UnknownOrganisation
from storage.routines import UnknownRoutine
from web.problems import problem
from web.templating import language_of
from workflows.client import EngineOutOfReach

if TYPE_CHECKING:
    from fastapi import FastAPI, Request, Response

SOON = {"Retry-After": "5"}


class NoToken(HTTPException):
    """No token, or one that does not open anything (any more)."""

    def __init__(self) -> None:
        super().__init__(401, headers={"WWW-Authenticate": 'Bearer realm="varna"'})


class OutOfScope(HTTPException):
    """The token is good, but not for this."""

    def __init__(self, scope: str) -> None:
        super().__init__(403, headers={"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'})


class NotTheirs(HTTPException):
    """Whoever the program acts as has no business there."""

    def __init__(self) -> None:
        super().__init__(403)


class TooFast(HTTPException):
    """More calls a minute than anybody needs."""

    def __init__(self) -> None:
        super().__init__(429, headers={"Retry-After": "10"})


class Changed(HTTPException):
    """What the caller has seen is not what stands there now."""

    def __init__(self, etag: str) -> None:
        super().__init__(412, headers={"ETag": etag})


def install(api: FastAPI) -> None:
    """Let every error of the API be told as a problem."""
    for kind in (HTTPException, BadInput, Refusal, *MEANINGS):
        api.add_exception_handler(kind, told)


class Meaning(NamedTuple):
    """What an exception means to a program."""

    status: int
    code: str
    field: str = ""
    again: bool = False
    """The same may be sent again soon."""


GONE = Meaning(404, "unknown_case", "case")
"""A case one may not see does not exist."""
MEANINGS: dict[type[Exception], Meaning] = {
    CaseWaits: Meaning(503, "case_waits", again=True),
    UnknownCase: GONE,
    UnknownEvidence: GONE,
    KeyDestroyed: GONE,
    UnknownRoutine: Meaning(404, "unknown_routine"),
    UnknownOrganisation: Meaning(422, "unknown_organisation", "organisation"),
    IdempotencyConflict: Meaning(409, "key_used", "Idempotency-Key"),
    EngineOutOfReach: Meaning(503, "engine_out_of_reach", again=True),
    Unanswered: Meaning(503, "engine_out_of_reach", again=True),
    OutOfReach: Meaning(503, "database_out_of_reach", again=True),
}
OF_STATUS = {401: "no_token", 403: "out_of_scope", 412: "changed", 413: "too_large", 429: "too_fast"}


async def told(request: Request, error: Exception) -> Response:
    """An error as a problem."""
    own = words(language_of(request))
    if isinstance(error, HTTPException):
        code = "not_your_role" if isinstance(error, NotTheirs) else OF_STATUS.get(error.status_code, "")
        return problem(
            error.status_code, code=code, detail=own.code("api", code) if code else "", headers=error.headers
        )
    if isinstance(error, BadInput):
        return problem(422, *error.problems, code="bad_input", detail=own("api.bad_input"))
    if isinstance(error, Refusal) and error.code != GONE.code:
        return problem(409, code=error.code, detail=refusal_text(error, own), field=error.field)
    means = GONE if isinstance(error, Refusal) else MEANINGS.get(type(error))
    if means is None:
        return problem(500, code="fault", detail=own("api.fault"))
    detail = own("refusal.unknown_case") if means is GONE else own.code("api", means.code)
    return problem(
        means.status, code=means.code, detail=detail, field=means.field, headers=SOON if means.again else None
    )
