"""Signing in at the organisation's own identity provider, and out of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException
from starlette.responses import RedirectResponse

from desk.sign_in import claims
from desk.sign_in.denied import Denied
from desk.sign_in.door import ANSWER
from web import signing
from web.pages.sign_in import SIGNED_OUT
from web.signing import OIDC
from web.visit import SIGN_IN, Anyone, Visit, local

if TYPE_CHECKING:
    from fastapi import Response

    from desk.sign_in.provider import Provider

router = APIRouter()


def _provider(visit: Visit) -> Provider:
    if visit.site.door.provider is None:
        raise HTTPException(404)
    return visit.site.door.provider


# By GET: a form may only lead to pages of ours, and whoever is sent here by somebody else signs in as themselves.
@router.get(f"{SIGN_IN}/oidc")
async def leave(visit: Anyone, next: str = "") -> Response:
    """To the provider."""
    provider = _provider(visit)
    try:
        visit.site.door.throttle.ask(signing.client_of(visit))
        url, cookie = await claims.leave(visit.desk, provider, local(next, ""), visit.now)
    except Denied as denied:
        return signing.ended(visit, denied)
    response = RedirectResponse(url, 303)
    signing.hold(visit, response, OIDC, cookie)
    return response


@router.get(ANSWER)
async def come_back(visit: Anyone) -> Response:
    """Back from the provider: signed in, if what it says holds."""
    _provider(visit)
    said, cookie = dict(visit.request.query_params), signing.held(visit, OIDC)
    try:
        client = signing.client_of(visit)
        entered = await claims.come_back(visit.desk, visit.site.door, client, cookie, said, visit.now)
    except Denied as denied:
        return signing.ended(visit, denied)
    return signing.let_in(visit, entered)


@router.get(f"{SIGNED_OUT}/leverantor")
async def leave_altogether(visit: Anyone) -> Response:
    """Sign out at the provider too."""
    provider, held = _provider(visit), signing.held(visit, OIDC)
    after = f"{visit.site.offer.public_url}{SIGNED_OUT}"
    hint = await claims.kept_hint(visit.desk, held, visit.now)
    place = await provider.goodbye(hint, after) if hint else None
    response = RedirectResponse(place, 303) if place else visit.go(SIGNED_OUT)
    signing.drop(visit, response, OIDC)
    return response
