"""The organisation: its people, who would be called now, and the routine it has adopted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from desk import duty
from models.areas import Area
from models.message import Code, Frozen, Instant
from models.routine import Routine
from models.scopes import Scope
from models.vocabulary.people import Role
from storage import people, routines
from storage.people import Organisation
from web.api import described
from web.api.caller import Caller, needs
from web.api.cases import At, aware

router = APIRouter(tags=["organisation"])
KEYS = ("webhook", "chat", "feed")
"""Whoever knows such an address can use it."""
SEEN = described.refused(401, 403, 404, 422, 503)


class CalledDocument(Frozen):
    """One person who would be called."""

    person: Code
    because: str
    """holds_role, on_duty or stands_in."""
    channels: tuple[str, ...]
    """In the order they would be tried."""


class StepDocument(Frozen):
    """One role on a rung of the ladder; 0 is at once."""

    rung: int
    role: Role
    people: tuple[CalledDocument, ...]
    empty: str = ""
    """Why nobody: then the rung is skipped at once."""
    until: Instant | None = None


class DutyDocument(Frozen):
    """Who would be called for an acute alarm at a moment."""

    at: Instant
    steps: tuple[StepDocument, ...]


@router.get("/contacts", operation_id="getContacts", summary="The organisation and its people", responses=SEEN)
async def contacts(caller: Annotated[Caller, Depends(needs(Scope.READ, Area.CONTACTS))]) -> Organisation:
    """Roles, channels and absences. Addresses that are keys by themselves (webhook, chat, calendar) are left out."""
    async with caller.desk.database.reading() as session:
        here = await people.directory(session, caller.desk.ring, caller.actor.organisation)
    shown = tuple(one.model_copy(update=dict.fromkeys(KEYS)) for one in here.people)
    return here.model_copy(update={"people": shown})


@router.get("/duty", operation_id="getDuty", summary="Who would be called now, and why", responses=SEEN)
async def called(caller: Annotated[Caller, Depends(needs(Scope.READ, Area.DUTY))], at: At = None) -> DutyDocument:
    """For an acute alarm, rung by rung; now, or at another moment."""
    moment, desk = aware(at, "at") or datetime.now(UTC), caller.desk
    async with desk.database.reading() as session:
        steps = await duty.who(session, desk.ring, caller.site.offer.channels, caller.actor.organisation, moment)
    shown = (
        StepDocument(
            rung=step.rung,
            role=step.role,
            people=tuple(
                CalledDocument(person=one.person, because=one.because, channels=one.channels) for one in step.people
            ),
            empty=step.empty,
            until=step.until,
        )
        for step in steps
    )
    return DutyDocument(at=moment, steps=tuple(shown))


@router.get("/routine", operation_id="getRoutine", summary="The adopted routine", responses=SEEN)
async def routine(
    caller: Annotated[Caller, Depends(needs(Scope.READ, Area.ROUTINE))],
    on: Annotated[datetime | None, Query(description="The one in force then, with a time zone.")] = None,
) -> Routine:
    """The one in force now, or at another moment."""
    moment = aware(on, "on") or datetime.now(UTC)
    async with caller.desk.database.reading() as session:
        return await routines.current(session, caller.actor.organisation, moment.date())
