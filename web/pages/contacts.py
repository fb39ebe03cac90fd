"""Contacts: who holds which role, how they are woken and told, who is away, and what is missing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends
from pydantic import ValidationError

from desk.staffing import lacks
from i18n import problem_text
from models.areas import Area, may_visit
from models.refusal import BadInput, Problem
from models.vocabulary.case import Urgency
from storage import people, routines
from storage.duty import Absence
from web.form import Posted
from web.forms.values import instant
from web.visit import Visit, at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import Response

    from storage.people import Organisation, Person

router = APIRouter()


@router.get("/kontakter")
async def contacts(visit: Annotated[Visit, Depends(at(Area.CONTACTS))]) -> Response:
    """The people of one's own organisation."""
    return await _shown(visit)


@router.post("/kontakter/franvaro")
async def absent(visit: Annotated[Visit, Depends(at(Area.CONTACTS))], form: Posted) -> Response:
    """Note that somebody is away: oneself, or anybody for those who staff."""
    person = form.one("person") or visit.actor.id
    try:
        away = absence(form.one("starts"), form.one("ends"))
        async with visit.desk.database.writing() as session:
            here = await people.directory(session, visit.desk.ring, visit.actor.organisation)
            _refuse_stranger(visit, here, person)
            await people.absent(session, person, away)
    except BadInput as error:
        filled = {name: form.one(name) for name in ("person", "starts", "ends")}
        return await _shown(visit, error.problems, filled)
    return visit.go("/kontakter?klart=franvaro")


async def _shown(visit: Visit, problems: Sequence[Problem] = (), filled: dict[str, str] | None = None) -> Response:
    desk, organisation = visit.desk, visit.actor.organisation
    async with desk.database.reading(of=[organisation]) as session:
        here = await people.directory(session, desk.ring, organisation)
        try:
            routine = await routines.current(session, organisation, visit.now.date())
        except routines.UnknownRoutine:
            missing = None
        else:
            missing = await lacks(session, desk.ring, organisation, routine, visit.now, visit.site.offer.channels)
    return visit.page(
        "people/contacts.html",
        422 if problems else 200,
        title=visit.t("people.contacts_title"),
        organisation=here,
        people=_in_order(here),
        ways=lambda one, urgency: one.ways(urgency, visit.site.offer.channels, one.code),
        Urgency=Urgency,
        away=lambda one: [absence for absence in one.absences if absence.ends > visit.now],
        missing=missing,
        staffs=may_visit(visit.actor, Area.STAFFING),
        done=visit.t("people.absence_noted") if visit.request.query_params.get("klart") == "franvaro" else "",
        problems=[(one.field, problem_text(one, visit.t)) for one in problems],
        filled=dict.fromkeys(("person", "pool", "starts", "ends"), "") | (filled or {}),
    )


def _in_order(here: Organisation) -> list[Person]:
    """Whoever is still here, by name; those who left are not called any more."""
    return sorted((one for one in here.people if one.active), key=lambda one: one.name)


def _refuse_stranger(visit: Visit, here: Organisation, person: str) -> None:
    """Oneself, or anybody here for those who staff; raises `BadInput`."""
    theirs = person == visit.actor.id or may_visit(visit.actor, Area.STAFFING)
    if not theirs or person not in {one.code for one in here.people}:
        raise BadInput(Problem(field="person", code="unknown_user", reason="nobody here has this code"))


def absence(starts: str, ends: str) -> Absence:
    """A time as two fields of a form have it; raises `BadInput` naming what is wrong."""
    try:
        return Absence.model_validate_json(json.dumps({"starts": instant(starts), "ends": instant(ends)}))
    except ValidationError as error:
        raise BadInput(*map(_at_its_end, BadInput.from_validation(error).problems)) from None


def _at_its_end(problem: Problem) -> Problem:
    """What is wrong with both together is shown at the second."""
    return problem.model_copy(update={"field": "ends"}) if problem.field == "input" else problem
