"""Duty: who would be called now, rung by rung; who is on duty in the days to come; holes; swaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import ValidationError

from desk import duty
from i18n import problem_text, refusal_text
from models.areas import Area, may_visit
from models.message import EARLIEST, LATEST
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
    from sqlalchemy.ext.asyncio import AsyncSession

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
            ours = await pools.pools(session, visit.desk.ring, visit.actor.organisation)
            await _refuse_stranger(session, _ours(ours, form.one("pool")), form.one("person"))
            agreed = _agreed(form.one("person"), form.one("starts"), form.one("ends"))
            await pools.override(session, visit.desk.ring, form.one("pool"), agreed)
    except BadInput as error:
        problems = [(one.field, problem_text(one, visit.t)) for one in error.problems]
        return await _shown(visit, "", problems, {name: form.one(name) for name in names})
    except Refusal as refusal:
        problems = [("starts", refusal_text(refusal, visit.t))]
        return await _shown(visit, "", problems, {name: form.one(name) for name in names})
    return visit.go("/jour?klart=byte")


def _ours(ours: Sequence[Pool], code: str) -> Pool:
    """Only pools that serve one's own organisation; raises `BadInput`."""
    found = next((one for one in ours if one.code == code), None)
    if found is None:
        raise BadInput(Problem(field="pool", code="unknown_pool", reason="there is no such pool here"))
    return found


async def _refuse_stranger(session: AsyncSession, pool: Pool, person: str) -> None:
    """Whoever is on duty sees the cases of all whom the pool serves: it is somebody who takes turns or has the role.

    Not somebody from elsewhere, nor whoever staffs themselves; raises `BadInput`.
    """
    holders = [await people.holders(session, one, pool.role) for one in pool.organisations]
    if person not in {*pool.people, *chain.from_iterable(holders)}:
        raise BadInput(Problem(field="person", code="unknown_user", reason="nobody who takes turns has this code"))


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
        pooled, roles = {code for pool in found for code in pool.people}, {pool.role for pool in found}
        names |= await _names(visit, pooled - names.keys())
        takers = pooled | {one.code for one in here.people if one.active and one.roles & roles}
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
        takers={code: name for code, name in names.items() if code in takers},
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
        moment = datetime.fromisoformat(instant(asked)).astimezone(UTC) if asked else None
    except (ValueError, OverflowError):
        return None
    return moment if moment and EARLIEST <= moment < LATEST else None
