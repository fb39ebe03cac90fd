"""Tokens for programs, as whoever has the machine looks after them; `storage.programs` says what each is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage import programs

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from desk.desk import Desk
    from models.scopes import Scope
    from storage.programs import Program


async def create(
    desk: Desk, code: str, user: str, scopes: Collection[Scope], now: datetime, expires: datetime
) -> tuple[str, Program]:
    """A new token, shown now and never again; raises `BadInput`, `UnknownUser`."""
    async with desk.database.writing() as session:
        return await programs.create(session, code, user, scopes, now, expires)


async def listed(desk: Desk) -> list[Program]:
    """All tokens ever made."""
    async with desk.database.reading() as session:
        return await programs.listed(session)


async def revoke(desk: Desk, code: str, now: datetime) -> None:
    """Take one back; raises `UnknownProgram`."""
    async with desk.database.writing() as session:
        await programs.revoke(session, code, now)
