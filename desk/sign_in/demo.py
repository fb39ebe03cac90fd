"""Signing in as one of the invented people: on this machine alone, where there is nobody else to sign in as."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from desk.sign_in.denied import Denied
from desk.sign_in.entry import Entered, enter
from models.vocabulary.people import Role
from storage import people
from storage.people import Directory
from storage.tables import Method

if TYPE_CHECKING:
    from datetime import datetime

    from desk.desk import Desk
    from desk.sign_in.throttle import Client
    from storage.people import Organisation


_ORDER = [Role.SECURITY_CHIEF, *(role for role in Role if role is not Role.SECURITY_CHIEF)]
"""Whoever has most to do here first."""


async def cast(desk: Desk) -> list[Organisation]:
    """The invented people who are here, by organisation: real ones in the same database are never among them."""
    found = []
    async with desk.database.reading() as session:
        here = await people.organisations(session)
        for code in (code for code in _invented() if code in here):
            its = await people.directory(session, desk.ring, code)
            known = [one for one in its.people if one.active and one.code in _invented()[code]]
            known.sort(key=lambda one: min((_ORDER.index(role) for role in one.roles), default=len(_ORDER)))
            found.append(its.model_copy(update={"people": tuple(known)}))
    return found


async def sign_in(desk: Desk, client: Client, user: str, now: datetime) -> Entered:
    """Sign in as one of them; raises `Denied` for anybody else."""
    if not any(user in codes for codes in _invented().values()):
        raise Denied("unknown")
    async with desk.database.writing() as session:
        return await enter(session, user, Method.DEMO, client, now)


@cache
def _invented() -> dict[str, frozenset[str]]:
    text = (files("routines") / "fictitious.toml").read_text(encoding="utf-8")
    read = Directory.parse(tomllib.loads(text))
    return {its.code: frozenset(one.code for one in its.people) for its in read.organisations}
