"""Administration: organisation, routine, own words, keys, programs and health. People have a page of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, HTTPException

from desk import administration
from desk.staffing import lacks
from i18n import problem_text
from models.areas import Area, may_visit
from models.refusal import BadInput
from storage import keys, people, programs, routines
from web.form import Posted
from web.visit import Visit, at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import Response

router = APIRouter()
Administrator = Annotated[Visit, Depends(at(Area.ADMINISTRATION))]
PATH = "/administration"


@router.get(PATH)
async def overview(visit: Administrator) -> Response:
    """All there is to look after."""
    return await _shown(visit)


@router.post(f"{PATH}/rutin", max_body_size=administration.LARGEST * 3 + 1024)
async def adopt(visit: Annotated[Visit, Depends(at(Area.ORGANISATIONS))], form: Posted) -> Response:
    """Try a routine file, or adopt it; every hole is told with its line."""
    text, only_tried = form.one("routine"), form.one("deed") == "try"
    try:
        if only_tried:
            routine = await administration.tried(visit.actor, text)
            return await _shown(visit, routine=text, done=visit.t("admin.routine_whole", version=routine.version))
        await administration.adopt(visit.desk, visit.actor, text)
    except BadInput as error:
        problems = [("routine", problem_text(one, visit.t)) for one in error.problems]
        return await _shown(visit, problems, routine=text)
    return visit.go(f"{PATH}?klart=rutin")


@router.post(f"{PATH}/program/{{code}}/aterta")
async def revoke(visit: Annotated[Visit, Depends(at(Area.PROGRAMS))], code: str, form: Posted) -> Response:  # noqa: ARG001 - checked for its token
    """Take a program's token back."""
    try:
        await administration.revoke(visit.desk, visit.actor, code, visit.now)
    except programs.UnknownProgram:
        raise HTTPException(404) from None
    return visit.go(f"{PATH}?klart=program")


async def _shown(
    visit: Visit, problems: Sequence[tuple[str, str]] = (), *, routine: str = "", done: str = ""
) -> Response:
    desk, organisation = visit.desk, visit.actor.organisation
    said = {"rutin": visit.t("admin.routine_adopted"), "program": visit.t("admin.token_revoked")}
    async with desk.database.reading() as session:
        here = await people.directory(session, desk.ring, organisation)
        versions = await routines.adopted(session, organisation)
        current = await routines.by_digest(session, versions[0].digest) if versions else None
        missing = (
            await lacks(session, desk.ring, organisation, current, visit.now, visit.site.offer.channels)
            if current
            else None
        )
        its_programs = await programs.listed(session, organisation)
        wrapped = await keys.wrapped_by(session)
    return visit.page(
        "administration/overview.html",
        422 if problems else 200,
        title=visit.t("admin.title"),
        organisation=here,
        versions=versions,
        words=sorted(current.texts.get(visit.t.language, {}).items()) if current else [],
        missing=missing,
        programs=its_programs,
        wrapped=wrapped,
        active_key=desk.ring.masters.active,
        checks=await visit.site.examine() if visit.site.examine else [],
        may=lambda area: may_visit(visit.actor, Area(area)),
        problems=problems,
        routine=routine,
        done=done or said.get(visit.request.query_params.get("klart", ""), ""),
    )
