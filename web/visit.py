"""A visit: who looks, in which language, and how a page is answered to them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from desk.desk import Desk
from i18n import LANGUAGES, Words, words
from models.areas import Area, may_visit
from models.message import Actor
from storage import people, reads, sessions
from storage.sessions import Session
from web import csrf, templating
from web.navigation import navigation
from web.site import Site, site_of

SIGN_IN = "/logga-in"
LANGUAGE = "language"
_LOCAL = re.compile(r"/(?![/\\])[\x21-\x7e]*")


class SignInNeeded(Exception):
    """Nobody is signed in, and somebody has to be."""


@dataclass(frozen=True)
class Visit:
    """One request, with all that a page needs to answer it."""

    request: Request
    site: Site
    t: Words
    cookie: str = ""
    """The value of the session's cookie; empty if nobody is signed in."""
    session: Session | None = None
    person: Actor | None = None
    """Who is signed in, with the roles held at home."""
    name: str = ""
    """What the person is called, for their own eyes."""

    @property
    def desk(self) -> Desk:
        """What stands behind the page."""
        return self.site.desk

    @property
    def actor(self) -> Actor:
        """Who is signed in; raises `SignInNeeded`."""
        if self.person is None:
            raise SignInNeeded
        return self.person

    @property
    def csrf(self) -> str:
        """The token that the forms of this page carry."""
        return csrf.token(self.cookie) if self.cookie else ""

    @property
    def now(self) -> datetime:
        """The time, UTC."""
        return datetime.now(UTC)

    def page(self, template: str, status: int = 200, **values: object) -> HTMLResponse:
        """A page from a template, in the visitor's language."""
        shown = {
            "t": self.t,
            "language": self.t.language,
            "drill": "",
            "ref": "",
            "csrf": self.csrf,
            "csrf_field": csrf.FIELD,
            "person": self.person,
            "name": self.name,
            "here": self.request.url.path,
            "places": navigation(self.person, self.request.url.path) if self.person else (),
            "fictitious": self.site.offer.fictitious,
        }
        return templating.html(template, status, **(shown | templating.helpers(self.t, self.now) | values))

    def go(self, path: str) -> RedirectResponse:
        """Go on to another page of ours, by GET."""
        return RedirectResponse(local(path), 303)


def local(path: str, otherwise: str = "/") -> str:
    """A path of ours; anything that could lead elsewhere, or break a header, becomes `otherwise`."""
    return path if _LOCAL.fullmatch(path) else otherwise


async def visit(request: Request) -> Visit:
    """Whoever comes."""
    site, cookie = site_of(request), ""
    session, person, name, language = None, None, "", ""
    if given := request.cookies.get(site.cookie("session")):
        session = await _session(site.desk, given, at_work=not _by_itself(request))
    if session is not None:
        reads.SOURCE.set(f"session:{session.id_hash[:16]}")
        cookie = str(given)
        async with site.desk.database.reading() as database:
            try:
                language, contact = await people.active(database, site.desk.ring, session.user)
                person, name = await people.actor(database, session.user), contact.name
            except people.UnknownUser:
                session, cookie = None, ""
            except people.ContactUnreadable:
                person = await people.actor(database, session.user)
    chosen = request.cookies.get(site.cookie(LANGUAGE), "")
    spoken = next((one for one in (chosen, language) if one in LANGUAGES), None) or templating.language_of(request)
    return Visit(request, site, words(spoken), cookie, session, person, name)


def _by_itself(request: Request) -> bool:
    """A page looks again without anybody doing anything: that keeps nobody signed in."""
    return request.method == "GET" and request.headers.get("sec-fetch-mode", "navigate") != "navigate"


async def _session(desk: Desk, cookie: str, *, at_work: bool) -> Session | None:
    """The session of a cookie. Only what is old enough to be noted down again costs a write."""
    now = datetime.now(UTC)
    async with desk.database.reading() as database:
        session = await sessions.resolve(database, cookie, now)
    if session is not None and at_work and sessions.is_stale(session, now):
        async with desk.database.writing() as database:
            await sessions.touch(database, session, now)
    return session


Anyone = Annotated[Visit, Depends(visit)]
"""Whoever comes, signed in or not."""


def at(area: Area) -> Callable[..., Awaitable[Visit]]:
    """A dependency: whoever is signed in and may visit this part of the console.

    Nobody signed in is led to the sign-in page and back; somebody who may not visit it is told so (403).
    """

    async def admitted(visit: Anyone) -> Visit:
        if not may_visit(visit.actor, area):
            raise HTTPException(403)
        return visit

    return admitted


def to_sign_in(request: Request) -> RedirectResponse:
    """To the sign-in page, and back here after that if this was a page to look at."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    back = f"?next={quote(asked, safe='/')}" if request.method == "GET" and asked != "/" else ""
    return RedirectResponse(SIGN_IN + back, 303)


def remember_language(visit: Visit, response: Response, language: str) -> Any:
    """Keep a language for this browser."""
    response.set_cookie(
        visit.site.cookie(LANGUAGE),
        language,
        max_age=365 * 24 * 3600,
        secure=visit.site.offer.secure,
        httponly=True,
        samesite="lax",
    )
    return response
