"""To report: what happened and how to reach the person, and then only as much more as they like.

Open to anyone, without account or cookie. Until it is sent, a report is in the browser alone: what was answered on one
screen goes to the next in the form itself, never into an address, never to be kept here.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException, Request, Response

from desk import intake
from i18n import LANGUAGES, words
from i18n.times import within
from models.own_view import advice
from models.vocabulary.case import CaseKind
from storage import organisations
from storage.database import OutOfReach
from storage.reports import IdempotencyConflict, UnknownOrganisation
from web import calm
from web.asked import is_prevention, screen
from web.form import Form, read
from web.pace import Pace, address
from web.questions import CHECK, START
from web.reporting import CARRIED, FIRST, LINE_LIMIT, NotYet, report_of
from web.visit import Anyone, Visit, remember_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import HTMLResponse

    from desk.intake import Taken
    from models.report import Report
    from storage.organisations import Known
    from web.reporting import Wrong

router = APIRouter()
LARGEST = 300 * 1024
"""Bytes of a form: twenty thousand letters, each written as browsers write the rarest ones."""
MOST = 120
"""Reports a minute and address: a whole municipality may sit behind one, on the evening of a heated meeting."""
SEND = "send"
"""Where a button leads, beside the screens."""
PATIENCE = 2.0
"""Seconds somebody waits for the engine before the receipt is shown without it."""
KEY, SPEAK = "key", "speak"
"""Hidden fields: what makes a report one however often it is sent, and its language."""
_TEMPLATES = {START: "report_first.html", CHECK: "report_check.html"}
_TITLES = {START: "report.title", CHECK: "report.check"}


@router.get("/rapportera")
async def choose(visit: Anyone) -> Response:
    """To which organisation; not asked where there is only one."""
    async with visit.desk.database.reading() as session:
        known = await organisations.every(session)
    if len(known) == 1:
        return visit.go(f"/rapportera/{known[0].code}")
    return calm.page(visit, "report_choose.html", title=visit.t("report.choose"), organisations=known)


@router.get("/rapportera/{organisation}")
async def begin(visit: Anyone, organisation: str, kind: str = "") -> Response:
    """The first screen, empty.

    :param kind: `prevention`, for whoever comes from the board of matters where nothing has happened yet.
    """
    form = Form([("kind", CaseKind.PREVENTION)] if kind == CaseKind.PREVENTION else [])
    return _screen(visit, form, await _known(visit, organisation), START)


# Nothing counts here but what stands in the form: no cookie, and so no token that goes with one.
@router.post("/rapportera/{organisation}", max_body_size=LARGEST)
async def go_on(request: Request, visit: Anyone, organisation: str) -> Response:
    """Another screen with all that was filled in, or take the report."""
    form = await read(request)
    spoken = form.one(SPEAK)
    if spoken in LANGUAGES:
        visit = replace(visit, t=words(spoken))
    step = form.one("go", form.one("step"))
    try:
        known = await _known(visit, organisation)
        if step == SEND:
            return await _sent(visit, form, known)
    except OutOfReach:
        return _screen(visit, form, None, START, status=503, notice="report.not_saved")
    shown = _screen(visit, form, known, step)
    return remember_language(visit, shown, spoken) if spoken in LANGUAGES and not form.has("go") else shown


async def _known(visit: Visit, organisation: str) -> Known:
    async with visit.desk.database.reading() as session:
        try:
            return await organisations.one(session, organisation)
        except UnknownOrganisation:
            raise HTTPException(404) from None


async def _sent(visit: Visit, form: Form, known: Known) -> Response:
    """Take the report; what is wrong is said on the screen where it can be put right."""
    now = datetime.now(UTC)
    try:
        report = report_of(form, known.code, now)
    except NotYet as error:
        wrong = error.wrong
        step = wrong[0].step or START
        here = [one for one in wrong if (one.step or START) == step]
        return _screen(visit, form, known, step, here, status=422)
    if _pace(visit).too_fast(address(visit.request)):
        return _screen(visit, form, known, CHECK, status=429, notice="report.too_fast")
    # Whoever has no key has no page of ours either: the report counts all the same.
    key = f"form:{form.one(KEY) or secrets.token_urlsafe(16)}"
    try:
        taken = await intake.take(visit.desk, report, now, key, PATIENCE)
    except IdempotencyConflict:
        # They went back, wrote more and sent again: it is a further report, and that one too only once.
        further = f"{key}:{sha256(report.model_dump_json().encode()).hexdigest()}"
        taken = await intake.take(visit.desk, report, now, further, PATIENCE)
        return _receipt(visit, report, taken, known, further=True)
    return _receipt(visit, report, taken, known)


def _pace(visit: Visit) -> Pace:
    state = visit.request.app.state
    if not hasattr(state, "reports"):
        state.reports = Pace(MOST)
    pace: Pace = state.reports
    return pace


def _screen(
    visit: Visit,
    form: Form,
    known: Known | None,
    step: str,
    wrong: Sequence[Wrong] = (),
    *,
    status: int = 200,
    notice: str = "",
) -> HTMLResponse:
    """One screen of the form, with what was filled in on it and carried along on it.

    :param known: the organisation, if the database could be asked.
    :param notice: a key of what is to be said before all else.
    """
    t, here = visit.t, screen(form, step)
    question = here.question
    shown = question.fields if question else FIRST if here.step == START else ()
    template = "report_question.html" if question else _TEMPLATES[here.step]
    return calm.page(
        visit,
        template,
        status,
        title=t(question.title if question else _TITLES[here.step]),
        organisation=known.name if known else "",
        form=form,
        screen=here,
        carried=[(field, value) for field in CARRIED if field not in shown for value in form.every(field)],
        key=form.one(KEY) or secrets.token_urlsafe(16),
        wrong=[(one.field, t(one.key, most=LINE_LIMIT)) for one in wrong],
        notice=t(notice) if notice else "",
        answers=[(one, one.answers(form, t)) for one in here.asked],
        prevention=is_prevention(form),
    )


def _receipt(visit: Visit, report: Report, taken: Taken, known: Known, *, further: bool = False) -> Response:
    """What happens next and when, and the code: it is on this page alone, never in an address."""
    return calm.page(
        visit,
        "report_receipt.html",
        title=visit.t("report.receipt"),
        organisation=known.name,
        report=report,
        taken=taken,
        further=further,
        advice=advice(report.incident()),
        within=lambda due: within(due - visit.now, visit.t),
    )
