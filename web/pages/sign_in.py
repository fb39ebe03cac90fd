"""Signing in by password and code, signing in as somebody invented, and signing out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from desk.sign_in import claims, demo, local
from desk.sign_in.denied import Denied
from desk.sign_in.local import Then
from storage import sessions
from storage.tables import Method
from web import signing
from web.form import Posted
from web.signing import OIDC, SESSION, STEP
from web.visit import SIGN_IN, Anyone, Visit
from web.visit import local as local_path

if TYPE_CHECKING:
    from fastapi import Response

router = APIRouter()

CODE = f"{SIGN_IN}/kod"
SECOND_STEP = f"{SIGN_IN}/tvasteg"
SIGNED_OUT = "/utloggad"


async def show(visit: Visit, status: int = 200, **values: Any) -> Response:
    """The page that everybody begins at."""
    cast = await demo.cast(visit.desk) if visit.site.offer.fictitious else []
    shown = {
        "title": visit.t("sign_in.title"),
        "cast": cast,
        "provider": visit.site.door.provider is not None,
        "passkeys": visit.site.door.party is not None,
        "problems": [],
        "user": "",
        "next": "",
    }
    return visit.page("sign_in/sign_in.html", status, **(shown | values))


@router.get(SIGN_IN)
async def begin(visit: Anyone, next: str = "") -> Response:
    """Whoever is signed in goes on at once."""
    following = local_path(next, "")
    if visit.person is not None:
        return visit.go(signing.onward(following, visit.person))
    return await show(visit, next=following)


@router.post(SIGN_IN)
async def password(visit: Anyone, form: Posted) -> Response:
    """The first factor. Whatever was wrong, the answer is the same."""
    user, following = form.one("user"), local_path(form.one("next"), "")
    door, client = visit.site.door, signing.client_of(visit)
    try:
        halfway = await local.password(
            visit.desk, door.throttle, client, user, form.exact("password"), following, visit.now
        )
    except Denied as denied:
        return await signing.refused(visit, denied, show, "user", user=user[:64], next=following)
    response = visit.go(CODE if halfway.then is Then.CODE else SECOND_STEP)
    signing.hold(visit, response, STEP, halfway.cookie)
    return response


async def ask_code(visit: Visit, status: int = 200, **values: Any) -> Response:
    """The page that asks for the second factor."""
    shown = {"title": visit.t("sign_in.code_title"), "passkeys": visit.site.door.party is not None, "problems": []}
    return visit.page("sign_in/code.html", status, **(shown | values))


@router.get(CODE)
async def code_page(visit: Anyone) -> Response:
    """Only on the way in."""
    return await ask_code(visit) if signing.held(visit, STEP) else visit.go(SIGN_IN)


@router.post(CODE)
async def code(visit: Anyone, form: Posted) -> Response:
    """The second factor."""
    door, client, step = visit.site.door, signing.client_of(visit), signing.held(visit, STEP)
    try:
        entered = await local.second(visit.desk, door.throttle, client, step, form.one("code"), visit.now)
    except Denied as denied:
        if denied.code == "over":
            return signing.ended(visit, denied)
        return await signing.refused(visit, denied, ask_code, "code")
    return signing.let_in(visit, entered)


@router.post(f"{SIGN_IN}/prova")
async def try_out(visit: Anyone, form: Posted) -> Response:
    """As somebody invented: where there are only such people, on this machine alone."""
    if not visit.site.offer.fictitious:
        return await show(visit, 404)
    try:
        entered = await demo.sign_in(visit.desk, signing.client_of(visit), form.one("user"), visit.now)
    except Denied as denied:
        return signing.ended(visit, denied)
    return signing.let_in(visit, entered, local_path(form.one("next"), ""))


@router.post("/logga-ut")
async def sign_out(visit: Anyone, form: Posted) -> Response:  # noqa: ARG001 - checked for its token
    """Sign out, here; the page after that leads on to the provider, where there is one."""
    response = visit.go(SIGNED_OUT)
    if visit.session is not None:
        async with visit.desk.database.writing() as session:
            await sessions.end(session, visit.session.id_hash, visit.session.user)
        provider = visit.site.door.provider
        if visit.session.method is Method.OIDC and provider is not None:
            held = await claims.keep_hint(visit.desk, visit.session, visit.now)
            signing.hold(visit, response, OIDC, held)
    signing.drop(visit, response, SESSION, STEP)
    return response


@router.get(SIGNED_OUT)
async def signed_out(visit: Anyone) -> Response:
    """It is done."""
    provider = visit.site.door.provider is not None and bool(signing.held(visit, OIDC))
    return visit.page("sign_in/signed_out.html", title=visit.t("sign_in.out_title"), provider=provider)
