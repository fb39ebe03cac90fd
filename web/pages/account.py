"""My account: where I am signed in, what I sign in with, and in which language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from desk.sign_in import local, passkey, passwords, setup
from desk.sign_in.denied import Denied
from i18n import LANGUAGES
from models.refusal import BadInput
from storage import accounts, passkeys, sessions
from storage.tables import Method
from web import signing
from web.form import Posted
from web.pages.sign_in import SECOND_STEP
from web.pages.sign_in_passkey import party, question
from web.pages.sign_in_setup import RECOVERY
from web.signing import KEY, SESSION, STEP
from web.visit import Anyone, SignInNeeded, Visit, remember_language

if TYPE_CHECKING:
    from fastapi import Response

    from storage.sessions import Session

router = APIRouter()

ACCOUNT = "/konto"
PROVE = f"{ACCOUNT}/bekrafta"
PASSWORD = f"{ACCOUNT}/losenord"
OWN = frozenset({Method.PASSWORD, Method.RECOVERY, Method.PASSKEY})
"""Signed in by what is kept here: whoever came otherwise changes nothing of it."""
METHODS = {
    Method.PASSWORD: "account.method_password",
    Method.RECOVERY: "account.method_recovery",
    Method.PASSKEY: "account.method_passkey",
    Method.OIDC: "account.method_oidc",
    Method.DEMO: "account.method_demo",
}


class ProofNeeded(Exception):
    """Something delicate: whoever does it proves once more who they are."""


def signed_in(visit: Visit) -> Session:
    """The session of whoever is signed in; raises `SignInNeeded`."""
    if visit.session is None or visit.person is None:
        raise SignInNeeded
    return visit.session


def proved(visit: Visit) -> Session:
    """That of somebody who may change what they sign in with; raises `ProofNeeded` if it is long since they did."""
    session = signed_in(visit)
    if session.method not in OWN or not session.proved_lately(visit.now):
        raise ProofNeeded
    return session


@router.get(ACCOUNT)
async def look(visit: Anyone) -> Response:
    """All of it."""
    its = signed_in(visit)
    async with visit.desk.database.reading() as session:
        account = await accounts.find(session, its.user)
        keys = await passkeys.of(session, visit.desk.ring, account) if account else []
        left = await accounts.recovery_codes_left(session, its.user)
        where = await sessions.of(session, its.user, visit.now)
    return visit.page(
        "sign_in/account.html",
        title=visit.t("account.title"),
        its=its,
        own=its.method in OWN and account is not None,
        account=account,
        keys=keys,
        left=left,
        where=[(one, visit.t(METHODS[one.method])) for one in where],
        roles=sorted(visit.actor.roles),
        passkeys=visit.site.door.party is not None,
    )


@router.post(f"{ACCOUNT}/sprak")
async def language(visit: Anyone, form: Posted) -> Response:
    """In which language I read, and am told."""
    its, chosen = signed_in(visit), form.one("language")
    if chosen not in LANGUAGES:
        return visit.go(ACCOUNT)
    async with visit.desk.database.writing() as session:
        await accounts.put_language(session, its.user, chosen)
    response = visit.go(ACCOUNT)
    remember_language(visit, response, chosen)
    return response


@router.post(f"{ACCOUNT}/avsluta")
async def end(visit: Anyone, form: Posted) -> Response:
    """Sign out in another browser, or everywhere: this one stays."""
    its, which = signed_in(visit), form.one("session")
    async with visit.desk.database.writing() as session:
        if which:
            await sessions.end(session, which, its.user)
        else:
            await sessions.end_all(session, its.user, but=its.id_hash)
    return visit.go(ACCOUNT)


async def ask_proof(visit: Visit, status: int = 200, **values: Any) -> Response:
    """The page on which somebody proves once more who they are."""
    its = signed_in(visit)
    async with visit.desk.database.reading() as session:
        account = await accounts.find(session, its.user)
    shown = {
        "title": visit.t("account.prove_title"),
        "password": account is not None and account.password is not None,
        "own": its.method in OWN,
        "passkeys": visit.site.door.party is not None,
        "problems": [],
    }
    return visit.page("sign_in/prove.html", status, **(shown | values))


@router.get(PROVE)
async def proof_page(visit: Anyone) -> Response:
    """Before something delicate."""
    return await ask_proof(visit)


@router.post(PROVE)
async def prove(visit: Anyone, form: Posted) -> Response:
    """By password and code."""
    its, given = signed_in(visit), (form.exact("password"), form.one("code"))
    client, throttle = signing.client_of(visit), visit.site.door.throttle
    try:
        await local.again(visit.desk, throttle, client, its.user, given, visit.now)
    except Denied as denied:
        return await signing.refused(visit, denied, ask_proof, "password")
    return await _elevated(visit)


@router.post(f"{PROVE}/fraga")
async def ask_passkey(visit: Anyone, form: Posted) -> Response:  # noqa: ARG001 - checked for its token
    """What a script hands to the authenticator."""
    signed_in(visit)
    return await question(visit)


@router.post(f"{PROVE}/nyckel")
async def prove_by_passkey(visit: Anyone, form: Posted) -> Response:
    """By a passkey."""
    its, cookie = signed_in(visit), signing.held(visit, KEY)
    try:
        await passkey.again(visit.desk, party(visit), its.user, cookie, form.one("credential"), visit.now)
    except Denied as denied:
        return await signing.refused(visit, denied, ask_proof)
    return await _elevated(visit)


async def _elevated(visit: Visit) -> Response:
    async with visit.desk.database.writing() as session:
        cookie, _ = await sessions.rotate(session, visit.cookie, visit.now, proved=True)
    response = visit.go(ACCOUNT)
    signing.hold(visit, response, SESSION, cookie, None)
    signing.drop(visit, response, KEY)
    return response


async def ask_password(visit: Visit, status: int = 200, **values: Any) -> Response:
    """The page on which a new password is chosen."""
    shown = {"title": visit.t("account.password_title"), "shortest": passwords.SHORTEST, "problems": []}
    return visit.page("sign_in/new_password.html", status, **(shown | values))


@router.get(PASSWORD)
async def password_page(visit: Anyone) -> Response:
    """Choose a new password."""
    proved(visit)
    return await ask_password(visit)


@router.post(PASSWORD)
async def new_password(visit: Anyone, form: Posted) -> Response:
    """A new password; whoever is signed in elsewhere, perhaps by the old one, is signed out."""
    its, chosen = proved(visit), form.exact("password")
    try:
        passwords.check(chosen, its.user)
    except BadInput as bad:
        problems = [(problem.field, visit.t.code("problem", problem.code)) for problem in bad.problems]
        return await ask_password(visit, 400, problems=problems)
    kept = await passwords.hash_of(chosen)
    async with visit.desk.database.writing() as session:
        await accounts.put_password(session, its.user, kept, visit.now)
        await sessions.end_all(session, its.user, but=its.id_hash)
    return visit.go(ACCOUNT)


@router.post(f"{ACCOUNT}/tvasteg")
async def new_factor(visit: Anyone, form: Posted) -> Response:  # noqa: ARG001 - checked for its token
    """Another app, or one more passkey."""
    its = proved(visit)
    async with visit.desk.database.writing() as session:
        cookie = await setup.begin(session, its.user, visit.now, next=ACCOUNT, password=None, within=its.id_hash)
    response = visit.go(SECOND_STEP)
    signing.hold(visit, response, STEP, cookie)
    return response


@router.post(f"{ACCOUNT}/nycklar/bort")
async def remove_passkey(visit: Anyone, form: Posted) -> Response:
    """Forget a passkey; never the last second factor."""
    its = proved(visit)
    async with visit.desk.database.writing() as session:
        account = await accounts.ensure(session, its.user)
        keys = await passkeys.of(session, visit.desk.ring, account)
        if account.totp is not None or len(keys) > 1:
            await passkeys.remove(session, its.user, form.one("passkey"))
    return visit.go(ACCOUNT)


@router.post(f"{ACCOUNT}/reservkoder")
async def new_codes(visit: Anyone, form: Posted) -> Response:  # noqa: ARG001 - checked for its token
    """New recovery codes in place of the old."""
    its = proved(visit)
    async with visit.desk.database.writing() as session:
        cookie = await setup.new_recovery_codes(session, visit.desk, its.user, ACCOUNT, visit.now)
    response = visit.go(RECOVERY)
    signing.hold(visit, response, STEP, cookie)
    return response
