"""Kontroll: whether anything in the ledger was changed or has gone, and the signed checkpoints to keep elsewhere."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, NamedTuple

from fastapi import APIRouter, Depends, HTTPException, Query
from starlette.responses import Response

from audit.verify import Given, verify
from i18n.proofs import flaw_place, flaw_text
from models.areas import Area
from storage import anchors
from storage.checkpoint import LIMIT, origin_of
from storage.signing import BadSigningKey, SigningKeys
from storage.stamps import BadStamp, stamped_at
from web.downloads import attachment
from web.form import Posted
from web.navigation import PATHS
from web.visit import Visit, at

if TYPE_CHECKING:
    from datetime import datetime

    from storage.anchors import Stored
    from storage.proof import Proof

PATH = f"{PATHS[Area.AUDIT]}/kontroll"
SOME = 30
"""Checkpoints on a page: a month."""
LONGEST = 4 * LIMIT
"""Characters of what somebody pastes: a checkpoint with a mail around it."""
Reviewer = Annotated[Visit, Depends(at(Area.AUDIT))]

router = APIRouter()
_turn = asyncio.Lock()
"""One verification at a time in this process: it reads everything."""


class Row(NamedTuple):
    """A checkpoint in the list; `stamped` is when a time authority saw it."""

    number: int
    at: datetime
    size: int
    stamped: datetime | None


@router.get(PATH)
async def proof(visit: Reviewer, before: Annotated[int | None, Query(ge=1, le=2**31)] = None) -> Response:
    """The checkpoints, the newest first, and the button that verifies."""
    return await _page(visit, before)


@router.post(PATH)
async def verified(visit: Reviewer, form: Posted) -> Response:
    """Verify all of the reviewer's own organisation, with a checkpoint they have kept if they paste one."""
    pasted = form.exact("checkpoint")[:LONGEST]
    given = [Given(visit.t("proof.pasted"), pasted)] if pasted.strip() else []
    async with _turn:
        keys = await asyncio.to_thread(_keys, visit)
        found = await verify(visit.desk.database, keys, visit.actor.organisation, given=given, ring=visit.desk.ring)
    return await _page(visit, None, found, pasted)


@router.get(f"{PATH}/nyckel.pem")
async def public_key(visit: Reviewer) -> Response:
    """The public key that checks signatures: with it, nobody needs us."""
    keys = await asyncio.to_thread(_keys, visit)
    if keys is None:
        raise HTTPException(404)
    return _file(keys.pem().encode(), "varna-nyckel.pem", "application/x-pem-file")


@router.get(f"{PATH}/{{number}}/kontrollpunkt.txt")
async def note(visit: Reviewer, number: int) -> Response:
    """A checkpoint as it was signed."""
    stored = await _stored(visit, number)
    return _file(stored.note.encode(), f"kontrollpunkt-{stored.organisation}-{number}.txt", "text/plain; charset=utf-8")


@router.get(f"{PATH}/{{number}}/stampel.tsr")
async def stamp(visit: Reviewer, number: int) -> Response:
    """The time stamp of a checkpoint, as the authority gave it."""
    stored = await _stored(visit, number)
    async with visit.desk.database.reading(of=[stored.organisation]) as session:
        token = (await anchors.stamps(session, stored.organisation)).get(number)
    if token is None:
        raise HTTPException(404)
    return _file(token, f"kontrollpunkt-{stored.organisation}-{number}.tsr", "application/timestamp-reply")


async def _stored(visit: Visit, number: int) -> Stored:
    organisation = visit.actor.organisation
    try:
        async with visit.desk.database.reading(of=[organisation]) as session:
            return await anchors.checkpoint(session, organisation, number)
    except (anchors.UnknownCheckpoint, OverflowError):
        raise HTTPException(404) from None


async def _page(visit: Visit, before: int | None, found: Proof | None = None, pasted: str = "") -> Response:
    organisation = visit.actor.organisation
    async with visit.desk.database.reading(of=[organisation]) as session:
        stored = await anchors.checkpoints(session, organisation)
        stamps = await anchors.stamps(session, organisation)
    older = [one for one in reversed(stored) if before is None or one.number < before]
    rows = [Row(one.number, one.at, one.size, _when(stamps.get(one.number))) for one in older[:SOME]]
    return visit.page(
        "audit/proof.html",
        title=visit.t("audit.proof"),
        path=PATH,
        rows=rows,
        more=rows[-1].number if len(older) > SOME else 0,
        first=before is None,
        found=found,
        flaws=[(flaw_place(one, visit.t), flaw_text(one, visit.t), one.code) for one in found.flaws] if found else [],
        pasted=pasted,
        longest=LONGEST,
        origin=origin_of(organisation),
    )


def _keys(visit: Visit) -> SigningKeys | None:
    path = visit.site.offer.checkpoint_key
    try:
        return SigningKeys.read(path) if path else None
    except (OSError, BadSigningKey):
        return None


def _when(token: bytes | None) -> datetime | None:
    try:
        return stamped_at(token) if token else None
    except BadStamp:
        return None


def _file(content: bytes, name: str, media: str) -> Response:
    return Response(content, media_type=media, headers={"Content-Disposition": attachment(name)})
