"""People of the organisation, as an administrator looks after them: roles, addresses, ways to sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, HTTPException

from desk import administration
from i18n import LANGUAGES, problem_text, refusal_text
from models.areas import Area
from models.contact import ChannelKind
from models.refusal import BadInput, Refusal
from models.vocabulary.case import Urgency
from models.vocabulary.people import Role
from storage import accounts, people, sessions
from storage.tables import OpeningKind
from web.form import Posted
from web.pages.administration import PATH
from web.visit import Visit, at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import Response

    from storage.people import Person
    from web.form import Form

router = APIRouter()
Administrator = Annotated[Visit, Depends(at(Area.USERS))]
PEOPLE = f"{PATH}/personer"
NOT_HELD = frozenset({Role.AFFECTED, Role.REPORTER, Role.HANDLER})
"""Roles that people have towards a case, not in the organisation."""
WAKE_AND_TELL = (Urgency.PAGE, Urgency.NOW)
"""What people choose channels for here."""
HELD = tuple(role for role in Role if role not in NOT_HELD)


@router.get(PEOPLE)
async def everybody(visit: Administrator) -> Response:
    """Everybody here, those who left too, and how they can sign in."""
    organisation = visit.actor.organisation
    async with visit.desk.database.reading(of=[organisation]) as session:
        here = await people.directory(session, visit.desk.ring, organisation)
        found = {one.code: await accounts.find(session, one.code) for one in here.people}
    return visit.page(
        "administration/people.html", title=visit.t("admin.people"), people=here.people, accounts=found, path=PEOPLE
    )


@router.get(f"{PEOPLE}/ny")
async def new(visit: Administrator) -> Response:
    """A form for somebody new."""
    return _form(visit, None)


@router.post(f"{PEOPLE}/ny")
async def take_in(visit: Administrator, form: Posted) -> Response:
    """Take somebody in."""
    return await _put(visit, form, None, form.one("code"))


@router.get(f"{PEOPLE}/{{code}}")
async def one(visit: Administrator, code: str) -> Response:
    """What is known of somebody, and a form to change it."""
    person = await _person(visit, code)
    async with visit.desk.database.reading() as session:
        signed_in = await sessions.of(session, code, visit.now)
        account = await accounts.find(session, code)
    return _form(visit, person, signed_in=len(signed_in), account=account)


@router.post(f"{PEOPLE}/{{code}}")
async def change(visit: Administrator, code: str, form: Posted) -> Response:
    """Change what is known of somebody."""
    return await _put(visit, form, await _person(visit, code), code)


@router.post(f"{PEOPLE}/{{code}}/lank")
async def link(visit: Administrator, code: str, form: Posted) -> Response:
    """A one-time link for somebody, shown once; a reset takes away what they signed in with before."""
    person = await _person(visit, code)
    kind = OpeningKind.RESET if form.one("deed") == "reset" else OpeningKind.INVITATION
    try:
        token = await administration.invite(visit.desk, visit.actor, code, visit.now, kind, visit.site.offer.channels)
    except people.UnknownUser:
        raise HTTPException(404) from None
    except Refusal as refusal:
        return _form(visit, person, problems=[("", refusal_text(refusal, visit.t))])
    base = visit.site.offer.public_url.rstrip("/") or str(visit.request.base_url).rstrip("/")
    return visit.page(
        "administration/link.html", title=visit.t("admin.link_title"), link=f"{base}/oppna/{token}", their=person
    )


@router.post(f"{PEOPLE}/{{code}}/logga-ut")
async def sign_out(visit: Administrator, code: str, form: Posted) -> Response:  # noqa: ARG001 - checked for its token
    """Sign somebody out everywhere."""
    await _person(visit, code)
    async with visit.desk.database.writing() as session:
        await sessions.end_all(session, code)
    return visit.go(f"{PEOPLE}/{code}")


async def _person(visit: Visit, code: str) -> Person:
    """Somebody of one's own organisation; anybody else does not exist (404)."""
    try:
        async with visit.desk.database.reading(of=[visit.actor.organisation]) as session:
            return (await administration.colleague(session, visit.desk, visit.actor, code))[1]
    except people.UnknownUser:
        raise HTTPException(404) from None


async def _put(visit: Visit, form: Form, before: Person | None, code: str) -> Response:
    try:
        if before is None and code in {one.code for one in await _known(visit)}:
            return _form(visit, None, form=form, problems=[("code", visit.t("admin.code_taken"))])
        person = await administration.put(
            visit.desk, visit.actor, _document(form, code), visit.now, visit.site.offer.channels
        )
    except BadInput as error:
        return _form(
            visit, before, form=form, problems=[(one.field, problem_text(one, visit.t)) for one in error.problems]
        )
    except Refusal as refusal:
        return _form(visit, before, form=form, problems=[(refusal.field, refusal_text(refusal, visit.t))])
    return visit.go(f"{PEOPLE}/{person.code}")


async def _known(visit: Visit) -> Sequence[Person]:
    async with visit.desk.database.reading() as session:
        return (await people.directory(session, visit.desk.ring, visit.actor.organisation)).people


def _document(form: Form, code: str) -> dict[str, object]:
    """Somebody as a document; what is left empty is not said."""
    said = {field: form.one(field) for field in ("name", "email", "telephone", "webhook", "chat", "feed", "language")}
    chosen = {urgency.value: list(dict.fromkeys(form.every(f"channels.{urgency}"))) for urgency in WAKE_AND_TELL}
    channels = {urgency: kinds for urgency, kinds in chosen.items() if kinds}
    return {
        "code": code,
        "roles": form.every("roles"),
        "active": form.has("active"),
        **{field: value for field, value in said.items() if value},
        **({"channels": channels} if channels else {}),
    }


def _form(
    visit: Visit,
    person: Person | None,
    *,
    form: Form | None = None,
    problems: Sequence[tuple[str, str]] = (),
    **more: Any,
) -> Response:
    """The form, filled with what was posted, or with what is known."""

    def filled(field: str) -> str:
        return form.one(field) if form else str(getattr(person, field, None) or "")

    chosen = set(form.every("roles")) if form else {role.value for role in person.roles} if person else set()
    own = {urgency: [kind.value for kind in kinds] for urgency, kinds in person.channels.items()} if person else {}
    return visit.page(
        "administration/person.html",
        422 if problems else 200,
        title=person.name if person else visit.t("admin.new_person"),
        their=person,
        filled=filled,
        chosen=chosen,
        channels=lambda urgency: form.every(f"channels.{urgency}") if form else own.get(urgency, []),
        active=form.has("active") if form else person.active if person else True,
        problems=problems,
        roles=HELD,
        kinds=[kind for kind in ChannelKind if kind is not ChannelKind.OUTBOX],
        urgencies=WAKE_AND_TELL,
        languages=LANGUAGES,
        path=PEOPLE,
        **({"signed_in": 0, "account": None} | more),
    )
