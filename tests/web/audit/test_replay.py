"""An auditor replays a case in the browser, and sees both sides where the two records part; never what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from storage import tables
from storage.tables import Relation
from tests.audit.replayed import OFFICER, at_rest, change, key_of, sealed
from tests.reports import a_report
from tests.web import markup
from tests.web.browser import each_look
from tests.web.cast import ALICE, DISA, REV

if TYPE_CHECKING:
    from operate.town import TownCase
    from tests.web.browser import Chromium
    from tests.web.city import City, LivingCity

PATH = "/revision/uppspelning"
WORD = "Kvastskaft vid grinden"


async def a_case(city: LivingCity) -> TownCase:
    """Reported and worked on in the engine."""
    assert city.town is not None
    case = await city.town.report(a_report())
    await case.does(OFFICER, "add_note", text=WORD)
    await at_rest(case)
    return case


async def test_an_auditor_replays_a_case_and_is_told_that_the_records_agree(living_city: LivingCity) -> None:
    case = await a_case(living_city)
    async with living_city.visitor(REV) as visitor:
        before = (await visitor.get(f"{PATH}/{case.ref}")).raise_for_status().text
        assert "Spela upp" in before
        answer = await visitor.send_form(f"{PATH}/{case.ref}")
        assert answer.status_code == 200
        assert "Identiskt" in answer.text
        listed = (await visitor.get(PATH)).raise_for_status().text
        (row,) = [row for row in listed.split("<tr>") if f">{case.ref}<" in row]
        assert "Identiskt" in row
        after = (await visitor.get(f"{PATH}/{case.ref}")).text
        assert "Senaste gången" in after
    for page in (before, answer.text, listed, after):
        markup.valid(page)
    async with living_city.house.database.reading() as session:
        table = tables.reads.c
        read = select(table.ground, table.what).where(table.case == case.ref, table.user == REV)
        assert [tuple(row) for row in await session.execute(read)] == [("review", "history")]


async def test_both_sides_are_shown_without_a_word_of_what_was_written(living_city: LivingCity) -> None:
    case = await a_case(living_city)
    note = next(event for event in await case.events() if event.type == "note_added")
    forged = note.model_copy(update={"data": note.data.model_copy(update={"text": "Allt är bra"}), "actor": ALICE})
    await change(case, note.seq, body=sealed(await key_of(case), forged))
    async with living_city.visitor(DISA) as visitor:
        page = (await visitor.send_form(f"{PATH}/{case.ref}")).raise_for_status().text
        listed = (await visitor.get(PATH)).text
    markup.valid(page)
    for part in (f"Skiljer sig vid händelse {note.seq}", "data.text", "person-1", "person-2", "Historiken", "Liggaren"):
        assert part in page
    for part in (WORD, "Allt är bra", OFFICER, ALICE):
        assert part not in page
    assert f"Vid händelse {note.seq}" in listed


async def test_what_can_be_replayed_nowhere_says_so_and_proves_nothing(own_city: City) -> None:
    ref = own_city.ref("police")
    async with own_city.visitor(REV) as visitor:
        answer = await visitor.send_form(f"{PATH}/{ref}")
        assert answer.status_code == 503
        markup.valid(answer.text)
        assert "Motorn går inte att nå" in answer.text
        assert "Aldrig uppspelat" in (await visitor.get(PATH)).text


async def test_nobody_replays_the_cases_of_others(city: City) -> None:
    strange = next(ref for refs in city.refs.values() for ref in refs if not ref.startswith("9001-"))
    async with city.visitor(REV) as visitor:
        for ref in (strange, "9001-FV-2020-00001", "x"):
            assert (await visitor.get(f"{PATH}/{ref}")).status_code == 404
            assert (await visitor.send_form(f"{PATH}/{ref}")).status_code == 404
        assert strange not in (await visitor.get(PATH)).text


async def test_somebody_who_is_kept_out_of_a_case_meets_it_nowhere_here_either(own_city: City) -> None:
    ref = own_city.ref("police")
    async with own_city.house.database.writing() as session:
        row = {"case": ref, "organisation": "9001", "relation": Relation.BLOCKED, "subject": REV}
        await session.execute(insert(tables.case_relations), row)
    async with own_city.visitor(REV) as visitor, own_city.visitor(DISA) as other:
        assert ref not in (await visitor.get(PATH)).text
        assert (await visitor.get(f"{PATH}/{ref}")).status_code == 404
        assert (await visitor.send_form(f"{PATH}/{ref}")).status_code == 404
        assert ref in (await other.get(PATH)).text


async def test_the_list_goes_on_page_by_page(city: City) -> None:
    async with city.visitor(REV) as visitor:
        whole = (await visitor.get(PATH)).text
        refs = [part.partition('"')[0] for part in whole.split(f'href="{PATH}/')[1:]]
        assert refs == sorted(refs, reverse=True)
        rest = (await visitor.get(PATH, params={"before": refs[1]})).text
        markup.valid(rest)
        assert f">{refs[1]}<" not in rest
        assert f">{refs[2]}<" in rest


async def test_everybody_can_use_it(living_city: LivingCity, chromium: Chromium) -> None:
    case = await a_case(living_city)
    cookies = await living_city.cookies(REV)
    await change(case, 2, actor=ALICE)
    async with living_city.visitor(REV) as visitor:
        await visitor.send_form(f"{PATH}/{case.ref}")
    await each_look(chromium, living_city.url, PATH, cookies=cookies)
    await each_look(chromium, living_city.url, f"{PATH}/{case.ref}", cookies=cookies)
