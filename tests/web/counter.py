"""A counter where files are handed in and given out: routes of the tests' own, on the real helpers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from fastapi import APIRouter, HTTPException, Request

from desk import evidence
from desk.evidence import Label
from models.refusal import BadInput
from operate.house import House
from tests.desk.files import REPORTER
from tests.storage.town import NOON, Town
from tests.web.posting import TYPE, in_bits
from web import downloads, uploads
from web.uploads import Uploaded
from web.visit import Anyone

MEGABYTE = 1024 * 1024
CHIEF = "granvik-sakerhetschef"
AFTER = NOON + timedelta(hours=1)
router = APIRouter()


@router.post("/try/{ref}", max_body_size=uploads.LARGEST)
async def take(ref: str, visit: Anyone, upload: Uploaded) -> dict[str, Any]:
    """As a page would."""
    if upload.form.one("stop"):
        raise HTTPException(422)
    taken = []
    try:
        async for sent in upload.files():
            label = Label(sent.name, upload.form.one("note"))
            taken.append(await evidence.receive(visit.desk, ref, REPORTER, sent.chunks, AFTER, label))
    except BadInput as bad:
        return {"wrong": [one.code for one in bad.problems], "kept": len(taken)}
    return {"kept": [one.document() for one in taken], "after": upload.form.one("after")}


@router.put("/try/bare/{ref}", max_body_size=uploads.LARGEST)
async def take_bare(ref: str, visit: Anyone, request: Request) -> dict[str, Any]:
    """As the API would."""
    sent = uploads.bare(request, visit.desk.vault.largest)
    return (await evidence.receive(visit.desk, ref, CHIEF, sent.chunks, AFTER, Label(sent.name))).document()


@router.post("/try-form/{ref}")
async def take_small(ref: str, request: Request) -> int:
    """A route that says nothing of uploads."""
    return len(ref) + len(await request.body())


@router.get("/try/evidence/{identity}")
async def look(identity: str, visit: Anyone) -> Any:
    """As a page would, with the chief signed in."""
    return await downloads.give(visit.desk, CHIEF, identity)


@dataclass
class Counter:
    """Somewhere to hand things in."""

    town: Town
    house: House
    case: str
    url: str
    client: httpx2.AsyncClient

    async def posts(self, *parts: bytes, bits: int = 1000, content_type: str = TYPE) -> httpx2.Response:
        body = in_bits(b"".join(parts), bits)
        return await self.client.post(f"/try/{self.case}", content=body, headers={"Content-Type": content_type})

    async def names(self) -> list[str]:
        return [piece.name for piece in await evidence.handed_in(self.house, self.case)]

    def lying(self) -> list[Path]:
        """All that is in the vault, and all else in the home that could be a copy."""
        return [path for path in self.house.settings.home.rglob("*") if path.is_file() and path.suffix != ".key"]
