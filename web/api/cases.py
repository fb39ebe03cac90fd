"""Cases: the list, one of them now or then, what happened, what is owed, who was told."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from desk import look, timetravel
from models.areas import Area
from models.message import EARLIEST, LATEST
from models.refusal import BadInput, Problem
from models.scopes import Scope
from models.vocabulary.case import CaseKind, Level, Stage
from storage import duty
from storage.tables import Via
from storage.worklist import Wanted, Whose, worklist
from web.api import described
from web.api.caller import Caller, needs
from web.api.documents import (
    CaseDocument,
    CaseLine,
    CasePage,
    EventDocument,
    EventPage,
    NoticeDocument,
    NoticeList,
    ObligationList,
)
from web.api.past import DifferenceDocument

router = APIRouter(tags=["cases"])
Lister = Annotated[Caller, Depends(needs(Scope.READ, Area.WORKLIST))]
Reader = Annotated[Caller, Depends(needs(Scope.READ, Area.CASE))]
Ref = Annotated[
    str, Path(max_length=32, description="The number of a case.", openapi_examples={"usual": {"value": described.REF}})
]
MOST_EVENTS = 10**9
At = Annotated[datetime | None, Query(description="As it stood then, with a time zone.")]


class Filters(BaseModel):
    """Which cases."""

    model_config = ConfigDict(extra="forbid")

    whose: Whose = Whose.ALL
    stage: Stage | None = None
    level: Level | None = Field(None, description="The level that sets the deadlines, presumed ones too.")
    kind: CaseKind | None = None
    due_before: datetime | None = Field(None, description="Only what owes something before, with a time zone.")
    after: str | None = Field(None, max_length=200, description="What the page before said as `next`.")
    limit: int = Field(50, ge=1, le=200)


SEEN = described.refused(401, 403, 404, 422, 503)


@router.get(
    "/cases",
    operation_id="listCases",
    summary="List the open cases, most urgent first",
    responses=described.refused(401, 403, 422, 503),
)
async def several(caller: Lister, asked: Annotated[Filters, Query()]) -> CasePage:
    """Only those that the caller may see something of, in every organisation they act in."""
    desk, now = caller.desk, datetime.now(UTC)
    wanted = Wanted(asked.whose, asked.stage, asked.level, asked.kind, aware(asked.due_before, "due_before"))
    async with desk.database.reading() as session:
        actors = await duty.everywhere(session, caller.actor, now)
        page = await worklist(session, desk.ring, actors, wanted, now, after=asked.after, limit=asked.limit)
    return CasePage(cases=tuple(CaseLine.of(item) for item in page.items), next=page.after)


@router.get(
    "/cases/{ref}",
    response_model=CaseDocument,
    operation_id="getCase",
    summary="One case, now or as it stood then",
    responses={304: {"description": "It still is as `If-None-Match` says."}, **SEEN},
)
async def one(
    caller: Reader,
    response: Response,
    ref: Ref,
    at: At = None,
    seq: Annotated[int | None, Query(ge=1, le=MOST_EVENTS, description="As it stood after this event.")] = None,
    known: Annotated[str | None, Header(alias="If-None-Match", max_length=100)] = None,
) -> CaseDocument | Response:
    """All of it for those who may see the whole case, level, stage and times for the others."""
    view = await look.case(caller.desk, ref, caller.actor.id, at=aware(at, "at"), seq=seq, via=Via.API)
    tag = etag(view.case.seq)
    if known == tag:
        return Response(status_code=304, headers={"ETag": tag})
    response.headers["ETag"] = tag
    return CaseDocument.of(view)


Point = Annotated[str, Query(max_length=40, description="The number of an event, or a time with a time zone.")]


@router.get(
    "/cases/{ref}/difference",
    operation_id="compareCase",
    summary="What changed in a case between two instants, and who came to know of it",
    responses=SEEN,
)
async def difference(caller: Reader, ref: Ref, before: Point, after: Point = "") -> DifferenceDocument:
    """Its state, its duties and who knew, for those who may see the whole case; else level, stages and duties."""
    first, second = point(before, "before"), point(after, "after") if after else None
    return DifferenceDocument.of(
        await timetravel.difference(caller.desk, ref, caller.actor.id, first, second, via=Via.API)
    )


@router.get("/cases/{ref}/events", operation_id="listEvents", summary="What happened, in order", responses=SEEN)
async def events(
    caller: Reader,
    ref: Ref,
    after: Annotated[int, Query(ge=0, description="Only events after this one.")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> EventPage:
    """Who did what and what they wrote only for those who may see the whole case."""
    told = await look.history(caller.desk, ref, caller.actor.id, via=Via.API)
    following = [event for event in told.events if event.seq > after]
    shown = tuple(EventDocument.of(event, whole=told.view.whole) for event in following[:limit])
    more = shown[-1].seq if len(following) > limit else None
    return EventPage(case=told.view.case.ref, sight=told.view.sight, events=shown, next=more)


@router.get(
    "/cases/{ref}/obligations",
    operation_id="listObligations",
    summary="What is owed, by when, and why by then",
    responses=SEEN,
)
async def obligations(caller: Reader, ref: Ref) -> ObligationList:
    """Met or not, by due time."""
    return ObligationList.of(await look.case(caller.desk, ref, caller.actor.id, via=Via.API, what="obligations"))


@router.get("/cases/{ref}/notices", operation_id="listNotices", summary="Who was told", responses=SEEN)
async def notices(caller: Reader, ref: Ref) -> NoticeList:
    """What became of each notice, by person and channel; for those who may see the whole case."""
    view = await look.case(caller.desk, ref, caller.actor.id, via=Via.API, what="notices")
    found = await look.deliveries(caller.desk, ref, failed=False) if view.whole else []
    return NoticeList(case=ref, notices=tuple(NoticeDocument.of(delivery) for delivery in found))


def point(text: str, field: str) -> datetime | int:
    """The number of an event, or a time with a zone; raises `BadInput`."""
    if re.fullmatch(r"[1-9][0-9]{0,8}", text):
        return int(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(Problem(field=field, code="datetime_parsing", reason="neither an event nor a time")) from None
    aware(at, field)
    return at


def etag(seq: int) -> str:
    """The entity tag of a case after an event."""
    return f'"{seq}"'


def aware(at: datetime | None, field: str) -> datetime | None:
    """The same time; a time without a zone is nobody's, one in another century a slip. Raises `BadInput`."""
    if at is not None and at.tzinfo is None:
        raise BadInput(Problem(field=field, code="timezone_aware", reason="say the time zone"))
    if at is not None and not EARLIEST <= at < LATEST:
        raise BadInput(Problem(field=field, code="no_such_time", reason="the year must lie between 1900 and 2099"))
    return at
