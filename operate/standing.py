"""What runs beside the cases for as long as the worker does: schedules, the mailbox, the watch over the rota."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from activities.queueing import Warned, queue_warning
from audit import access
from desk.staffing import lacks
from models.vocabulary.people import Role
from operate import schedules
from operate.people import feeds
from storage import people, routines
from storage.tables import MessageKind
from workflows.mailbox import keep_polling

if TYPE_CHECKING:
    from collections.abc import Awaitable, Collection

    from temporalio.client import Client

    from operate.house import House

log = structlog.get_logger()

AGAIN = timedelta(hours=1)
"""How often it is looked whether all is still in place, and whether the rota has a hole."""
SOON = timedelta(minutes=1)
"""The same, while something is not in place."""


async def keep_standing(client: Client, house: House, channels: Collection[str]) -> None:
    """Until cancelled: keep the digests scheduled and the mailbox read, and tell of holes in the rota."""
    while True:
        well = await _done("organisations", stand(client, house, channels, datetime.now(UTC)))
        await asyncio.sleep((AGAIN if well else SOON).total_seconds())


async def stand(client: Client, house: House, channels: Collection[str], now: datetime) -> bool:
    """Put everything in place, each by itself; False if something could not be. A second time changes nothing."""
    async with house.database.reading() as session:
        organisations = await people.organisations(session)
    queue = house.settings.task_queue
    done = [await _done("digests", schedules.ensure(client, queue, organisations))]
    if house.settings.imap_host:
        done.append(await _done("mailbox", keep_polling(client, queue)))
    done.append(await _done("calendars", feeds.refresh(house, now)))
    for one in organisations:
        done.append(await _done(one, tell_of_lacks(house, one, channels, now)))
        done.append(await _done(one, tell_of_unusual(house, one, channels, now)))
    return all(done)


async def tell_of_lacks(house: House, organisation: str, channels: Collection[str], now: datetime) -> None:
    """Tell the head of security, or else the deputy, once a day, that somebody could not be called when it matters."""
    async with house.database.reading() as session:
        try:
            routine = await routines.current(session, organisation, now.date())
        except routines.UnknownRoutine:
            return
        if not await lacks(session, house.ring, organisation, routine, now, channels):
            return
        told = await people.holders(session, organisation, Role.SECURITY_CHIEF)
        if not told and (deputy := routine.notices.deputies.get(Role.SECURITY_CHIEF)):
            told = await people.holders(session, organisation, deputy)
    async with house.database.writing() as session:
        for one in told:
            warned = Warned(MessageKind.DUTY_GAP, organisation, one, now.date().isoformat())
            await queue_warning(session, house.ring, warned, channels, now)


async def tell_of_unusual(house: House, organisation: str, channels: Collection[str], now: datetime) -> None:
    """Tell who answers for the data, once for each finding, that unusual reading waits to be reviewed."""
    number, told = await access.to_be_told(house, organisation, now)
    async with house.database.writing() as session:
        for one in told:
            warned = Warned(MessageKind.UNUSUAL_READING, organisation, one, str(number))
            await queue_warning(session, house.ring, warned, channels, now)


async def _done(what: str, step: Awaitable[object]) -> bool:
    """Whether it was done: whatever went wrong with it, everything else is looked after, and it is tried again."""
    try:
        return await step is not False
    except Exception as error:  # noqa: BLE001 - see above
        log.warning("not all is in place, will try again", what=what, error=type(error).__name__)
        return False
