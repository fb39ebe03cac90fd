"""Signing in by a passkey. The questions go to the browser's script, the answers come by an ordinary form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, HTTPException, Response

from desk.sign_in import passkey
from desk.sign_in.denied import Denied
from web import signing
from web.form import Posted
from web.pages.sign_in import show
from web.signing import KEY
from web.visit import SIGN_IN, Anyone, Visit, local

if TYPE_CHECKING:
    from desk.sign_in.passkey import Party

router = APIRouter()

PASSKEY = f"{SIGN_IN}/nyckel"


def party(visit: Visit) -> Party:
    """Who we are to an authenticator; raises 404 where browsers let us have none."""
    if visit.site.door.party is None:
        raise HTTPException(404)
    return visit.site.door.party


async def question(visit: Visit, following: str = "") -> Response:
    """What a script hands to the authenticator."""
    its = party(visit)
    try:
        visit.site.door.throttle.ask(signing.client_of(visit))
    except Denied as denied:
        return Response(status_code=429, headers={"Retry-After": str(denied.wait)})
    options, cookie = await passkey.ask(visit.desk, its, following, visit.now)
    response = Response(options, media_type="application/json")
    signing.hold(visit, response, KEY, cookie)
    return response


@router.post(f"{PASSKEY}/fraga")
async def ask(visit: Anyone, form: Posted) -> Response:
    """Whose passkey it is, the answer tells: nobody is asked for a code."""
    return await question(visit, local(form.one("next"), ""))


@router.post(PASSKEY)
async def answer(visit: Anyone, form: Posted) -> Response:
    """Signed in, if it is a passkey of somebody's."""
    client, cookie = signing.client_of(visit), signing.held(visit, KEY)
    try:
        entered = await passkey.sign_in(visit.desk, party(visit), client, cookie, form.one("credential"), visit.now)
    except Denied as denied:
        return await signing.refused(visit, denied, show, next=local(form.one("next"), ""))
    return signing.let_in(visit, entered)
