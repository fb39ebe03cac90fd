"""Who holds a receipt code: a cookie of its own, beside any other, for as long as they look at their report."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from fastapi import HTTPException
from starlette.responses import Response

from storage import receipts
from web import csrf
from web.guesses import Guesses
from web.pace import address

if TYPE_CHECKING:
    from storage.receipts import Stay
    from web.form import Form
    from web.visit import Visit

log = structlog.get_logger()

COOKIE = "receipt"
FIELD = "held"
"""The form field of the token that goes with the cookie."""
WRONG_HERE, WRONG_ANYWHERE = 10, 300
"""Wrong codes a minute, from one address and from all: a code has eighty random bits, and is mistyped now and then."""


@dataclass(frozen=True)
class Holding:
    """One browser in which a report is open."""

    cookie: str
    stay: Stay

    @property
    def token(self) -> str:
        """What the forms of this browser carry."""
        return csrf.token(self.cookie)

    def refuse_unless_ours(self, form: Form) -> None:
        """Refuse (403) a form that was not made for this very browser."""
        if not hmac.compare_digest(self.token.encode(), form.one(FIELD).encode(errors="replace")):
            raise HTTPException(403)


async def holding(visit: Visit) -> Holding | None:
    """The report that is open in this browser, if one is."""
    cookie = visit.request.cookies.get(visit.site.cookie(COOKIE))
    return await resolved(visit, cookie) if cookie else None


async def resolved(visit: Visit, cookie: str) -> Holding | None:
    """The report that a cookie holds open; None once it has been too long."""
    now = visit.now
    async with visit.desk.database.reading() as session:
        stay = await receipts.resolve(session, cookie, now)
    if stay is None:
        return None
    if receipts.is_stale(stay, now):
        async with visit.desk.database.writing() as session:
            await receipts.touch(session, stay, now)
    return Holding(cookie, stay)


def keep(visit: Visit, answer: Response, cookie: str) -> None:
    """Let this browser hold a report open until it is closed, or for a while."""
    name, secure = visit.site.cookie(COOKIE), visit.site.offer.secure
    answer.set_cookie(name, cookie, secure=secure, httponly=True, samesite="strict")


async def let_go(visit: Visit, answer: Response) -> None:
    """Close it, if one is open."""
    name = visit.site.cookie(COOKIE)
    if cookie := visit.request.cookies.get(name):
        async with visit.desk.database.writing() as session:
            await receipts.end(session, cookie)
        answer.delete_cookie(name, secure=visit.site.offer.secure, httponly=True, samesite="strict")


def too_many_wrong(visit: Visit) -> bool:
    """Count a wrong code; True if there have been too many.

    The right one always opens: whoever holds it must not be kept out by somebody else's guessing, and no number of
    guesses comes near eighty bits. What is slowed down is the answer to those who guess, and that they guess is told.
    """
    state = visit.request.app.state
    if not hasattr(state, "wrong_codes"):
        state.wrong_codes = Guesses(WRONG_HERE), Guesses(WRONG_ANYWHERE), Guesses(1)
    counts: tuple[Guesses, Guesses, Guesses] = state.wrong_codes
    here, anywhere, told = counts
    everywhere = anywhere.wrong("")
    if everywhere and not told.wrong(""):
        log.warning("receipt codes are being guessed", more_a_minute_than=WRONG_ANYWHERE)
    return here.wrong(address(visit.request)) or everywhere
