"""Duty: who would be called now, rung by rung; who is on duty in the days to come; holes; swaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import ValidationError

from desk import duty
from i18n import problem_text, refusal_text
from models.areas import Area, may_visit
from models.refusal import BadInput, Problem, Refusal
from models.rota import Override
from storage import duty as pools
from storage import people, routines
from web.form import Posted
from web.forms.values import instant, local
from web.pages.contacts import absence
from web.visit import Visit, at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import Response

    from storage.duty import Pool

router = APIRouter()
AHEAD = timedelta(days=14)
"""How far the page looks ahead in the rotas."""
HOLES = 60
"""Days ahead in which holes are looked for."""
Seen = Annotated[Visit, Depends(at(Area.DUTY))]


@router.get("/jour")
async def called(visit: Seen, vid: Annotated[str, Query(max_length=40)] = "") -> Response:
    """For an acute alarm now, or at another moment."""
    return await _shown(visit, vid)


@router.post("/jour/byte")
async def swap(visit: Annotated[Visit, Depends(at(Area.STAFFING))], form: Posted) -> Response:
    """Put somebody on duty for a time, whatever the turns say."""
    names = ("pool", "person", "starts", "ends")
    try:
        async with visit.desk.database.writing() as session:
            _refuse_other(await pools.pools(session, visit.desk.ring, visit.actor.organisation), form.one("pool"))
            agreed = _agreed(form.one("person"), form.one("starts"), form.one("ends"))
            await pools.override(session, visit.desk.ring, form.one("pool"), agreed)
    except BadInput as error:
        problems = [(one.field, problem_text(one, visit.t)) for one in error.problems]
        return await _shown(visit, "", problems, {name: form.one(name) for name in names})
    except Refusal as refusal:
        problems = [("starts", refusal_text(refusal, visit.t))]
        return await _shown(visit, "", problems, {name: form.one(name) for name in names})
    return visit.go("/jour?klart=byte")


def _refuse_other(ours: Sequence[Pool], code: str) -> None:
    """Only pools that serve one's own organisation; raises `BadInput`."""
    if code not in {one.code for one in ours}:
        raise BadInput(Problem(field="pool", code="unknown_pool", reason="there is no such pool here"))


def _agreed(person: str, starts: str, ends: str) -> Override:
    time = absence(starts, ends)
    try:
        return Override.model_validate({"person": person, **dict(time)})
    except ValidationError as error:
        raise BadInput.from_validation(error) from None


async def _shown(
    visit: Visit, asked: str, problems: Sequence[tuple[str, str]] = (), filled: dict[str, str] | None = None
) -> Response:
    desk, organisation, moment = visit.desk, visit.actor.organisation, _moment(asked) or visit.now
    async with desk.database.reading() as session:
        here = await people.directory(session, desk.ring, organisation)
        found = await pools.pools(session, desk.ring, organisation)
        try:
            steps = await duty.who(session, desk.ring, visit.site.offer.channels, organisation, moment)
            holes = await duty.gaps(session, desk.ring, organisation, visit.now, HOLES)
            office = (await routines.current(session, organisation, moment.date())).calendar
        except routines.UnknownRoutine:
            steps, holes, office = None, [], None
        names = {one.code: one.name for one in here.people}
        names |= await _names(visit, {code for pool in found for code in pool.people} - names.keys())
    return visit.page(
        "people/duty.html",
        422 if problems else 200,
        title=visit.t("people.duty_title"),
        organisation=here,
        moment=moment,
        asked=local(moment)[:16],
        steps=steps,
        holes=holes,
        shifts=[(pool, list(pool.shifts(visit.now, visit.now + AHEAD, office))) for pool in found],
        called_name=lambda code: names.get(code, code),
        pools=found,
        names=names,
        staffs=may_visit(visit.actor, Area.STAFFING),
        done=visit.t("people.swapped") if visit.request.query_params.get("klart") == "byte" else "",
        problems=problems,
        filled=dict.fromkeys(("person", "pool", "starts", "ends"), "") | (filled or {}),
    )


async def _names(visit: Visit, codes: set[str]) -> dict[str, str]:
    """What people of other organisations in a shared pool are called: whoever takes over wants to know."""
    async with visit.desk.database.reading() as session:
        found = await people.contacts(session, visit.desk.ring, codes)
    return {code: contact.name for code, contact in found.items() if contact}


def _moment(asked: str) -> datetime | None:
    """A time in an address; what makes no sense is now."""
    try:
        return datetime.fromisoformat(instant(asked)).astimezone(UTC) if asked else None
    except (ValueError, OverflowError):
        return None
