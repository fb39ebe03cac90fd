"""The draft of a police report, as a file to be saved and read before it goes anywhere."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from desk import police_package, police_report
from web.casefile.door import Officer
from web.downloads import POLICY, attachment

router = APIRouter()


@router.get("/arenden/{ref}/polisanmalan.pdf")
async def draft(visit: Officer, ref: str) -> Response:
    """What is known, word by word where it matters; to nobody who does not see the whole case."""
    text = await police_report.draft(visit.desk, ref, visit.actor.id, visit.t, visit.now)
    headers = {"Content-Disposition": attachment(f"{ref}.pdf"), "Content-Security-Policy": POLICY}
    return Response(text, media_type="application/pdf", headers=headers)


@router.get("/arenden/{ref}/polispaket.zip")
async def package(visit: Officer, ref: str) -> Response:
    """The draft with every file as it was received and how it was held."""
    chunks = await police_package.build(visit.desk, ref, visit.actor.id, visit.t, visit.now)
    headers = {"Content-Disposition": attachment(f"{ref}.zip"), "Content-Security-Policy": POLICY}
    return StreamingResponse(chunks, media_type="application/zip", headers=headers)
