"""What runs beside the cases for as long as the worker does: schedules, the mailbox, the watch over the rota."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from activities.queueing import queue_duty_gap
from models.vocabulary.people import Role
from operate import feeds, schedules
from operate.staffing import lacks
from storage import people, routines, tables
from workflows.mailbox import keep_polling

if TYPE_CHECKING:
    from collections.abc import Collection

    from temporalio.client import Client

    from operate.house import House

log = structlog.get_logger()

AGAIN = timedelta(hours=1)
"""How often it is looked whether all is still in place, and whether the rota has a hole."""


async def keep_standing(client: Client, house: House, channels: Collection[str]) -> None:
    """Until cancelled: keep the digests scheduled and the mailbox read, and tell of holes in the rota."""
    while True:
        try:
            await stand(client, house, channels, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the next round must come
            log.warning("not all is in place, will try again", error=type(error).__name__)
        await asyncio.sleep(AGAIN.total_seconds())


async def stand(client: Client, house: House, channels: Collection[str], now: datetime) -> None:
    """Put everything in place; a second time changes nothing."""
    async with house.database.reading() as session:
        organisations = (await session.execute(select(tables.organisations.c.code))).scalars().all()
    await schedules.ensure(client, house.settings.task_queue, organisations)
    if house.settings.imap_host:
        await keep_polling(client, house.settings.task_queue)
    await feeds.refresh(house, now)
    for organisation in organisations:
        await tell_of_lacks(house, organisation, channels, now)


async def tell_of_lacks(house: House, organisation: str, channels: Collection[str], now: datetime) -> None:
    """Tell the head of security, once a day, that somebody could not be called when it matters."""
    async with house.database.writing() as session:
        try:
            routine = await routines.current(session, organisation, now.date())
        except routines.UnknownRoutine:
            return
        if not await lacks(session, house.ring, organisation, routine, now, channels):
            return
        for chief in await people.holders(session, organisation, Role.SECURITY_CHIEF):
            await queue_duty_gap(session, house.ring, organisation, chief, channels, now)
