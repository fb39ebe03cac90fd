"""Läslogg: who has read which case, when, why and from where; and what in it somebody should look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException, Query

from audit import access
from i18n import problem_text, refusal_text
from i18n.times import ZONE
from models.areas import Area
from models.message import EARLIEST, LATEST
from models.refusal import BadInput, Refusal
from models.vocabulary.reading import ReadWhat
from storage.access import Asked
from storage.read_reviews import UnknownReview
from storage.tables import Via
from web.casefile.reader import reader
from web.form import Posted
from web.navigation import PATHS
from web.visit import Visit, at

if TYPE_CHECKING:
    from starlette.responses import Response

    from storage.access import Access

PATH = PATHS[Area.ACCESS_LOG]
LONGEST = 64
LENGTH_OF_ID = 32
DAYS = 7
"""Without a period, the last week is shown: who reviews begins with what is new."""
Reviewer = Annotated[Visit, Depends(at(Area.ACCESS_LOG))]
Words64 = Annotated[str, Query(max_length=LONGEST)]

router = APIRouter()


@dataclass(frozen=True)
class Filter:
    """What is looked for, as it stands in the address."""

    person: str = ""
    case: str = ""
    since: str = ""
    until: str = ""
    via: str = ""

    @property
    def asked(self) -> Asked:
        """For the log; what makes no sense leaves nothing out."""
        since, until = day(self.since), day(self.until)
        return Asked(
            user=self.person,
            case=self.case.upper(),
            since=since,
            until=until and until + timedelta(days=1),
            via=Via(self.via) if self.via in list(Via) else None,
        )

    def query(self, **more: int) -> str:
        """How it stands in an address, with its question mark."""
        said = {name: value for name, value in {**vars(self), **more}.items() if value}
        return f"?{urlencode(said)}" if said else ""


@router.get(PATH)
async def log(
    visit: Reviewer,
    person: Words64 = "",
    case: Words64 = "",
    since: Words64 = "",
    until: Words64 = "",
    via: Words64 = "",
    before: Annotated[int | None, Query(ge=1, le=2**31)] = None,
) -> Response:
    """The log, from its newest or from where a page before it ended."""
    chosen = Filter(person.strip(), case.strip(), since, until, via)
    if not visit.request.query_params:
        chosen = Filter(since=f"{visit.now.astimezone(ZONE).date() - timedelta(days=DAYS)}")
    return await _page(visit, chosen, before)


@router.post(f"{PATH}/{{number}}")
async def settle(visit: Reviewer, number: int, form: Posted) -> Response:
    """Somebody has looked at something unusual, and says what they found."""
    try:
        await access.settle(visit.desk, visit.actor, number, form.one("note"), visit.now)
    except UnknownReview:
        raise HTTPException(404) from None
    except BadInput as error:
        return await _page(visit, Filter(), None, (number, [problem_text(one, visit.t) for one in error.problems]))
    except Refusal as refusal:
        return await _page(visit, Filter(), None, (number, [refusal_text(refusal, visit.t)]))
    return visit.go(f"{PATH}?since=&klart=1")


async def _page(
    visit: Visit, chosen: Filter, before: int | None, wrong: tuple[int, list[str]] | None = None
) -> Response:
    desk, actor = visit.desk, visit.actor
    if before is None:
        await access.sweep(desk, actor.organisation, visit.now)
    found, after = await access.search(desk, actor, chosen.asked, before)
    waits = await access.waiting(desk, actor)
    done = await access.waiting(desk, actor, reviewed=True)
    codes = {one.user for one in found} | {one.user for one in (*waits, *done)} | {one.by for one in done if one.by}
    names = await access.names(desk, codes)
    return visit.page(
        "audit/access.html",
        422 if wrong else 200,
        title=visit.t("audit.access"),
        path=PATH,
        chosen=chosen,
        found=found,
        more=chosen.query(before=after) if after else "",
        first=before is None,
        waits=waits,
        done=done,
        called=lambda code: names.get(code, code),
        who=lambda one: reader(one.user, names, visit.t),
        what=lambda one: _what(one, visit),
        ways=list(Via),
        wrong=wrong,
        said=visit.t("access.settled") if visit.request.query_params.get("klart") else "",
        longest=access.LONGEST_NOTE,
        me=actor.id,
    )


def _what(one: Access, visit: Visit) -> str:
    """What was read; a code that we have no words for stands as it is, a piece of evidence has an id of its own."""
    known = one.what if one.what in list(ReadWhat) else ReadWhat.EVIDENCE
    return visit.t.code("read_what", known) if len(one.what) == LENGTH_OF_ID or one.what == known else one.what


def day(asked: str) -> datetime | None:
    """The beginning of a day in Sweden; None if it is none."""
    try:
        its = date.fromisoformat(asked)
    except ValueError:
        return None
    return datetime.combine(its, time(), ZONE) if EARLIEST.date() <= its < LATEST.date() else None
