"""A report taken into a case is read by all who see that case: it opens no way to what is kept from somebody."""

from __future__ import annotations

import pytest

from storage import cases
from tests.web.city import LivingCity
from tests.web.stories import BOB, CHARLIE, KAJ, MARKED

WAYS = {"merge_report": {}, "add_incident": {"text": "Samma avsändare."}}


async def report_of(city: LivingCity, ref: str) -> str:
    """The id of the report a case began with, which whoever saw the case once still knows."""
    async with city.house.database.reading() as session:
        return (await cases.load(session, city.house.ring, ref)).reports[0]


@pytest.mark.parametrize("way", WAYS)
async def test_nobody_reads_a_hidden_case_by_taking_its_report_into_one_of_their_own(
    living_city: LivingCity, way: str
) -> None:
    hidden = await report_of(living_city, await living_city.begins("protected"))
    theirs = await report_of(living_city, living_city.ref("storm"))
    seen = await report_of(living_city, await living_city.begins("fresh"))
    ref = await living_city.begins("triaged")
    async with living_city.program(KAJ) as kaj:

        async def taken(report: str) -> tuple[int, str]:
            command = {"type": way, "report": report, **WAYS[way]}
            answer = await kaj.post(f"/cases/{ref}/commands", json=command, headers={"Idempotency-Key": report})
            return answer.status_code, answer.json().get("code", "")

        found = [await taken(report) for report in (hidden, theirs, "0" * 32, seen)]
    assert found == [(409, "no_such_report")] * 3 + [(200, "")]
    async with living_city.visitor(KAJ) as visitor:
        assert (await visitor.get(f"/arenden/{ref}")).status_code == 200
        assert (await visitor.get(f"/arenden/{ref}/answer_message")).status_code == 200


async def test_a_report_that_is_none_shuts_nobody_out_of_the_case_it_was_to_join(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    async with living_city.visitor(BOB) as bob:
        answer = await bob.send_form(f"/arenden/{ref}/merge_report", id="m1", seq="99", report="finns-inte")
        assert answer.status_code == 409
        page = await bob.get(f"/arenden/{ref}")
        assert (page.status_code, MARKED in page.text) == (200, True)
    async with living_city.visitor(CHARLIE) as charlie:
        assert (await charlie.get(f"/arenden/{ref}")).status_code == 404
