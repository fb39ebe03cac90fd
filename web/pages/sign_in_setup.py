"""Setting an account up, after a one-time link or a first password: password, second factor, recovery codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Response

from desk.sign_in import codes, passwords, setup
from desk.sign_in.denied import Denied
from models.refusal import BadInput
from storage import openings
from web import signing
from web.form import Posted
from web.pages.sign_in import SECOND_STEP
from web.pages.sign_in_passkey import party
from web.signing import STEP
from web.visit import SIGN_IN, Anyone, Visit

if TYPE_CHECKING:
    from desk.sign_in.entry import Entered

router = APIRouter()

PASSWORD = f"{SIGN_IN}/losenord"
PICTURE = f"{SIGN_IN}/qr.svg"
RECOVERY = f"{SIGN_IN}/reservkoder"


@router.get("/oppna/{token}")
async def look(visit: Anyone, token: str) -> Response:
    """What a one-time link opens, and one button. Looking uses nothing up: mail scanners look too."""
    async with visit.desk.database.reading() as session:
        opening = await openings.look(session, token, visit.now)
    if opening is None:
        return signing.ended(visit, Denied("opening_over"))
    return visit.page("sign_in/opening.html", title=visit.t("sign_in.opening_title"), opening=opening)


@router.post("/oppna/{token}")
async def follow(visit: Anyone, token: str, form: Posted) -> Response:  # noqa: ARG001 - checked for its token
    """Use the link up, and begin."""
    try:
        cookie = await setup.follow(visit.desk, token, visit.now)
    except Denied as denied:
        return signing.ended(visit, denied)
    response = visit.go(PASSWORD)
    signing.hold(visit, response, STEP, cookie)
    return response


async def ask_password(visit: Visit, status: int = 200, **values: Any) -> Response:
    """The page on which a password is chosen."""
    try:
        body = await setup.progress(visit.desk, signing.held(visit, STEP), visit.now)
    except Denied as denied:
        return signing.ended(visit, denied)
    shown = {"title": visit.t("sign_in.password_title"), "shortest": passwords.SHORTEST, "problems": []}
    return visit.page("sign_in/password.html", status, **(shown | {"user": body["user"]} | values))


@router.get(PASSWORD)
async def password_page(visit: Anyone) -> Response:
    """Choose a password."""
    return await ask_password(visit)


@router.post(PASSWORD)
async def choose_password(visit: Anyone, form: Posted) -> Response:
    """A password is chosen; it counts once there is a second factor."""
    try:
        await setup.choose_password(visit.desk, signing.held(visit, STEP), form.exact("password"), visit.now)
    except Denied as denied:
        return signing.ended(visit, denied)
    except BadInput as bad:
        problems = [(problem.field, visit.t.code("problem", problem.code)) for problem in bad.problems]
        return await ask_password(visit, 400, problems=problems)
    return visit.go(SECOND_STEP)


async def ask_second(visit: Visit, status: int = 200, **values: Any) -> Response:
    """The page on which a second factor is chosen."""
    try:
        body = await setup.progress(visit.desk, signing.held(visit, STEP), visit.now)
    except Denied as denied:
        return signing.ended(visit, denied)
    if body["password"] == "":
        return visit.go(PASSWORD)
    shown = {
        "title": visit.t("sign_in.second_title"),
        "secret": [body["totp"][at : at + 4] for at in range(0, len(body["totp"]), 4)],
        "picture": PICTURE,
        "passkeys": visit.site.door.party is not None,
        "problems": [],
    }
    return visit.page("sign_in/second.html", status, **(shown | values))


@router.get(SECOND_STEP)
async def second_page(visit: Anyone) -> Response:
    """Choose a second factor."""
    return await ask_second(visit)


@router.get(PICTURE)
async def picture(visit: Anyone) -> Response:
    """The secret for the app, to be photographed: for the browser that is setting up, and no other."""
    try:
        body = await setup.progress(visit.desk, signing.held(visit, STEP), visit.now)
    except Denied:
        return Response(status_code=404)
    text = codes.address(body["totp"], body["user"], visit.site.offer.host)
    return Response(codes.picture(text), media_type="image/svg+xml")


@router.post(SECOND_STEP)
async def by_code(visit: Anyone, form: Posted) -> Response:
    """The app shows the right code."""
    client, step = signing.client_of(visit), signing.held(visit, STEP)
    try:
        done = await setup.finish_by_code(visit.desk, client, step, form.one("code"), visit.now)
    except Denied as denied:
        if denied.code == "over":
            return signing.ended(visit, denied)
        return await signing.refused(visit, denied, ask_second, "code")
    return _done(visit, *done)


@router.post(f"{SECOND_STEP}/fraga")
async def ask_passkey(visit: Anyone, form: Posted) -> Response:  # noqa: ARG001 - checked for its token
    """What a script hands to the authenticator."""
    try:
        options = await setup.ask_passkey(visit.desk, signing.held(visit, STEP), party(visit), visit.now)
    except Denied:
        return Response(status_code=410)
    return Response(options, media_type="application/json")


@router.post(f"{SECOND_STEP}/nyckel")
async def by_passkey(visit: Anyone, form: Posted) -> Response:
    """A passkey was made."""
    client, step = signing.client_of(visit), signing.held(visit, STEP)
    given = form.one("credential"), form.one("name") or visit.t("sign_in.passkey_unnamed")
    try:
        done = await setup.finish_by_passkey(visit.desk, client, step, party(visit), given, visit.now)
    except Denied as denied:
        if denied.code == "over":
            return signing.ended(visit, denied)
        return await signing.refused(visit, denied, ask_second)
    return _done(visit, *done)


@router.get(RECOVERY)
async def recovery(visit: Anyone) -> Response:
    """The recovery codes, to be written down."""
    fresh = await setup.recovery_codes(visit.desk, signing.held(visit, STEP), visit.now)
    if not fresh:
        return visit.go("/")
    shown = [f"{code[:5]}-{code[5:]}" for code in fresh]
    return visit.page("sign_in/recovery.html", title=visit.t("sign_in.recovery_title"), codes=shown)


@router.post(RECOVERY)
async def written_down(visit: Anyone, form: Posted) -> Response:  # noqa: ARG001 - checked for its token
    """They are; nobody sees them again."""
    following = await setup.written_down(visit.desk, signing.held(visit, STEP), visit.now)
    response = visit.go(signing.onward(following, visit.actor))
    signing.drop(visit, response, STEP)
    return response


def _done(visit: Visit, entered: Entered, codes_cookie: str) -> Response:
    if not codes_cookie:
        return signing.let_in(visit, entered)
    response = signing.let_in(visit, entered, RECOVERY)
    signing.hold(visit, response, STEP, codes_cookie)
    return response
