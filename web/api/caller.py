"""Which program calls, as whom, and what its token is good for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from desk.desk import Desk
from models.areas import Area, may_visit
from models.message import Actor
from models.scopes import Scope
from storage import people, programs, reads
from web.api.trouble import NoToken, NotTheirs, OutOfScope, TooFast
from web.guesses import Guesses
from web.pace import Pace, address
from web.site import Site, site_of

bearer = HTTPBearer(auto_error=False, scheme_name="token", description="A token made by `varna token create`.")
WRONG_TOKENS = Guesses(30)
"""A minute and address."""
PACE = Pace(600)
"""Calls a minute and program: a loop that runs wild hinders nobody else."""


@dataclass(frozen=True)
class Caller:
    """A program at the door. It may do what its person may, within its scopes."""

    site: Site
    actor: Actor
    scopes: frozenset[Scope]

    @property
    def desk(self) -> Desk:
        """What stands behind the door."""
        return self.site.desk


async def caller(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Caller:
    """Who calls; raises `NoToken`."""
    site, now = site_of(request), datetime.now(UTC)
    if given is None:
        raise NoToken
    async with site.desk.database.reading() as session:
        program = await programs.resolve(session, given.credentials, now)
        actor = await people.actor(session, program.user) if program else None
    if program is None or actor is None:
        # The right one always opens: nobody is kept out by what others send from behind the same address.
        if WRONG_TOKENS.wrong(address(request)):
            raise TooFast
        raise NoToken
    if PACE.too_fast(program.code):
        raise TooFast
    if programs.is_stale(program, now):
        async with site.desk.database.writing() as session:
            await programs.touch(session, program, now)
    reads.SOURCE.set(f"program:{program.code}")
    return Caller(site, actor, program.scopes)


def needs(scope: Scope, area: Area) -> Callable[..., Awaitable[Caller]]:
    """A dependency: a caller whose token is good for this, and whose person may go there."""

    async def admitted(its: Annotated[Caller, Depends(caller)]) -> Caller:
        if scope not in its.scopes:
            raise OutOfScope(scope)
        if not may_visit(its.actor, area):
            raise NotTheirs
        return its

    return admitted
