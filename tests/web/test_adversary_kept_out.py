"""Whoever is kept out of a case finds no other door to it: not yesterday, nor its papers, files, forms or addresses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from desk import evidence
from desk.evidence import Label
from tests.web.stories import ALICE, BOB, CHARLIE, DAG, KAJ
from tests.web.test_every_case import NONE, plain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.web.city import City

YESTERDAY = datetime.now(UTC) - timedelta(days=1)
PAGES = (
    *(f"/arenden/{{ref}}{query}" for query in ("?seq=1", f"?at={YESTERDAY:%Y-%m-%dT%H:%M}", "?visa=allt&fore=3")),
    "/arenden/{ref}/logg/1",
    "/arenden/{ref}/polisanmalan.pdf",
    "/arenden/{ref}/meddelanden",
    "/arenden/{ref}/add_evidence",
    "/arenden/{ref}/assign?handler=granvik-samordnare",
    "/arenden/{ref}/finns_inte",
    "/evidence/{file}",
)
CALLS = (
    "/cases/{ref}?seq=1",
    f"/cases/{{ref}}?at={YESTERDAY:%Y-%m-%dT%H:%M:%SZ}",
    "/cases/{ref}/events?after=1",
    "/cases/{ref}/evidence",
    "/evidence/{file}",
)


async def file_in(city: City, ref: str, by: str) -> str:
    """The id of a file that somebody has handed in."""

    async def chunks() -> AsyncIterator[bytes]:
        yield b"Ett brev."

    label = Label("brev.txt")
    return (await evidence.receive(city.house, ref, by, chunks(), datetime.now(UTC), label)).piece.id


@pytest.mark.parametrize(
    "story, who, by", [("blocked", ALICE, KAJ), ("protected", KAJ, BOB), ("triaged", CHARLIE, BOB)]
)
async def test_no_door_leads_to_a_case_that_somebody_is_kept_out_of(
    own_city: City, story: str, who: str, by: str
) -> None:
    ref, wrong = own_city.ref(story), []
    file = await file_in(own_city, ref, by)
    async with own_city.visitor(by) as theirs:
        assert (await theirs.get(f"/evidence/{file}")).status_code == 200
    async with own_city.visitor(who) as visitor, own_city.program(who) as program:
        for client, path in [*((visitor, one) for one in PAGES), *((program, one) for one in CALLS)]:
            hidden = plain(await client.get(path.format(ref=ref, file=file)), ref)
            nothing = plain(await client.get(path.format(ref=NONE, file="0" * 32)), NONE)
            wrong += [path] * (hidden != nothing or hidden[0] < 400)
        known = await program.get(f"/cases/{ref}", headers={"If-None-Match": '"1"', "If-Match": "*"})
        wrong += ["If-None-Match"] * (known.status_code != 404)
    assert wrong == []


async def test_whoever_reads_a_headline_gets_no_paper_no_file_and_no_name(own_city: City) -> None:
    ref = own_city.ref("police")
    file = await file_in(own_city, ref, BOB)
    async with own_city.visitor(DAG) as dag, own_city.program(DAG) as program:
        page = await dag.get(f"/arenden/{ref}")
        assert (page.status_code, "brev.txt" in page.text, "Ingen handläggare" in page.text) == (200, False, False)
        paths = (f"/arenden/{ref}/polisanmalan.pdf", f"/arenden/{ref}/meddelanden", f"/evidence/{file}")
        assert [(await dag.get(path)).status_code for path in paths] == [404] * 3
        assert (await program.get(f"/cases/{ref}/evidence")).json()["evidence"] == []
        assert (await program.get(f"/cases/{ref}/notices")).json()["notices"] == []
