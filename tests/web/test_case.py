"""The page of a case: what stands first, why, what happened; no more than its reader may see, now and before."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from models.context import Context
from models.decide import decide
from models.evolve import evolve
from models.possible import possible
from models.stages.casework import AddNote
from storage import cases, notices, people, routines
from storage.record import record
from tests.web.filled import Filled
from tests.web.markup import valid
from tests.web.stories import ALICE, BOB, CHARLIE, CLEO, DAG, FREJA, KAJ, MALTE, MARKED, PIM

if TYPE_CHECKING:
    from models.case import Case
    from tests.web.city import City, Visitor

PAGE = 60_000
"""Bytes a page may weigh."""


def words_of(text: str) -> str:
    """What somebody reads on a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def part(text: str, name: str) -> str:
    """What stands in a section of the page."""
    begins = text.index(f'aria-labelledby="{name}"')
    ends = text.find("aria-labelledby=", begins + 1)
    return words_of(text[begins : ends if ends > 0 else text.index("</main>")])


async def page(visitor: Visitor, ref: str, **asked: Any) -> str:
    answer = await visitor.get(f"/arenden/{ref}", params=asked)
    assert answer.status_code == 200
    valid(answer.text)
    assert len(answer.content) < PAGE
    return answer.text


async def loaded(city: City, ref: str) -> Case:
    async with city.house.database.reading() as session:
        return await cases.load(session, city.house.ring, ref)


async def test_what_is_due_stands_first_with_why_and_the_button_that_answers_it(each_city: City) -> None:
    ref = each_city.ref("alarm")
    async with each_city.visitor(ALICE) as alice:
        text = await page(alice, ref)
    now = part(text, "now")
    assert now.index("Kvittering av larm") < now.index("Första kontakt")
    assert "Varför detta klockslag?" in now
    assert re.search(r"Räknas från .* Tid: .* Senast", now) or "min" in now
    assert f'href="/arenden/{ref}/acknowledge">Jag tar larmet' in text
    assert "Akut (tills vidare)" in words_of(text)


async def test_the_stages_under_way_at_the_same_time_are_shown_as_such(each_city: City) -> None:
    async with each_city.visitor(BOB) as bob:
        text = await page(bob, each_city.ref("police"))
    stages = words_of(text[text.index('class="stepper"') : text.index("</ol>")])
    assert stages.count("Pågår") == 2


async def test_people_have_names_and_what_they_wrote_stands_below_what_they_did(each_city: City) -> None:
    async with each_city.visitor(KAJ) as kaj:
        text = await page(kaj, each_city.ref("police"))
    said = words_of(text)
    assert "Handläggare: Folke Västerholm" in said
    assert BOB not in text.replace(f'"/{BOB}', "")
    assert f"{MARKED} har fått nytt telefonnummer." in said
    assert "Nummer: 5000-K100200-26" in said
    assert 'href="tel:070-1740605"' in text


@pytest.mark.parametrize(
    "show, there, gone",
    [
        ("allt", "Anteckning skriven", "Ärendet avslutat"),
        ("beslut", "Beslut om polisanmälan", "Uppföljning: Nådd"),
        ("kontakter", "Uppföljning: Nådd", "Beslut om polisanmälan"),
        ("meddelanden", "Påminnelse", "Uppföljning: Nådd"),
        ("nonsens", "Anteckning skriven", "Ärendet avslutat"),
    ],
)
async def test_the_timeline_shows_one_part_at_a_time(city: City, show: str, there: str, gone: str) -> None:
    async with city.visitor(BOB) as bob:
        happened = part(await page(bob, city.ref("police"), visa=show), "happened")
    assert there in happened
    assert gone not in happened


async def test_a_long_story_is_read_page_by_page_and_none_weighs_too_much(own_city: City) -> None:
    ref = own_city.ref("police")
    await _grow(own_city, ref, notes=400)
    seen, before, pages = list[int](), "", 0
    async with own_city.visitor(BOB) as bob:
        while True:
            text = await page(bob, ref, **({"fore": before} if before else {}))
            pages += 1
            seen += [int(seq) for seq in re.findall(r'/logg/(\d+)" aria-label', text)]
            older = re.search(r"\?fore=(\d+)", text)
            if older is None:
                break
            before = older[1]
    assert seen == sorted(set(seen), reverse=True)
    assert len(seen) > 400
    assert pages > 3


async def test_a_long_text_only_begins_on_the_page_and_is_read_whole_one_click_away(own_city: City) -> None:
    ref, text = own_city.ref("triaged"), "Kvastskaft skrev. " * 400
    await _grow(own_city, ref, notes=1, text=text)
    case = await loaded(own_city, ref)
    async with own_city.visitor(BOB) as bob:
        assert text.strip() not in unescape(await page(bob, ref))
        whole = await bob.get(f"/arenden/{ref}/logg/{case.seq}")
    valid(whole.text)
    assert text.strip() in unescape(whole.text)


async def test_a_case_is_shown_as_it_stood_and_nothing_can_be_done_in_the_past(each_city: City) -> None:
    ref = each_city.ref("police")
    async with each_city.visitor(BOB) as bob:
        text = await page(bob, ref, seq="3")
        assert "Så stod ärendet" in text
        assert "Tillbaka till nu" in text
        assert "Beslut om polisanmälan" not in part(text, "happened")
        assert f"/arenden/{ref}/add_note" not in text
        then = (await loaded(each_city, ref)).reported + timedelta(minutes=1)
        early = await page(bob, ref, at=then.isoformat())
        assert "Rapport mottagen" in early
        assert "Intag: " not in early
        for nonsense in ({"seq": "999999"}, {"at": "igår"}, {"at": "1999-01-01T00:00"}):
            assert (await bob.get(f"/arenden/{ref}", params=nonsense)).status_code == 404


async def test_who_sees_the_headline_alone_reads_no_word_and_learns_nobody_s_name(each_city: City) -> None:
    ref = each_city.ref("police")
    async with each_city.visitor(DAG) as dag, each_city.visitor(CLEO) as cleo:
        for visitor in (dag, cleo):
            text = await page(visitor, ref)
            assert MARKED not in text
            assert "Folke" not in text
            assert "070-174" not in text
            assert "Förtäckt hot" not in text
            assert "Du ser nivå, fas och tider." in text
            assert (await visitor.get(f"/arenden/{ref}/logg/2")).status_code == 404
            assert (await visitor.get(f"/arenden/{ref}/meddelanden")).status_code == 404
            assert (await visitor.get(f"/arenden/{ref}/polisanmalan.pdf")).status_code == 404


async def test_no_form_says_more_than_the_page_does(city: City) -> None:
    """The duty officer may do much in a case of which they see the headline alone."""
    ref = city.ref("police")
    case = await loaded(city, ref)
    async with city.house.database.reading() as session:
        actor = await people.actor(session, DAG)
        routine = await routines.by_digest(session, case.routine.digest)
    kinds = possible(case, actor, routine, datetime.now(UTC))
    assert len(kinds) > 10
    async with city.visitor(DAG) as dag:
        for kind in kinds:
            answer = await dag.get(f"/arenden/{ref}/{kind.name()}")
            assert answer.status_code == 200, kind.name()
            valid(answer.text)
            told = answer.text
            assert MARKED not in told, kind.name()
            assert "Finns det bilder" not in told, kind.name()
            assert "5000-K100200-26" not in told, kind.name()
            form = Filled(told, f"/arenden/{ref}/{kind.name()}")
            assert not [pair for pair in form.pairs if pair[0].startswith(("incident.", "factors."))], kind.name()
            assert "Samtalsstöd</strong>" not in told, kind.name()


@pytest.mark.parametrize(
    "story, who", [("protected", KAJ), ("blocked", ALICE), ("triaged", CHARLIE), ("triaged", FREJA)]
)
async def test_a_case_that_somebody_may_not_see_has_no_page_of_any_kind(each_city: City, story: str, who: str) -> None:
    ref, other = each_city.ref(story), "9001-FV-2026-09999"
    paths = ["", "/add_note", "/assess_risk", "/logg/1", "/meddelanden", "/polisanmalan.pdf", "/add_evidence"]
    async with each_city.visitor(who) as visitor:
        for path in paths:
            kept, none = await visitor.get(f"/arenden/{ref}{path}"), await visitor.get(f"/arenden/{other}{path}")
            assert kept.status_code == none.status_code == 404
            assert kept.text.replace(ref, other) == none.text
        kept = await visitor.send_form(f"/arenden/{ref}/add_note", id="c1", text="Hej")
        none = await visitor.send_form(f"/arenden/{other}/add_note", id="c1", text="Hej")
        assert (kept.status_code, kept.text.replace(ref, other)) == (404, none.text)
        assert (await visitor.send_form(f"/arenden/{ref}/meddelanden", message="x")).status_code == 404


async def test_other_cases_are_named_only_to_those_who_see_them(each_city: City) -> None:
    first, second = each_city.refs["linked"][:2]
    async with each_city.visitor(BOB) as bob:
        assert second in await page(bob, first)
    async with each_city.visitor(FREJA) as freja:
        offered = await page(freja, each_city.ref("offered"))
    assert not set(re.findall(r"9001-FV-2026-\d{5}", offered)) - {each_city.ref("offered")}


async def test_with_a_protected_identity_the_named_see_it_and_the_page_says_so(each_city: City) -> None:
    async with each_city.visitor(BOB) as bob:
        text = words_of(await page(bob, each_city.ref("protected")))
    assert "Skyddade personuppgifter" in text
    assert "Bara dessa ser ärendet Folke Västerholm" in text


async def test_whoever_is_kept_out_is_named_to_the_others_who_work_on_it(each_city: City) -> None:
    async with each_city.visitor(PIM) as pim:
        assert "Jäv: ser ingenting Säkerhetschef, Alva Granlund" in words_of(await page(pim, each_city.ref("blocked")))


async def test_whoever_reads_is_read_of(own_city: City) -> None:
    ref = own_city.ref("triaged")
    async with own_city.visitor(BOB) as bob, own_city.visitor(ALICE) as alice:
        await page(alice, ref)
        await page(bob, ref)
        readers = part(await page(bob, ref), "readers")
    assert "Alva Granlund" in readers
    assert "Folke Västerholm" in readers


async def test_messages_that_were_lost_are_sent_again_by_whoever_works_on_the_case(own_city: City) -> None:
    ref = own_city.ref("alarm")
    async with own_city.house.database.reading() as session:
        told = [one for one in await notices.of_case(session, ref) if one.message]
    async with own_city.visitor(BOB) as bob, own_city.visitor(MALTE) as malte:
        shown = await bob.get(f"/arenden/{ref}/meddelanden")
        valid(shown.text)
        assert "Skickat" in shown.text
        again = await bob.send_form(f"/arenden/{ref}/meddelanden", message=told[0].message)
        assert again.status_code == 303
        assert (await malte.send_form(f"/arenden/{ref}/meddelanden", message=told[0].message)).status_code == 404
        other = own_city.ref("triaged")
        assert (await bob.send_form(f"/arenden/{other}/meddelanden", message=told[0].message)).status_code == 404
        assert (await bob.send_form(f"/arenden/{ref}/meddelanden", message="nonsense")).status_code == 404
    async with own_city.house.database.reading() as session:
        assert len(await notices.of_case(session, ref)) >= len(told)


async def test_the_draft_for_the_police_is_a_file_for_those_who_see_the_whole_case(city: City) -> None:
    async with city.visitor(BOB) as bob:
        draft = await bob.get(f"/arenden/{city.ref('police')}/polisanmalan.pdf")
    assert draft.headers["content-type"] == "application/pdf"
    assert draft.headers["content-disposition"].startswith("attachment")
    assert draft.content.startswith(b"%PDF")


async def _grow(city: City, ref: str, notes: int, text: str = "Ännu ett samtal om samma sak.") -> None:
    """Let somebody write so many notes."""
    async with city.house.database.writing() as session:
        case = await cases.load(session, city.house.ring, ref)
        routine = await routines.by_digest(session, case.routine.digest)
        context = Context(datetime.now(UTC), await people.actor(session, BOB), routine)
        events = []
        for number in range(notes):
            events += decide(case, AddNote(id=f"n{number}", text=f"{text} {number}"), context)
            case = evolve(case, events[-1])
        await record(session, city.house.ring, case, events, routine)
