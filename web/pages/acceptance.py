"""Acceptance by link: what is wanted, until when, what to do first, and one button. Looking never accepts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from i18n import label, when, words
from models.obligations import obligations
from models.vocabulary.case import CaseKind, Urgency
from storage import answers, tokens
from web.guesses import Guesses
from web.pages import trouble
from web.templating import html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from i18n import Words
    from models.obligations import Obligation
    from storage.answers import Standing
    from storage.database import Database
    from storage.keys import KeyRing
    from storage.messages import Sending

WRONG_LINKS = 30
"""A minute and address: more than a person can mistype."""
_TITLES = {
    Urgency.PAGE: "web.title_page",
    Urgency.NOW: "web.title_now",
    Urgency.TASK: "web.title_task",
}
_WANTED = {Urgency.PAGE: "web.wanted_page", Urgency.NOW: "web.wanted_now", Urgency.TASK: "web.wanted_task"}
_URGENCY = {Urgency.PAGE: "web.urgency_page", Urgency.NOW: "web.urgency_now"}


def pages(database: Database, ring: KeyRing) -> APIRouter:
    """`/l/{token}`: GET shows, POST takes."""
    router = APIRouter()
    guesses = Guesses(WRONG_LINKS)

    async def opened(request: Request, token: str) -> Sending | Response:
        try:
            async with database.reading() as session:
                return await tokens.opened(session, ring, token, datetime.now(UTC))
        except tokens.BadToken:
            too_many = guesses.wrong(request.client.host if request.client else "")
            return trouble.page(request, 429 if too_many else 404)
        except tokens.Expired:
            return trouble.page(request, 410)

    @router.api_route("/l/{token}", methods=["GET", "HEAD"])
    async def look(request: Request, token: str) -> Response:
        sending = await opened(request, token)
        if isinstance(sending, Response):
            return sending
        try:
            async with database.reading() as session:
                standing = await answers.standing(session, ring, sending)
        except answers.NotTheirs:
            return trouble.page(request, 410, trouble.WITHDRAWN)
        return _shown(standing)

    @router.post("/l/{token}")
    async def take(request: Request, token: str) -> Response:
        sending = await opened(request, token)
        if isinstance(sending, Response):
            return sending
        now = datetime.now(UTC)
        try:
            async with database.writing() as session:
                before = await answers.take(session, ring, sending, now, "link")
        except answers.NotTheirs:
            return trouble.page(request, 410, trouble.WITHDRAWN)
        return _shown(before, taken=now if before.asked and before.accepted is None else None)

    return router


def _shown(standing: Standing, taken: datetime | None = None) -> Response:
    """The page; `taken` if it was taken just now."""
    own = words(standing.language)
    if standing.routine:
        own = own.local(standing.routine.texts)
    urgency = standing.sending.urgency
    alarm = urgency is Urgency.PAGE
    case = standing.sending.case
    # Whoever is only told how many is not told which.
    counted = case is None or urgency is Urgency.COUNT
    done = taken or standing.accepted
    too = "web.others_too" if done else "web.others"
    return html(
        "acceptance.html",
        language=own.language,
        drill=own("letter.drill") if standing.drill else "",
        drill_means=own("web.drill") if standing.drill else "",
        title=own("notice.subject.count" if counted else _TITLES.get(urgency, "web.title_other")),
        ref="" if counted else own("web.case", case=case),
        alarm=alarm,
        done=_done(done, own, alarm=alarm, fresh=taken is not None) if done else (),
        text=own("notice.count") if counted else "",
        rows=[] if counted else list(_rows(standing, own)),
        others=[own(too, role=label(one.role, own), at=when(one.at, own)) for one in standing.others if standing.asked],
        first=own("web.first"),
        steps=list(_steps(standing, own)) if standing.asked else [],
        button=own("web.take_page" if alarm else "web.take_now") if standing.asked and not done else "",
        hint=own("web.hint"),
    )


def _done(at: datetime, own: Words, *, alarm: bool, fresh: bool) -> tuple[str, str]:
    """That it is theirs, and what happens next."""
    said = ("web.taken_page" if alarm else "web.taken_now") if fresh else "web.taken_before"
    return own(said, at=when(at, own)), own("web.next_page" if alarm else "web.next_now")


def _rows(standing: Standing, own: Words) -> Iterator[tuple[str, str]]:
    """Term and description, a row each: how urgent, about what, what is wanted, until when."""
    urgency = standing.sending.urgency
    yield own("web.urgency"), own(_URGENCY[urgency]) if urgency in _URGENCY else label(urgency, own)
    levels = [row.level for row in standing.carried]
    if levels:
        yield own("web.level"), label(max(levels, key=lambda level: level.rank), own)
    if about := dict.fromkeys(_about(row.about, own) for row in standing.carried):
        yield own("web.about"), ", ".join(about)
    if due := _due(standing):
        yield own("web.until"), when(due, own)
    yield own("web.wanted"), own(_WANTED.get(urgency, "web.wanted_other"))


def _about(code: str, own: Words) -> str:
    return own.code("obligation" if f"obligation.{code}" in own else "moment", code)


def _due(standing: Standing) -> datetime | None:
    """What the message says, or when the alarm that it first told of goes further."""
    said = [row.due for row in standing.carried if row.due]
    if not said and standing.sending.urgency is Urgency.PAGE:
        said = [one.due for one in _owed(standing, "acknowledged")]
    return min(said, default=None)


def _steps(standing: Standing, own: Words) -> Iterator[str]:
    """The first three things to do (domain §1.2, §3.5)."""
    yield own("web.danger")
    if standing.sending.urgency is not Urgency.PAGE:
        yield own("web.step_do")
        yield own("web.step_cannot")
        return
    if call := min((one.due for one in _owed(standing, "affected_contacted")), default=None):
        yield own("web.step_call_by", due=when(call, own))
    elif standing.case and standing.case.kind is CaseKind.INCIDENT:
        yield own("web.step_call")
    else:
        yield own("web.step_read")
    yield own("web.step_case")


def _owed(standing: Standing, met_by: str) -> list[Obligation]:
    """What is still owed in the case and met by a moment."""
    if standing.case is None or standing.routine is None:
        return []
    owed = obligations(standing.case, standing.routine)
    return [one for one in owed if one.open and met_by in one.rule.met_by]
