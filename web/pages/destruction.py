"""Gallring: what may be destroyed, lists that two persons agree on, cases that are kept, and what remains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from fastapi import APIRouter, Depends, HTTPException
from fastapi.encoders import jsonable_encoder
from starlette.responses import JSONResponse

from audit.access import names
from desk import destruction, erasure, holds, retention
from i18n import problem_text, refusal_text
from models.areas import Area
from models.refusal import BadInput, Refusal
from models.retention import APPROVERS, HOLDERS, PROPOSERS
from models.vocabulary.records import HoldGround, SparingReason
from web.form import Posted
from web.navigation import PATHS
from web.visit import Visit, at

if TYPE_CHECKING:
    from starlette.responses import Response

    from desk.erasure import Executed

PATH = PATHS[Area.DESTRUCTION]
LISTS, HOLDS, CERTIFICATES = f"{PATH}/listor", f"{PATH}/bevarade", f"{PATH}/intyg"
LARGEST = 64 * 1024
"""Bytes of a form with the most cases that a list can have."""
SAID = {"hallet": "ends.held_now", "havt": "ends.released", "tillbaka": "ends.withdrawn"}
SURE = "sure"

router = APIRouter()
Archivist = Annotated[Visit, Depends(at(Area.DESTRUCTION))]


class Wrong(NamedTuple):
    """A form that was refused: which part of the page it stands in, and why."""

    form: str
    problems: list[tuple[str, str]]


@router.get(PATH)
async def overview(visit: Archivist) -> Response:
    """All there is to decide, and what was decided."""
    return await _overview(visit)


@router.post(f"{PATH}/foresla", max_body_size=LARGEST)
async def propose(visit: Archivist, form: Posted) -> Response:
    """Propose a list of the cases that were chosen."""
    try:
        made = await destruction.propose(visit.desk, visit.actor, form.every("case"), visit.now)
    except (BadInput, Refusal) as error:
        return await _overview(visit, _wrong(visit, "propose", error))
    return visit.go(f"{LISTS}/{made.id}")


@router.post(HOLDS)
async def hold(visit: Archivist, form: Posted) -> Response:
    """Have a case kept."""
    ground, ref = form.one("ground"), form.one("case").upper()
    if ground not in list(HoldGround):
        raise HTTPException(400)
    try:
        await holds.hold(visit.desk, visit.actor, ref, HoldGround(ground), form.one("reference"), visit.now)
    except (BadInput, Refusal) as error:
        return await _overview(visit, _wrong(visit, "hold", error))
    return visit.go(f"{PATH}?klart=hallet")


@router.post(f"{HOLDS}/{{hold}}")
async def release(visit: Archivist, hold: str, form: Posted) -> Response:
    """Keep a case no longer for this reason."""
    try:
        await holds.release(visit.desk, visit.actor, hold, form.one("reference"), visit.now)
    except (BadInput, Refusal) as error:
        return await _overview(visit, _wrong(visit, f"release-{hold}", error))
    return visit.go(f"{PATH}?klart=havt")


@router.get(f"{LISTS}/{{name}}")
async def one_list(visit: Archivist, name: str) -> Response:
    """One list, case by case."""
    return await _list(visit, name)


@router.post(f"{LISTS}/{{name}}/godkann")
async def approve(visit: Archivist, name: str, form: Posted) -> Response:
    """Agree to a list."""
    try:
        await destruction.approve(visit.desk, visit.actor, name, form.one("decision"), visit.now)
    except (BadInput, Refusal) as error:
        return await _list(visit, name, _wrong(visit, "approve", error))
    return visit.go(f"{LISTS}/{name}")


@router.post(f"{LISTS}/{{name}}/undanta")
async def spare(visit: Archivist, name: str, form: Posted) -> Response:
    """Take a case off a list."""
    reason, ref = form.one("reason"), form.one("case")
    if reason not in list(SparingReason):
        raise HTTPException(400)
    try:
        await destruction.spare(visit.desk, visit.actor, name, ref, SparingReason(reason), visit.now)
    except Refusal as error:
        return await _list(visit, name, _wrong(visit, "spare", error))
    return visit.go(f"{LISTS}/{name}")


@router.post(f"{LISTS}/{{name}}/aterta")
async def withdraw(visit: Archivist, name: str, form: Posted) -> Response:  # noqa: ARG001 - checked for its token
    """Give up a list, or refuse it."""
    try:
        await destruction.withdraw(visit.desk, visit.actor, name, visit.now)
    except Refusal as error:
        return await _list(visit, name, _wrong(visit, "withdraw", error))
    return visit.go(f"{PATH}?klart=tillbaka")


@router.post(f"{LISTS}/{{name}}/genomfor")
async def execute(visit: Archivist, name: str, form: Posted) -> Response:
    """Destroy what stands on an approved list. Nobody can undo it, so it is asked once more."""
    if not form.has(SURE):
        return await _list(visit, name, Wrong("execute", [(SURE, visit.t("ends.say_sure"))]))
    try:
        done = await erasure.execute(visit.desk, visit.actor, name, visit.now)
    except Refusal as error:
        return await _list(visit, name, _wrong(visit, "execute", error))
    return await _list(visit, name, done=done)


@router.get(f"{CERTIFICATES}/{{ref}}")
async def certificate(visit: Archivist, ref: str) -> Response:
    """That a case was destroyed, for print."""
    found = await erasure.certificate(visit.desk, visit.actor, ref)
    facts = found.facts
    called = await names(visit.desk, {facts[one] for one in ("proposed_by", "approved_by", "executed_by")})
    title = visit.t("ends.certificate")
    return visit.page("ends/certificate.html", title=title, it=found, facts=facts, called=called, path=PATH)


@router.get(f"{CERTIFICATES}/{{ref}}/json")
async def certificate_document(visit: Archivist, ref: str) -> Response:
    """The same for programs: the canonical text that the digest was taken of is `certificate`, keys in order."""
    found = await erasure.certificate(visit.desk, visit.actor, ref)
    return JSONResponse(jsonable_encoder(found.document()))


async def _overview(visit: Visit, wrong: Wrong | None = None) -> Response:
    desk, actor = visit.desk, visit.actor
    lists = await destruction.lists(desk, actor)
    kept = await holds.standing(desk, actor)
    codes = {one.proposed_by for one in lists} | {one.approved_by for one in lists if one.approved_by}
    said = SAID.get(visit.request.query_params.get("klart", ""))
    return visit.page(
        "ends/overview.html",
        422 if wrong else 200,
        title=visit.t("area.destruction"),
        candidates=await retention.candidates(desk, actor, visit.now),
        lists=lists,
        holds=kept,
        certificates=await erasure.certificates(desk, actor),
        called=await names(desk, codes | {one.by for one in kept}),
        grounds=list(HoldGround),
        may_propose=not actor.roles.isdisjoint(PROPOSERS),
        may_hold=not actor.roles.isdisjoint(HOLDERS),
        wrong=wrong,
        done=visit.t(said) if said else "",
        paths={"all": PATH, "lists": LISTS, "holds": HOLDS, "certificates": CERTIFICATES},
        longest=retention.LONGEST,
    )


async def _list(visit: Visit, name: str, wrong: Wrong | None = None, done: Executed | None = None) -> Response:
    actor = visit.actor
    found, hidden = await destruction.one_list(visit.desk, actor, name)
    codes = {found.proposed_by, found.approved_by or ""} | {item.spared_by or "" for item in found.items}
    own = actor.id == found.proposed_by
    approver = not actor.roles.isdisjoint(APPROVERS) and not own
    return visit.page(
        "ends/list.html",
        422 if wrong else 200,
        title=visit.t("ends.list"),
        it=found,
        hidden=hidden,
        called=await names(visit.desk, codes - {""}),
        reasons=list(SparingReason),
        may_change=(own or approver) and found.state in {"proposed", "approved"},
        may_approve=approver and found.state == "proposed",
        may_execute=found.state == "approved" and not actor.roles.isdisjoint(PROPOSERS | APPROVERS),
        own=own,
        wrong=wrong,
        executed=done,
        paths={"all": PATH, "this": f"{LISTS}/{found.id}", "certificates": CERTIFICATES},
        longest=retention.LONGEST,
    )


def _wrong(visit: Visit, form: str, error: BadInput | Refusal) -> Wrong:
    if isinstance(error, Refusal):
        return Wrong(form, [("", refusal_text(error, visit.t))])
    return Wrong(form, [(f"{form}-{one.field}", problem_text(one, visit.t)) for one in error.problems])
