"""Tänk om: recorded cases lived once more under another version of the routine, adopted or only written."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query

from audit.histories import Wanted
from audit.simulate import Simulation, simulate
from i18n import label, obligation, problem_text
from i18n.times import ZONE
from models.areas import Area
from models.comparison import Counting, by_hour, by_level, by_name
from models.refusal import BadInput, Problem
from storage import routines
from storage.routine_file import parse
from web.chart import chart
from web.form import Posted
from web.navigation import PATHS
from web.visit import Visit, at

if TYPE_CHECKING:
    from starlette.responses import Response

    from models.routine import Routine
    from storage.routines import Adoption

PATH = f"{PATHS[Area.AUDIT]}/tank-om"
LONGEST = 60_000
"""Characters of a routine that is pasted."""
LARGEST = 4 * LONGEST
"""Bytes of the form that carries it."""
RINGS = 60
"""Of those who would be paged or spared; the command has all of them."""
DRAWN = (Counting.REMINDERS, Counting.ESCALATIONS, Counting.PAGES, Counting.LATE, Counting.MISSED)
Reviewer = Annotated[Visit, Depends(at(Area.AUDIT))]
Short = Annotated[str, Query(max_length=64)]

router = APIRouter()


@dataclass
class Asked:
    """What is tried, since when; and what is wrong with what was written."""

    version: str = ""
    since: str = ""
    text: str = ""
    problems: tuple[str, ...] = ()


@router.get(PATH)
async def choose(visit: Reviewer, version: Short = "", sedan: Short = "") -> Response:
    """Choose a routine; with `?version=` that adopted version is tried at once."""
    versions = await _versions(visit)
    if not version:
        return _page(visit, versions, Asked(since=sedan))
    if version not in {one.digest for one in versions}:
        raise HTTPException(404)
    async with visit.desk.database.reading(of={visit.actor.organisation}) as session:
        tried = await routines.by_digest(session, version)
    return await _tried(visit, versions, Asked(version, sedan), tried)


@router.post(PATH, max_body_size=LARGEST)
async def write(visit: Reviewer, form: Posted) -> Response:
    """Try a routine that is only written: nothing of it is kept."""
    versions = await _versions(visit)
    asked = Asked(since=form.one("sedan"), text=form.one("rutin")[:LONGEST])
    try:
        tried = await asyncio.to_thread(parse, asked.text, visit.actor.organisation)
    except BadInput as error:
        asked.problems = tuple(problem_text(one, visit.t) for one in error.problems)
        return _page(visit, versions, asked, status=422)
    return await _tried(visit, versions, asked, tried)


async def _tried(visit: Visit, versions: list[Adoption], asked: Asked, tried: Routine) -> Response:
    try:
        since = _since(asked.since)
    except BadInput as error:
        asked.problems = tuple(problem_text(one, visit.t) for one in error.problems)
        return _page(visit, versions, asked, status=422)
    wanted = Wanted(visit.actor.organisation, since, reader=visit.actor)
    desk = visit.desk
    found = await simulate(desk.database, desk.ring, tried, wanted, until=visit.now)
    return _page(visit, versions, asked, found=found)


def _page(
    visit: Visit, versions: list[Adoption], asked: Asked, found: Simulation | None = None, status: int = 200
) -> Response:
    values: dict[str, Any] = {
        "title": visit.t("whatif.title"),
        "path": PATH,
        "versions": versions,
        "asked": asked,
        "longest": LONGEST,
        "found": found,
        **(_shown(visit, found) if found else {}),
    }
    return visit.page("audit/whatif.html", status, **values)


def _shown(visit: Visit, found: Simulation) -> dict[str, Any]:
    """The answer in words and numbers."""
    own = visit.t.local(*(routine.texts for routine in (*found.own.values(), found.tried)))
    levels = by_level(found.before, found.after)
    sums = {one: [row for rows in levels.values() for row in rows if row.measure == one] for one in DRAWN}
    rings = [(one.case, it, key) for one in found.changes for key, its in _rings(one) for it in its]
    return {
        "levels": {
            level: [(Counting(row.measure), row) for row in rows if row.before or row.after]
            for level, rows in levels.items()
        },
        "duties": [
            (obligation(row.name, own), Counting(row.measure), row)
            for row in by_name(
                found.before, found.after, Counting.REMINDERS, Counting.ESCALATIONS, Counting.LATE, Counting.MISSED
            )
        ],
        "drawn": chart(
            [
                (label(one, visit.t), sum(row.before for row in rows), sum(row.after for row in rows))
                for one, rows in sums.items()
            ]
        ),
        "hours": [
            (hour, *pair)
            for hour, pair in enumerate(zip(by_hour(found.before), by_hour(found.after), strict=True))
            if any(pair)
        ],
        "rings": rings[:RINGS],
        "more_rings": max(0, len(rings) - RINGS),
        "stays": sum(one.stays_open for one in found.changes),
    }


def _rings(one: Any) -> tuple[tuple[str, Any], ...]:
    return (("whatif.woken", one.woken), ("whatif.spared", one.spared))


def _since(text: str) -> datetime | None:
    """The beginning of a Swedish day; raises `BadInput`."""
    if not text:
        return None
    try:
        return datetime.combine(date.fromisoformat(text), time(), ZONE).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(Problem(field="sedan", code="date_parsing", reason="not a day")) from None


async def _versions(visit: Visit) -> list[Adoption]:
    organisation = visit.actor.organisation
    async with visit.desk.database.reading(of={organisation}) as session:
        return await routines.adopted(session, organisation)
