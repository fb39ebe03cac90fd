"""Revisionspaket: a case, or the cases of a period, in one file that anybody can verify without us."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, HTTPException
from starlette.responses import Response

from audit.package.make import LONGEST_DECISION, Wanted, make
from i18n import problem_text, refusal_text
from models.areas import Area
from models.refusal import BadInput, Problem, Refusal
from models.vocabulary.reading import PackageReason
from storage.signing import SigningKeys
from web.downloads import POLICY, attachment
from web.form import Form, Posted
from web.navigation import PATHS
from web.pages.audit.access import day
from web.visit import Visit, at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from audit.package.make import Made

PATH = f"{PATHS[Area.AUDIT]}/paket"
FIELDS = ("what", "case", "since", "until", "reason", "identified", "decision")
Reviewer = Annotated[Visit, Depends(at(Area.AUDIT))]

router = APIRouter()


@router.get(PATH)
async def ask(visit: Reviewer) -> Response:
    """What may be asked for."""
    return _page(visit, dict.fromkeys(FIELDS, "") | {"what": "case"})


@router.post(PATH)
async def download(visit: Reviewer, form: Posted) -> Response:
    """The package, to be saved; that it was made stands in the reading log."""
    try:
        made = await _made(visit, form)
    except BadInput as error:
        return _page(visit, _filled(form), [(one.field, problem_text(one, visit.t)) for one in error.problems])
    except Refusal as refusal:
        return _page(visit, _filled(form), [(refusal.field, refusal_text(refusal, visit.t))])
    headers = {"Content-Disposition": attachment(made.name), "Content-Security-Policy": POLICY}
    return Response(made.content, media_type="application/zip", headers=headers)


async def _made(visit: Visit, form: Form) -> Made:
    if (key := visit.site.offer.checkpoint_key) is None:
        raise HTTPException(404)
    if form.one("reason") not in list(PackageReason):
        raise BadInput(Problem(field="reason", code="missing", reason="why it is wanted"))
    case = form.one("case").upper() if form.one("what") == "case" else ""
    period = None if form.one("what") == "case" else _period(form)
    if not case and period is None:
        raise BadInput(Problem(field="case", code="missing", reason="the number of a case"))
    identified = form.has("identified")
    wanted = Wanted(
        visit.actor.organisation,
        PackageReason(form.one("reason")),
        case,
        period,
        identified=identified,
        decision=form.one("decision") if identified else "",
    )
    return await make(visit.desk, SigningKeys.open(key), wanted, visit.t, visit.now, visit.actor)


def _period(form: Form) -> tuple[datetime, datetime]:
    since, until = day(form.one("since")), day(form.one("until"))
    if since is None or until is None:
        field = "until" if since else "since"
        raise BadInput(Problem(field=field, code="date_parsing", reason="not a day"))
    return since, until + timedelta(days=1)


def _filled(form: Form) -> dict[str, str]:
    return {name: form.one(name) for name in FIELDS}


def _page(visit: Visit, filled: dict[str, str], wrong: Sequence[tuple[str, str]] = ()) -> Response:
    return visit.page(
        "audit/package.html",
        422 if wrong else 200,
        title=visit.t("audit.package"),
        path=PATH,
        filled=filled,
        problems=[("since" if field == "period" else field, text) for field, text in wrong],
        troubles={"since" if field == "period" else field: text for field, text in wrong},
        reasons=list(PackageReason),
        longest=LONGEST_DECISION,
    )
