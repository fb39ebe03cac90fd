"""Reports: handed in by another system of the municipality, in the name of whoever told it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from desk import intake
from models.areas import Area
from models.refusal import BadInput, Problem
from models.report import REPORT_LIMIT, read_report
from models.scopes import Scope
from web.api import described
from web.api.caller import Caller, needs
from web.api.documents import ReportAnswer

router = APIRouter(tags=["reports"])
LONGEST_KEY = 200


@router.post(
    "/reports",
    operation_id="handInReport",
    summary="Hand in a report",
    status_code=201,
    responses=described.refused(401, 403, 409, 413, 422, 503),
    openapi_extra=described.body("Report", described.REPORT),
    max_body_size=REPORT_LIMIT + 1,
)
async def hand_in(
    request: Request,
    response: Response,
    caller: Annotated[Caller, Depends(needs(Scope.REPORT, Area.REPORT))],
    key: Annotated[
        str, Header(alias="Idempotency-Key", min_length=1, max_length=LONGEST_KEY, description=described.KEY)
    ],
) -> ReportAnswer:
    """Keep a report and begin its case. It is kept before anything else happens: what is answered 201 is never lost.

    The organisation is the token's own. The same key with the same report is one report (200), with another a conflict.
    """
    received = datetime.now(UTC)
    report = read_report(await request.body(), received)
    if report.organisation != caller.actor.organisation:
        raise BadInput(Problem(field="organisation", code="organisation_differs", reason="the token is for another"))
    taken = await intake.take(caller.desk, report, received, key)
    response.headers["Location"] = f"/api/v1/cases/{taken.accepted.case}"
    response.status_code = 200 if taken.accepted.repeated else 201
    return ReportAnswer.of(taken)
