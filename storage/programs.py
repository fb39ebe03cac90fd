"""Tokens for programs: each acts as somebody, within its scopes, until it expires or is revoked."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from models.refusal import BadInput, Problem
from models.scopes import Scope
from storage import people, tables
from storage.sessions import BYTES, hashed

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import RowMapping
    from sqlalchemy.ext.asyncio import AsyncSession

__all__ = ["Program", "Scope", "UnknownProgram", "create", "is_stale", "listed", "resolve", "revoke", "touch"]

PREFIX = "varna_"
"""So that a token that strays into a file or a log is found there."""
LONGEST = timedelta(days=366)
"""A token lives no longer; nobody remembers what is older."""
SEEN = timedelta(minutes=1)
"""How exactly it is known when a token was last used."""
_FORM = re.compile(r"varna_[0-9A-Za-z_-]{43}")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


@dataclass(frozen=True)
class Program:
    """A program that may call, and as whom."""

    code: str
    user: str
    organisation: str
    scopes: frozenset[Scope]
    created: datetime
    expires: datetime
    used: datetime | None
    revoked: datetime | None
    maker: str | None


class UnknownProgram(LookupError):
    """There is no token of this name."""


async def create(
    session: AsyncSession, code: str, user: str, scopes: Collection[Scope], now: datetime, expires: datetime,
    maker: str | None = None,
) -> tuple[str, Program]:  # fmt: skip
    """A new token, shown now and never again.

    :param code: what it is called: of the program, never of a person.
    :raises BadInput: naming what is wrong.
    :raises UnknownUser: if nobody active has the code.
    """
    if not _CODE.fullmatch(code):
        raise BadInput(Problem(field="code", code="string_pattern_mismatch", reason="small letters, digits, hyphens"))
    if not scopes:
        raise BadInput(Problem(field="scope", code="missing", reason="say what it may do"))
    if not now < expires <= now + LONGEST:
        raise BadInput(Problem(field="expires", code="token_life", reason="between now and a year from now"))
    taken = await session.scalar(select(tables.programs.c.code).where(tables.programs.c.code == code))
    if taken is not None:
        raise BadInput(Problem(field="code", code="token_name_taken", reason="another token has this name"))
    actor, token = await people.actor(session, user), PREFIX + secrets.token_urlsafe(BYTES)
    program = Program(code, user, actor.organisation, frozenset(scopes), now, expires, None, None, maker)
    row = dict(program.__dict__) | {"hash": hashed(token), "scopes": " ".join(sorted(scopes))}
    await session.execute(insert(tables.programs), row)
    return token, program


async def resolve(session: AsyncSession, token: str, now: datetime) -> Program | None:
    """Which program shows this token; None if it may not call (any more). Changes nothing: see `is_stale`."""
    if not _FORM.fullmatch(token):
        return None
    users, table = tables.users.c, tables.programs
    query = (
        select(table)
        .join(tables.users, users.code == table.c.user)
        .where(table.c.hash == hashed(token), table.c.revoked.is_(None), table.c.expires > now, users.active)
    )
    row = (await session.execute(query)).mappings().one_or_none()
    return None if row is None else _read(row)


def is_stale(program: Program, now: datetime) -> bool:
    """Whether it was last used so long ago that it is worth a `touch`."""
    return program.used is None or now - program.used >= SEEN


async def touch(session: AsyncSession, program: Program, now: datetime) -> None:
    """Note that it was used."""
    await session.execute(update(tables.programs).where(tables.programs.c.code == program.code).values(used=now))


async def listed(session: AsyncSession, organisation: str | None = None) -> list[Program]:
    """All tokens ever given, of one organisation or all, in order of name."""
    table = tables.programs
    query = select(table).order_by(table.c.code)
    if organisation is not None:
        query = query.where(table.c.organisation == organisation)
    return [_read(row) for row in (await session.execute(query)).mappings()]


async def revoke(session: AsyncSession, code: str, now: datetime) -> None:
    """Take a token back, for good; twice is once. Raises `UnknownProgram`."""
    table = tables.programs.c
    if await session.scalar(select(table.code).where(table.code == code)) is None:
        raise UnknownProgram(code)
    await session.execute(
        update(tables.programs).where(table.code == code, table.revoked.is_(None)).values(revoked=now)
    )


def _read(row: RowMapping) -> Program:
    values = dict(row)
    del values["hash"]
    return Program(**values | {"scopes": frozenset(map(Scope, values["scopes"].split()))})
