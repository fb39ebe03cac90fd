"""Gallring in the browser and by plain requests: proposed by one, approved by another, destroyed, certified."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from storage import routines
from tests.erasing import archived
from tests.routine import keeping_nothing
from tests.web import markup
from tests.web.browser import DESKTOP, Chromium, each_look
from tests.web.cast import ALICE, MALTE, REV

if TYPE_CHECKING:
    from tests.web.city import City

PATH, ARCHIVIST = "/gallring", "granvik-arkivarie"
DECISION = "KS 2027-12 § 4"


async def ended(city: City, story: str = "closed") -> str:
    """A case whose time is over, in an organisation that keeps nothing and reopens nothing; its number."""
    desk = city.house
    async with desk.database.writing() as session:
        current = await routines.current(session, "9001", datetime.now(UTC).date())
        await routines.adopt(session, keeping_nothing(current))
    ref = await city.begins(story)
    async with desk.database.writing() as session:
        await archived(session, ref, datetime.now(UTC))
    return ref


@pytest.fixture
async def decided(own_city: City) -> tuple[City, str, str]:
    """A city where a list was proposed; the case and the list."""
    ref = await ended(own_city)
    async with own_city.visitor(ARCHIVIST) as archivist:
        answer = await archivist.send_form(f"{PATH}/foresla", case=[ref])
    assert answer.status_code == 303, answer.text
    return own_city, ref, answer.headers["location"]


async def test_two_persons_one_decision_and_a_certificate(decided: tuple[City, str, str]) -> None:
    city, ref, at = decided
    async with city.visitor(ARCHIVIST) as archivist, city.visitor(MALTE) as second:
        page = (await archivist.get(at)).text
        markup.valid(page)
        assert "/godkann" not in page
        alone = await archivist.send_form(f"{at}/godkann", decision=DECISION)
        assert (alone.status_code, "Be någon annan" in alone.text) == (422, True)
        early = await archivist.send_form(f"{at}/genomfor", sure="yes")
        assert (early.status_code, "Ingen har godkänt" in early.text) == (422, True)
        page = (await second.get(at)).text
        assert "/godkann" in page
        nothing_said = await second.send_form(f"{at}/godkann", decision=" ")
        assert (nothing_said.status_code, 'href="#approve-decision"' in nothing_said.text) == (422, True)
        assert (await second.send_form(f"{at}/godkann", decision=DECISION)).status_code == 303
        unsure = await archivist.send_form(f"{at}/genomfor")
        assert (unsure.status_code, 'href="#sure"' in unsure.text) == (422, True)
        done = await archivist.send_form(f"{at}/genomfor", sure="yes")
        assert (done.status_code, "1 ärende är gallrat" in done.text) == (200, True)
        markup.valid(done.text)
        certificate = await archivist.get(f"{PATH}/intyg/{ref}")
        markup.valid(certificate.text)
        assert DECISION in certificate.text
        told = (await archivist.get(f"{PATH}/intyg/{ref}/json")).json()
        body = json.dumps(told["certificate"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert hashlib.sha256(body.encode()).hexdigest() == told["digest"]
    async with city.visitor(ALICE) as alice:
        assert (await alice.get(f"/arenden/{ref}")).status_code == 404


async def test_a_hold_stands_until_it_is_released_and_nothing_passes_it(decided: tuple[City, str, str]) -> None:
    city, ref, at = decided
    async with city.visitor(ARCHIVIST) as archivist, city.visitor(MALTE) as second, city.visitor(REV) as auditor:
        await second.send_form(f"{at}/godkann", decision=DECISION)
        fields = {"case": ref.lower(), "ground": "audit_review", "reference": "R 7"}
        assert (await auditor.send_form(f"{PATH}/bevarade", **fields)).status_code == 303
        page = (await auditor.get(f"{PATH}?klart=hallet")).text
        markup.valid(page)
        hold = page.partition(f'action="{PATH}/bevarade/')[2].partition('"')[0]
        kept = await archivist.send_form(f"{at}/genomfor", sure="yes")
        assert "någon har begärt att det bevaras" in kept.text
        wrong = await auditor.send_form(f"{PATH}/bevarade/{hold}", reference="")
        assert (wrong.status_code, f'href="#release-{hold}-reference"' in wrong.text) == (422, True)
        assert (await auditor.send_form(f"{PATH}/bevarade/{hold}", reference="R 8")).status_code == 303
        assert "1 ärende är gallrat" in (await archivist.send_form(f"{at}/genomfor", sure="yes")).text


async def test_a_case_is_taken_off_and_a_list_is_withdrawn(decided: tuple[City, str, str]) -> None:
    city, ref, at = decided
    async with city.visitor(ARCHIVIST) as archivist, city.visitor(MALTE) as second:
        taken_off = await second.send_form(f"{at}/undanta", case=ref, reason="research_sample")
        assert taken_off.status_code == 303
        assert "Bevaras för forskning" in (await archivist.get(at)).text
        again = await archivist.send_form(f"{PATH}/foresla", case=[ref])
        assert (await second.send_form(f"{again.headers['location']}/aterta")).status_code == 303
        assert ref in (await archivist.get(PATH)).text
        empty = await archivist.send_form(f"{PATH}/foresla")
        assert (empty.status_code, "välj minst ett" in empty.text) == (422, True)
        for wrong in ({"case": ref, "reason": "x"}, {"case": ref, "ground": "x", "reference": "y"}):
            path = f"{at}/undanta" if "reason" in wrong else f"{PATH}/bevarade"
            assert (await archivist.send_form(path, **wrong)).status_code == 400


async def test_whoever_must_not_sees_nothing_of_it(decided: tuple[City, str, str]) -> None:
    city, ref, at = decided
    async with city.visitor("granvik-tib") as duty, city.visitor("nordmyra-arkivarie") as neighbour:
        assert (await duty.get(PATH)).status_code == 403
        assert ref not in (await neighbour.get(PATH)).text
        for path in (at, f"{PATH}/intyg/{ref}", f"{PATH}/intyg/{ref}/json"):
            assert (await neighbour.get(path)).status_code == 404
        for deed in ("godkann", "genomfor", "aterta"):
            sent = await neighbour.send_form(f"{at}/{deed}", decision=DECISION, sure="yes")
            assert sent.status_code == 404


async def test_everybody_can_use_it(decided: tuple[City, str, str], chromium: Chromium) -> None:
    city, ref, at = decided
    another = await ended(city)
    async with city.visitor(ARCHIVIST) as archivist:
        await archivist.send_form(f"{PATH}/bevarade", case=another, ground="legal_proceedings", reference="T 12-27")
    for who, path in ((ARCHIVIST, PATH), (MALTE, at)):
        await each_look(chromium, city.url, path, cookies=await city.cookies(who))
    async with city.page(chromium, MALTE, DESKTOP) as page:  # the second person, by hand
        await page.goto(at)
        await page.get_by_role("textbox", name="Beslut").fill(DECISION)
        await page.get_by_role("button", name="Godkänn listan").click()
        await page.get_by_label("Jag vet att det inte går att ångra.").check()
        await page.get_by_role("button", name="Gallra nu").click()
        await page.get_by_text("1 ärende är gallrat.").wait_for()
    await each_look(chromium, city.url, f"{PATH}/intyg/{ref}", cookies=await city.cookies(ARCHIVIST))
