"""The web application: what is served, and what holds for every answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.staticfiles import StaticFiles

from models.refusal import BadInput, Refusal
from storage.cases import UnknownCase
from storage.database import OutOfReach
from storage.destruction import UnknownCertificate, UnknownList
from storage.keys import KeyDestroyed
from web import health, metrics, receipts
from web.api.app import create_api
from web.guard import Guard
from web.live import Watch
from web.metrics import Metrics
from web.pages import (
    acceptance,
    accessibility,
    account,
    action,
    administration,
    case,
    colleagues,
    coming,
    contacts,
    destruction,
    duty,
    evidence,
    glass,
    home,
    leaving,
    live,
    messages,
    my_report,
    police,
    prevention,
    report,
    routine,
    search,
    sign_in,
    sign_in_passkey,
    sign_in_provider,
    sign_in_setup,
    timetravel,
    trouble,
    worklist,
)
from web.pages.audit import access, conformance, hub, proof, replay, whatif
from web.pages.audit import package as audit_package
from web.problems import problem
from web.templating import STATIC
from web.visit import SignInNeeded, to_sign_in

if TYPE_CHECKING:
    from web.site import Site

LARGEST = 16 * 1024
"""Bytes in the body of a request, where the route says nothing else: a button's form, a receipt, a text message."""
PAGES = (
    live,
    timetravel,
    evidence,
    messages,
    police,
    accessibility,
    account,
    action,
    administration,
    case,
    colleagues,
    coming,
    conformance,
    contacts,
    destruction,
    duty,
    glass,
    home,
    access,
    audit_package,
    hub,
    proof,
    leaving,
    my_report,
    prevention,
    replay,
    report,
    routine,
    search,
    sign_in,
    sign_in_passkey,
    sign_in_provider,
    sign_in_setup,
    whatif,
    worklist,
)
"""In no particular order, but that what has its own address below the cases comes before the case and its forms."""
FOR_PROGRAMS = ("/receipts/", "/replies/", "/api/")


def create_app(site: Site) -> FastAPI:
    """Everything there is to be seen and answered."""
    app = FastAPI(
        title="Värna", docs_url=None, redoc_url=None, openapi_url=None, max_body_size=LARGEST, redirect_slashes=False
    )
    app.state.site = site
    app.state.metrics = Metrics()
    app.state.watch = Watch(site.desk.database)
    missing = UnknownCase, UnknownList, UnknownCertificate
    for kind in (HTTPException, OutOfReach, *missing, KeyDestroyed, Refusal, Exception):
        app.add_exception_handler(kind, _told)
    app.add_exception_handler(BadInput, _bad_input)
    app.add_exception_handler(SignInNeeded, _sign_in)
    app.add_exception_handler(account.ProofNeeded, _prove)
    app.mount("/static", StaticFiles(directory=STATIC))
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(acceptance.pages(site.desk.database, site.desk.ring))
    app.include_router(receipts.answers_to_gateways(site.desk.database, site.desk.ring, site.offer.receipt_secret))
    app.mount("/api/v1", create_api(site))
    for page in PAGES:
        app.include_router(page.router)
    # Outside of everything, so that it holds for refused bodies and our own faults too.
    app.middleware_stack = Guard(app.build_middleware_stack(), site.offer, app.state.metrics)
    return app


async def _told(request: Request, error: Exception) -> Response:
    status = _status(error)
    if request.url.path.startswith(FOR_PROGRAMS):
        return problem(status)
    return trouble.page(request, status)


def _status(error: Exception) -> int:
    match error:
        case HTTPException():
            return error.status_code
        case OutOfReach():
            return 503
        # A case one may not see does not exist.
        case UnknownCase() | UnknownList() | UnknownCertificate() | KeyDestroyed() | Refusal(code="unknown_case"):
            return 404
        case Refusal():
            return 409
    return 500


async def _bad_input(_: Request, error: Exception) -> Response:
    return problem(400, *(error.problems if isinstance(error, BadInput) else ()))


async def _prove(_: Request, __: Exception) -> Response:
    return RedirectResponse(account.PROVE, 303)


async def _sign_in(request: Request, _: Exception) -> Response:
    if request.url.path.startswith(FOR_PROGRAMS):
        return problem(401)
    return to_sign_in(request)
