"""Efterlevnad and Tänk om: what who reviews sees of the cases of their own organisation: no words, no names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from storage.routine_file import ROUTINES
from tests.web import markup
from tests.web.browser import each_look
from tests.web.cast import ALICE, CHARLIE, DISA, REV
from tests.web.stories import MARKED

if TYPE_CHECKING:
    from tests.web.browser import Chromium
    from tests.web.city import City

CONFORMANCE, WHATIF = "/revision/efterlevnad", "/revision/tank-om"
STRICT = 'extends = "standard"\nversion = "prov"\ndecision = "Utkast"\nvalid_from = 2026-01-01\n'


async def test_who_reviews_reads_in_sentences_where_cases_deviate_and_no_more(city: City) -> None:
    async with city.visitor(REV) as rev:
        page = (await rev.get(CONFORMANCE)).text
        other = (await rev.get(CONFORMANCE, params={"ar": 2019})).text
    markup.valid(page)
    assert re.search(r"\d+ av \d+ ärenden saknar .+ inom \d+", page)
    assert city.ref("overdue") in page
    assert city.ref("storm") not in page
    assert city.ref("drill") not in page
    assert MARKED not in page
    assert "granvik-" not in page.partition("<main")[2].partition("</main>")[0]
    assert "Det finns inga ärenden från det året" in other
    async with city.visitor(CHARLIE) as charlie, city.visitor(ALICE) as alice:
        assert (await charlie.get(CONFORMANCE)).status_code == 403
        assert (await alice.get(CONFORMANCE)).status_code == 403


async def test_an_adopted_version_and_one_that_is_only_written_are_tried(city: City) -> None:
    async with city.visitor(REV) as rev:
        page = (await rev.get(WHATIF)).text
        markup.valid(page)
        digest = re.search(r'<option value="([0-9a-f]{64})"', page)
        assert digest
        same = (await rev.get(WHATIF, params={"version": digest[1]})).text
        markup.valid(same)
        written = await rev.send_form(WHATIF, rutin=STRICT, sedan="2026-01-01")
        markup.valid(written.text)
        nobody = (await rev.get(WHATIF, params={"version": digest[1], "sedan": "2099-01-01"})).text
        assert (await rev.get(WHATIF, params={"version": "0" * 64})).status_code == 404
    for answer in (same, written.text):
        assert "människor hade gjort annorlunda" in answer
        assert MARKED not in answer
        assert re.search(r"under sin egen rutin blir (\d+) av \1 ärenden", answer)
    assert "något blir annorlunda i 0" in same
    assert not re.search("något blir annorlunda i 0", written.text)
    assert "Under rutin prov" in written.text
    assert "0 ärenden under rutin" in nobody


async def test_what_is_wrong_in_a_written_routine_is_named_by_line(city: City) -> None:
    async with city.visitor(REV) as rev:
        broken = await rev.send_form(WHATIF, rutin="version = \nx")
        strange = await rev.send_form(WHATIF, rutin='extends = "../settings"')
        late = await rev.send_form(WHATIF, rutin=STRICT, sedan="igår")
        whole = await rev.send_form(WHATIF, rutin=(ROUTINES / "standard.toml").read_text(encoding="utf-8"))
    for answer in (broken, strange, late):
        assert answer.status_code == 422
        markup.valid(answer.text)
    assert "rutin.toml:1" in broken.text
    assert whole.status_code == 200


async def test_the_pages_are_usable_by_everybody_in_every_look(city: City, chromium: Chromium) -> None:
    async with city.visitor(REV) as rev:
        digest = re.search(r'<option value="([0-9a-f]{64})"', (await rev.get(WHATIF)).text)
    assert digest
    await each_look(chromium, city.url, CONFORMANCE, cookies=await city.cookies(REV))
    await each_look(chromium, city.url, f"{WHATIF}?version={digest[1]}", cookies=await city.cookies(DISA))
