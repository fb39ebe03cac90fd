"""All messages about a case: who was told of what, whether it arrived; and what was lost is sent again."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from desk import messages
from storage.messages import UnknownMessage
from web.casefile.door import Officer, opened, shown
from web.casefile.side import may_resend
from web.casefile.told import told
from web.form import Posted

router = APIRouter()


@router.get("/arenden/{ref}/meddelanden")
async def all_of_them(visit: Officer, ref: str) -> Response:
    """Every one, the latest first."""
    file = await opened(visit, ref)
    if not file.view.whole:
        raise HTTPException(404)
    values: dict[str, Any] = {
        **await shown(visit, file),
        "title": visit.t("case.all_messages"),
        "told": await told(file, visit.t, None),
        "may_resend": may_resend(file),
        "said": visit.t("case.sent_again") if visit.request.query_params.get("gjort") else "",
    }
    return visit.page("case/messages.html", **values)


@router.post("/arenden/{ref}/meddelanden")
async def send_again(visit: Officer, ref: str, form: Posted) -> Response:
    """Send one once more; of a message of another case it is not even said that it is there."""
    file = await opened(visit, ref)
    if not may_resend(file):
        raise HTTPException(404 if not file.view.whole else 403)
    try:
        await messages.again(visit.desk, form.one("message"), file.ref)
    except UnknownMessage:
        raise HTTPException(404) from None
    return visit.go(f"/arenden/{ref}/meddelanden?gjort=1")
