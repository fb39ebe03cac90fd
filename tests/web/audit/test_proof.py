"""Kontroll in the browser: who may, what is found, checkpoints to keep, and one that somebody kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from storage import anchors
from storage.checkpoint import Note
from storage.signing import SigningKeys
from tests.audit.intruder import breaks_in
from tests.web import markup
from tests.web.browser import each_look
from tests.web.cast import ALICE, BOB, DISA, REV, SAM

if TYPE_CHECKING:
    from storage.anchors import Stored
    from tests.web.browser import Chromium
    from tests.web.city import City

PATH = "/revision/kontroll"


async def sign(city: City, days: int = 0, organisation: str = "9001") -> Stored:
    house = city.house
    keys = SigningKeys.open(house.settings.checkpoint_key)
    return await anchors.take(house.database, keys, organisation, datetime.now(UTC) + timedelta(days=days))


async def tamper(city: City, statement: str, **named: str) -> None:
    async with city.house.database.writing() as session:
        await breaks_in(session)
        await session.execute(text(statement), named)


async def test_who_reviews_may_check_and_nobody_else(own_city: City) -> None:
    await sign(own_city)
    for who, status in ((REV, 200), (DISA, 200), (SAM, 403), (BOB, 403), (ALICE, 403)):
        async with own_city.visitor(who) as visitor:
            for path in (PATH, f"{PATH}/nyckel.pem", f"{PATH}/1/kontrollpunkt.txt"):
                assert (await visitor.get(path)).status_code == status, (who, path)
            assert (await visitor.send_form(PATH)).status_code == status


async def test_what_nobody_touched_is_well_and_what_was_done_to_it_is_named(own_city: City) -> None:
    await sign(own_city)
    async with own_city.visitor(REV) as rev:
        well = (await rev.send_form(PATH)).text
        markup.valid(well)
        assert "Inget är ändrat och inget saknas." in well
        ref = own_city.ref("police")
        await tamper(own_city, "UPDATE ledger SET actor = 'somebody' WHERE \"case\" = :ref AND seq = 2", ref=ref)
        broken = (await rev.send_form(PATH)).text
        markup.valid(broken)
    assert f"Ärende {ref}, händelse 2" in broken
    assert "<code>changed</code>" in broken
    assert "<code>unguarded</code>" in broken
    assert "Inget är ändrat" not in broken


async def test_a_checkpoint_is_downloaded_kept_and_held_against_what_became_of_the_log(own_city: City) -> None:
    taken = await sign(own_city)
    async with own_city.visitor(REV) as rev:
        kept = await rev.get(f"{PATH}/1/kontrollpunkt.txt")
        pem = await rev.get(f"{PATH}/nyckel.pem")
        assert kept.text == taken.note
        assert "attachment" in kept.headers["content-disposition"]
        assert SigningKeys.parse(pem.content).signed(Note.parse(kept.text))
        assert "PRIVATE" not in pem.text
        mail = f"Hej!\r\n\r\n{kept.text}\r\nHälsningar"
        assert "Inget är ändrat" in (await rev.send_form(PATH, checkpoint=mail)).text
        await tamper(own_city, "DELETE FROM checkpoints")
        page = (await rev.send_form(PATH, checkpoint=mail)).text
        assert "<code>given_not_kept</code>" in page
        assert "<code>given_unreadable</code>" in (await rev.send_form(PATH, checkpoint="<b>nonsense</b>")).text
        for path in ("/1/kontrollpunkt.txt", "/99999999999999999999/kontrollpunkt.txt", "/1/stampel.tsr"):
            assert (await rev.get(PATH + path)).status_code == 404


async def test_nobody_reads_another_organisations_checkpoints(own_city: City) -> None:
    await sign(own_city, organisation="9002")
    async with own_city.visitor(REV) as rev:
        assert (await rev.get(f"{PATH}/1/kontrollpunkt.txt")).status_code == 404
        assert "Ännu ingen kontrollpunkt." in (await rev.get(PATH)).text


async def test_where_nothing_was_ever_signed_it_is_no_fault_that_there_is_no_key(own_city: City) -> None:
    own_city.house.settings.checkpoint_key.unlink()
    async with own_city.visitor(REV) as rev:
        assert (await rev.get(f"{PATH}/nyckel.pem")).status_code == 404
        assert "Inget är ändrat" in (await rev.send_form(PATH)).text


async def test_many_checkpoints_are_turned_page_by_page(own_city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.audit.proof.SOME", 2)
    for days in range(3):
        await sign(own_city, days)
    async with own_city.visitor(REV) as rev:
        first, second = (await rev.get(PATH)).text, (await rev.get(f"{PATH}?before=2")).text
    markup.valid(second)
    assert [f"{PATH}/{number}/" in first for number in (3, 2, 1)] == [True, True, False]
    assert [f"{PATH}/{number}/" in second for number in (3, 2, 1)] == [False, False, True]
    assert f"{PATH}?before=2" in first


async def test_everybody_can_use_it(own_city: City, chromium: Chromium) -> None:
    await sign(own_city)
    await each_look(chromium, own_city.url, PATH, cookies=await own_city.cookies(REV))


async def test_everybody_can_read_what_was_found(own_city: City, chromium: Chromium) -> None:
    await sign(own_city)
    await tamper(own_city, "UPDATE ledger SET actor = 'somebody' WHERE seq = 2")
    async with chromium.page(own_city.url, cookies=await own_city.cookies(REV)) as page:
        await page.goto(PATH)
        await page.get_by_role("button", name="Kontrollera").click()
        await page.get_by_role("alert").wait_for()
        assert await page.get_by_role("row").count() > 2
