"""The API as an application of its own, mounted under `/api/v1`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError

from models.refusal import BadInput, Problem
from web.api import cases, commands, described, evidence, organisation, reports, trouble

if TYPE_CHECKING:
    from typing import Any

    from fastapi import Request, Response

    from web.site import Site

ABOUT = """\
Cases of threats, hate, harassment and violence against elected officials.

A program calls with a token that a person's administrator made (`varna token create`), and may do what that person may,
within the token's scopes. Every change carries an `Idempotency-Key`; what is refused says which rule refused it.
All times are in UTC. Errors are problem details (RFC 9457).
"""
RESOURCES = (reports, cases, commands, evidence, organisation)


class Api(FastAPI):
    """Knows what its strict bodies look like."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document."""
        return described.describe(self)


def create_api(site: Site) -> FastAPI:
    """Everything a program may call."""
    api = Api(
        title="Värna",
        version="1",
        description=ABOUT,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    api.state.site = site
    trouble.install(api)
    api.add_exception_handler(RequestValidationError, _wrong_parameters)
    for resource in RESOURCES:
        api.include_router(resource.router)
    return api


async def _wrong_parameters(request: Request, error: Exception) -> Response:
    """Name the parameters that are wrong; what stood there is never repeated."""
    found = error.errors() if isinstance(error, RequestValidationError) else ()
    wrong = (
        Problem(field=".".join(str(part) for part in one["loc"][1:]) or "input", code=one["type"], reason=one["msg"])
        for one in found
    )
    return await trouble.told(request, BadInput(*wrong))
