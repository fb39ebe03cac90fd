"""My report: for whoever holds its receipt code. The code stands in the body of one form, and nowhere after that."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Response

from desk import evidence, own
from desk.action import Unanswered
from desk.evidence import Label
from i18n import problem_text, refusal_text
from i18n.times import within
from models.message import NARRATIVE_LIMIT, Command
from models.refusal import BadInput, Refusal
from models.stages.consent import GiveConsent, WithdrawConsent
from models.stages.dialogue import AskHelp, WriteMessage
from models.vocabulary.incident import Wish
from models.vocabulary.people import ConsentPurpose
from storage.keys import KeyDestroyed
from storage.reports import UnknownReport
from web import calm, uploads
from web import holding as holdings
from web.form import Form, Posted
from web.uploads import Uploaded
from web.visit import Anyone, Visit

if TYPE_CHECKING:
    from web.holding import Holding

router = APIRouter()
PATH = "/min-rapport"
LARGEST = 300 * 1024
"""Bytes of a message, as of a report."""
DONE = {"skrivet": "mine.written", "hjalp": "mine.asked", "samtycke": "mine.consent_changed", "bevis": "mine.handed_in"}
"""What was done, as an address says it."""
CONSENTS = {
    ConsentPurpose.POLICE_CONTACT: "mine.consent_police_contact",
    ConsentPurpose.SUPPORT_PROVIDER: "mine.consent_support_provider",
    ConsentPurpose.RELATIVES: "mine.consent_relatives",
    ConsentPurpose.GROUP_LEADER: "mine.consent_group_leader",
    ConsentPurpose.PARTY_SECURITY: "mine.consent_party_security",
    ConsentPurpose.HAND_OVER: "mine.consent_hand_over",
}
NOTHING = Form([])
Wrong = tuple[str, str]


@router.get(PATH)
async def look(visit: Anyone) -> Response:
    """The report that is open in this browser, or the question for its code."""
    held = await holdings.holding(visit)
    if held is None:
        return _code(visit)
    done = DONE.get(visit.request.query_params.get("klart", ""), "")
    return await _shown(visit, held, said=visit.t(done) if done else "")


@router.post(PATH, max_body_size=LARGEST)
async def enter(visit: Anyone, form: Posted) -> Response:
    """Open a report by its code. What somebody was writing when their time was over is still there."""
    try:
        cookie = await own.enter(visit.desk, form.one("code"), visit.now)
    except UnknownReport:
        if holdings.too_many_wrong(visit):
            return _code(visit, 429, "mine.too_many", form)
        return _code(visit, 422, "mine.unknown", form)
    held = await holdings.resolved(visit, cookie) if form.has("text") else None
    answer = await _shown(visit, held, form=form) if held else visit.go(PATH)
    holdings.keep(visit, answer, cookie)
    return answer


@router.post(f"{PATH}/avsluta")
async def close(visit: Anyone, form: Posted) -> Response:
    """Close it in this browser."""
    held = await holdings.holding(visit)
    answer = visit.go("/")
    if held is not None:
        held.refuse_unless_ours(form)
        await holdings.let_go(visit, answer)
    return answer


@router.post(f"{PATH}/skriv", max_body_size=LARGEST)
async def write(visit: Anyone, form: Posted) -> Response:
    """Write to those who work on it."""
    held = await _open(visit, form)
    if isinstance(held, Response):
        return held
    text = form.one("text")
    if not text or len(text) > NARRATIVE_LIMIT:
        wrong = visit.t("mine.wrong_long" if text else "mine.wrong_text")
        return await _shown(visit, held, 422, wrong=[("text", wrong)], form=form)
    return await _act(visit, held, form, "skrivet", WriteMessage(id=_id(form), report=held.stay.report, text=text))


@router.post(f"{PATH}/hjalp", max_body_size=LARGEST)
async def ask(visit: Anyone, form: Posted) -> Response:
    """Say what help is wanted."""
    held = await _open(visit, form)
    if isinstance(held, Response):
        return held
    wishes = tuple(wish for wish in Wish if wish in form.every("wishes"))
    if not wishes:
        return await _shown(visit, held, 422, wrong=[("wishes", visit.t("mine.wrong_wishes"))], form=form)
    return await _act(visit, held, form, "hjalp", AskHelp(id=_id(form), report=held.stay.report, wishes=wishes))


@router.post(f"{PATH}/samtycke")
async def consent(visit: Anyone, form: Posted) -> Response:
    """Say yes to something being told, or take it back."""
    held = await _open(visit, form)
    if isinstance(held, Response):
        return held
    purpose = next((one for one in ConsentPurpose if one in {form.one("give"), form.one("withdraw")}), None)
    if purpose is None:
        return visit.go(PATH)
    kind = GiveConsent if form.has("give") else WithdrawConsent
    return await _act(visit, held, form, "samtycke", kind(id=_id(form), purpose=purpose))


@router.post(f"{PATH}/bevis", max_body_size=uploads.LARGEST)
async def hand_in(visit: Anyone, upload: Uploaded) -> Response:
    """Keep files; those that cannot be kept are named, and keep no other away."""
    held = await _open(visit, upload.form)
    if isinstance(held, Response):
        return held
    kept, wrong = 0, list[Wrong]()
    try:
        it = await own.look(visit.desk, held.stay, visit.now)
        async for one in upload.files():
            if not one.name:
                continue
            label = Label(one.name, upload.form.one("note"))
            try:
                await evidence.receive(visit.desk, it.held.case, it.holder, one.chunks, visit.now, label)
                kept += 1
            except BadInput as error:
                wrong += [("file", f"{label.name}: {_problem(one, visit)}") for one in error.problems]
    except (KeyDestroyed, UnknownReport):
        return await _shown(visit, held)
    except Refusal as refusal:
        wrong.append(("file", refusal_text(refusal, visit.t)))
    if kept and not wrong:
        return visit.go(f"{PATH}?klart=bevis")
    said = visit.t("mine.some_kept", number=kept) if kept else ""
    return await _shown(visit, held, 422, said=said, wrong=wrong or [("file", visit.t("mine.wrong_file"))])


async def _open(visit: Visit, form: Form) -> Holding | Response:
    """The report that is open in this browser; or the question for its code, with what was written kept."""
    held = await holdings.holding(visit)
    if held is None:
        return _code(visit, 422, "mine.over", form)
    held.refuse_unless_ours(form)
    return held


async def _act(visit: Visit, held: Holding, form: Form, done: str, command: Command) -> Response:
    try:
        await own.act(visit.desk, held.stay, command)
    except Refusal as refusal:
        said = visit.t("mine.not_yet") if refusal.code == "unknown_case" else refusal_text(refusal, visit.t)
        return await _shown(visit, held, 409, wrong=[("", said)], form=form)
    except Unanswered:
        return await _shown(visit, held, 503, wrong=[("", visit.t("mine.unanswered"))], form=form)
    except (KeyDestroyed, UnknownReport):
        return await _shown(visit, held)
    return visit.go(f"{PATH}?klart={done}")


def _id(form: Form) -> str:
    """The same words from the same page are one action; other words are another."""
    said = "\0".join([form.one("id"), form.one("text"), *form.every("wishes"), form.one("give"), form.one("withdraw")])
    return f"own:{sha256(said.encode(errors='replace')).hexdigest()[:40]}"


def _problem(problem: Any, visit: Visit) -> str:
    return re.sub(r"^file: ", "", problem_text(problem, visit.t))


def _code(visit: Visit, status: int = 200, said: str = "", form: Form = NOTHING) -> Response:
    """The question for the code."""
    wrong = [("code", visit.t(said))] if said else []
    return calm.page(
        visit,
        "my_report_code.html",
        status,
        title=visit.t("mine.title"),
        here=PATH,
        wrong=wrong,
        text=form.one("text"),
    )


async def _shown(
    visit: Visit,
    held: Holding,
    status: int = 200,
    *,
    said: str = "",
    wrong: Sequence[Wrong] = (),
    form: Form = NOTHING,
) -> Response:
    """The report, as whoever holds its code may see it.

    :param said: what was done just now.
    :param form: what was filled in and could not be taken.
    """
    values: dict[str, Any] = {"title": visit.t("mine.title"), "held": held.token, "here": PATH}
    try:
        it = await own.look(visit.desk, held.stay, visit.now)
    except (KeyDestroyed, UnknownReport):
        return calm.page(visit, "my_report_erased.html", 200, **values)
    return calm.page(
        visit,
        "my_report.html",
        status,
        **values,
        own=it,
        said=said,
        wrong=wrong,
        form=form,
        id=form.one("id") or secrets.token_hex(8),
        wishes=list(Wish),
        consents=CONSENTS,
        largest=visit.desk.vault.largest // (1024 * 1024),
        within=lambda due: within(due - visit.now, visit.t),
    )
