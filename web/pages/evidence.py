"""Evidence in a case: handed in as it comes, recorded by its checksum, given out only as a file to be saved."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from desk import evidence as vault
from desk import provenance
from desk.casefile import CaseFile
from desk.evidence import Label, Received
from i18n import refusal_text
from models.refusal import BadInput, Refusal
from models.stages.casework import AddEvidence
from models.vocabulary.reading import ReadWhat
from web import downloads, uploads
from web.casefile.deeds import able
from web.casefile.door import Officer, opened, shown
from web.casefile.reader import reader
from web.forms.sheet import Maker
from web.forms.troubles import troubles
from web.uploads import Uploaded
from web.visit import Visit

router = APIRouter()


@router.get("/evidence/{evidence}")
async def download(visit: Officer, evidence: str) -> Response:
    """A piece, to be saved; nothing is said of what somebody may not see."""
    return await downloads.give(visit.desk, visit.actor.id, evidence)


@router.get("/arenden/{ref}/bevis/{evidence}")
async def custody(visit: Officer, ref: str, evidence: str) -> Response:
    """Who handed it in, who held it, saw it and took it out."""
    file = await opened(visit, ref, what=ReadWhat.CUSTODY)
    piece, links = await provenance.of_piece(visit.desk, evidence, visit.actor.id)
    if piece.case != ref:
        raise HTTPException(404)
    called = await file.names({link.who for link in links})
    values: dict[str, Any] = await shown(visit, file) | {
        "title": visit.t("ends.custody"),
        "piece": piece,
        "links": links,
    }
    return visit.page("case/custody.html", **values, who=lambda one: reader(one, called, visit.t))


@router.get("/arenden/{ref}/add_evidence")
async def form(visit: Officer, ref: str) -> Response:
    """Hand in files; or say what is kept elsewhere, or that there is nothing."""
    file = await opened(visit, ref)
    wrong = {} if AddEvidence in able(file, visit.now) else {"": visit.t("case.not_now")}
    return await _page(visit, file, wrong)


@router.post("/arenden/{ref}/bevis", max_body_size=uploads.LARGEST)
async def hand_in(visit: Officer, ref: str, upload: Uploaded) -> Response:
    """Keep the files; the case hears of each now, or as soon as it can."""
    file = await opened(visit, ref)
    kept: list[Received] = []
    try:
        async for one in upload.files():
            if not one.name:
                async for _ in one.chunks:
                    pass
                continue
            label = Label(name=one.name, note=upload.form.one("note"))
            kept.append(await vault.receive(visit.desk, ref, visit.actor.id, one.chunks, visit.now, label))
    except BadInput as error:
        return await _page(visit, file, troubles(error, AddEvidence, visit.t), 422, kept)
    except Refusal as refusal:
        if refusal.code == "unknown_case":
            raise HTTPException(404) from None
        return await _page(visit, file, {"": refusal_text(refusal, visit.t)}, 409, kept)
    if not kept:
        return await _page(visit, file, {"": visit.t("case.no_file")}, 422)
    return await _page(visit, file, {}, 200, kept)


async def _page(
    visit: Visit, file: CaseFile, wrong: dict[str, str], status: int = 200, kept: list[Received] | None = None
) -> Response:
    maker = Maker(AddEvidence, visit.t)
    values: dict[str, Any] = {
        **await shown(visit, file),
        "title": visit.t("deed.add_evidence"),
        "sheet": maker.sheet(maker.blank(), wrong),
        "id": uuid4().hex,
        "meanwhile": None,
        "open": AddEvidence in able(file, visit.now),
        "kept": kept or [],
        "largest": visit.desk.vault.largest // (1024 * 1024),
    }
    return visit.page("case/evidence.html", status, **values)
