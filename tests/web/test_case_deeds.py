"""What officers do in a case, through the forms alone: the tour, the answer, what is refused, and two at once."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

from desk.intake import accept, start
from models.report import read_report
from models.vocabulary.reading import ReadWhat, Via
from storage import cases, ledger, reads
from storage.reads import OPERATOR, Read
from tests.web.filled import Filled, fill, form_of, send
from tests.web.markup import valid
from tests.web.stories import ALICE, BOB, DAG, KAJ

if TYPE_CHECKING:
    from models.case import Case
    from models.events import Event
    from tests.web.city import City, LivingCity

TOUR = Path("docs/tour")
STEPS = re.findall(
    r"^\$ varna act \S+ (docs/tour/\S+\.json) --as (\S+)$",
    Path("README.md").read_text(encoding="utf-8"),
    re.MULTILINE,
)

FILES = {file: json.loads(Path(file).read_text(encoding="utf-8")) for file, _ in STEPS}


async def state(city: LivingCity, ref: str) -> Case:
    async with city.house.database.reading() as session:
        return await cases.load(session, city.house.ring, ref)


async def events(city: LivingCity, ref: str) -> list[Event]:
    async with city.house.database.reading() as session:
        return await ledger.read(session, await city.house.ring.key(session, ref), ref)


def words_of(text: str) -> str:
    """What somebody reads on a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


async def test_the_tour_is_played_through_the_forms_from_report_to_closure(living_city: LivingCity) -> None:
    report = read_report((TOUR / "report.json").read_bytes(), datetime.now(UTC))
    accepted = await accept(living_city.house, report, datetime.now(UTC))
    await start(living_city.house, await living_city.house.cases(), accepted)
    ref = accepted.case
    async with asyncio.timeout(60):
        while True:
            try:
                await state(living_city, ref)
                break
            except cases.UnknownCase:
                await asyncio.sleep(0)
    assert len(STEPS) == 15
    for file, who in STEPS:
        told = dict(FILES[file])
        async with living_city.visitor(who) as officer:
            answer = await fill(officer, ref, told.pop("type"), **told)
            assert answer.status_code == 303, (file, words_of(answer.text))
            page = await officer.get(answer.headers["location"])
            valid(page.text)
            assert 'class="done" role="status"' in page.text
    closed = await state(living_city, ref)
    assert closed.closed
    assert all(record.state == "done" for record in closed.stages.values())


async def test_the_answer_says_what_happened_and_what_comes_next(living_city: LivingCity) -> None:
    ref = await living_city.begins("fresh")
    async with living_city.visitor(BOB) as bob:
        answer = await fill(bob, ref, "triage", outcome="open", level="high", text="Oroande.")
        page = words_of((await bob.get(answer.headers["location"])).text)
    assert "Intag: Ärendet öppnas. Snabb nivå: Hög" in page
    assert "Härnäst:" in page


async def test_a_form_sent_twice_is_one_deed_and_answered_the_same(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    async with living_city.visitor(BOB) as bob:
        form = await form_of(bob, ref, "assign")
        before = len(await events(living_city, ref))
        answers = await asyncio.gather(*(send(bob, ref, form, "assign", handler=KAJ) for _ in range(3)))
        late = await send(bob, ref, form, "assign", handler=KAJ)
    assert [(one.status_code, one.headers["location"]) for one in answers] == 3 * [(303, late.headers["location"])]
    told = [event for event in (await events(living_city, ref))[before:] if event.actor == BOB]
    assert [event.type for event in told] == ["assigned"]


async def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(living_city: LivingCity) -> None:
    ref = await living_city.begins("fresh")
    async with living_city.visitor(BOB) as bob:
        form = await form_of(bob, ref, "triage")
        fields = dict(form.pairs) | {"text": "Mina ord om Kvastskaft"}
        answer = await bob.post(f"/arenden/{ref}/triage", data=fields)
    assert answer.status_code == 422
    valid(answer.text)
    again = Filled(answer.text, f"/arenden/{ref}/triage")
    assert again.one("text") == "Mina ord om Kvastskaft"
    assert again.one("id") == form.one("id")
    assert 'href="#f-level"' in answer.text
    assert "Hur allvarligt är det?: Uppgiften saknas" in words_of(answer.text)


async def test_what_a_rule_refuses_stands_at_its_field_and_nothing_is_lost(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    async with living_city.visitor(BOB) as bob:
        answer = await fill(bob, ref, "record_police", decision="declined_by_affected", text="Vill vänta.")
    assert answer.status_code == 409
    valid(answer.text)
    again = Filled(answer.text, f"/arenden/{ref}/record_police")
    assert (again.one("text"), again.one("decision")) == ("Vill vänta.", "declined_by_affected")
    assert 'href="#f-decline_reason"' in answer.text
    assert "Ange varför ingen polisanmälan görs." in words_of(answer.text)


async def test_times_are_swedish_and_one_that_is_none_is_named(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    async with living_city.visitor(BOB) as bob:
        form = await form_of(bob, ref, "contact_affected")
        fields = dict(form.pairs) | {"outcome": "reached", "at": "igår kväll"}
        answer = await bob.post(f"/arenden/{ref}/contact_affected", data=fields)
        assert answer.status_code == 422
        assert 'value="igår kväll"' in answer.text
        assert 'href="#f-at"' in answer.text
        early = await bob.post(f"/arenden/{ref}/contact_affected", data=fields | {"at": "2020-01-01T12:00"})
    assert early.status_code == 409
    assert "före rapporten" in early.text


async def test_if_the_case_moved_on_meanwhile_it_is_said_and_the_form_is_kept(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    async with living_city.visitor(BOB) as bob, living_city.visitor(KAJ) as kaj:
        form = await form_of(bob, ref, "assess_risk")
        assert (await fill(kaj, ref, "add_incident", text="Ringde igen i natt.")).status_code == 303
        told = {"factors": {"A05": "yes"}, "level": "high", "text": "Min bedömning."}
        answer = await send(bob, ref, form, "assess_risk", **told)
        assert answer.status_code == 409
        valid(answer.text)
        said = words_of(answer.text)
        assert "Ärendet har ändrats medan du skrev" in said
        assert "Ny händelse" in said
        again = Filled(answer.text, f"/arenden/{ref}/assess_risk")
        assert (again.one("text"), again.one("level"), again.one("factors.A05")) == ("Min bedömning.", "high", "yes")
        assert (await send(bob, ref, again, "assess_risk", **told)).status_code == 303
    assert [event.type for event in await events(living_city, ref)].count("risk_assessed") == 1


async def test_what_is_so_whatever_others_did_is_never_held_up(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    async with living_city.visitor(BOB) as bob, living_city.visitor(KAJ) as kaj:
        form = await form_of(bob, ref, "contact_affected")
        assert (await fill(kaj, ref, "add_note", text="Under tiden.")).status_code == 303
        assert (await send(bob, ref, form, "contact_affected", outcome="reached")).status_code == 303


async def test_two_officers_in_the_same_second_leave_one_whole_case(living_city: LivingCity) -> None:
    ref = await living_city.begins("fresh")
    async with living_city.visitor(BOB) as bob, living_city.visitor(KAJ) as kaj:
        forms = await asyncio.gather(form_of(bob, ref, "triage"), form_of(kaj, ref, "triage"))
        answers = await asyncio.gather(
            send(bob, ref, forms[0], "triage", outcome="open", level="high", text="Bobs ord."),
            send(kaj, ref, forms[1], "triage", outcome="register_only", level="low", text="Kajs ord."),
        )
    assert sorted(one.status_code for one in answers) == [303, 409]
    lost = next(one for one in answers if one.status_code == 409)
    assert re.search(r"(Bobs|Kajs) ord\.", lost.text)
    valid(lost.text)
    assert [event.type for event in await events(living_city, ref)].count("triaged") == 1


async def test_two_who_assess_at_once_are_both_kept_or_one_is_told(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    async with living_city.visitor(BOB) as bob, living_city.visitor(KAJ) as kaj:
        forms = await asyncio.gather(form_of(bob, ref, "assess_risk"), form_of(kaj, ref, "assess_risk"))
        answers = await asyncio.gather(
            send(bob, ref, forms[0], "assess_risk", factors={"A05": "yes"}, level="high"),
            send(kaj, ref, forms[1], "assess_risk", factors={"A12": "yes"}, level="raised"),
        )
    done = sum(one.status_code == 303 for one in answers)
    assert {one.status_code for one in answers} <= {303, 409}
    assert [event.type for event in await events(living_city, ref)].count("risk_assessed") == done >= 1


async def test_an_engine_that_does_not_answer_may_be_asked_again_with_the_same_form(city: City) -> None:
    async with city.visitor(BOB) as bob:
        form = await form_of(bob, city.ref("triaged"), "add_note")
        answer = await send(bob, city.ref("triaged"), form, "add_note", text="Kvastskaft ringde.")
    assert answer.status_code == 503
    valid(answer.text)
    assert "Kanske är det redan gjort. Tryck på samma knapp igen" in answer.text
    again = Filled(answer.text, f"/arenden/{city.ref('triaged')}/add_note")
    assert (again.one("id"), again.one("text")) == (form.one("id"), "Kvastskaft ringde.")


async def test_a_report_is_brought_here_by_the_number_of_the_case_it_became(living_city: LivingCity) -> None:
    ref, other, kept = [await living_city.begins(story) for story in ("triaged", "fresh", "blocked")]
    async with living_city.visitor(ALICE) as alice:
        for number in (kept, "9001-FV-2026-09999"):
            answer = await fill(alice, ref, "merge_report", report=number.lower())
            assert answer.status_code == 422
            assert "Det finns inget ärende med det numret som du kan läsa" in words_of(answer.text)
        assert (await fill(alice, ref, "merge_report", report=other.lower())).status_code == 303
    assert (await state(living_city, ref)).reports[1:] == (await state(living_city, other)).reports


async def test_files_are_handed_in_and_given_out_to_those_who_see_the_case(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    files = [("file", ("brev.txt", b"Kvastskaft, akta dig.", "text/plain")), ("file", ("tomt", b"", "text/plain"))]
    async with living_city.visitor(BOB) as bob, living_city.visitor(DAG) as dag, living_city.visitor() as nobody:
        form = Filled((await bob.get(f"/arenden/{ref}/add_evidence")).text, f"/arenden/{ref}/bevis")
        data = {"csrf": form.one("csrf"), "note": "Brevet"}
        empty = await bob.post(f"/arenden/{ref}/bevis", data=data, files=files[1:])
        assert empty.status_code == 422
        kept = await bob.post(f"/arenden/{ref}/bevis", data=data, files=files[:1])
        assert kept.status_code == 200
        valid(kept.text)
        assert "brev.txt är mottagen" in words_of(kept.text)
        page = (await bob.get(f"/arenden/{ref}")).text
        path = re.findall(r'href="(/evidence/[0-9a-f]+)">brev\.txt', page)[0]
        assert (await bob.get(path)).content == b"Kvastskaft, akta dig."
        exported = Read(ref, "9001", OPERATOR, None, Via.EXPORT, datetime.now(UTC), ReadWhat.PACKAGE)
        async with living_city.house.database.writing() as session:
            await reads.put(session, exported)
        custody = await bob.get(f"/arenden/{ref}/bevis/{path.rpartition('/')[2]}")
        valid(custody.text)
        assert "Driften, vid maskinen" in words_of(custody.text)
        assert OPERATOR not in custody.text
        assert (await dag.get(path)).status_code == 404
        assert (await nobody.get(path)).status_code == 303
        assert (await dag.get("/evidence/0000")).text == (await dag.get(path)).text
        foreign = await bob.post(f"/arenden/{ref}/bevis", data={"csrf": "nonsense"}, files=files[:1])
        assert foreign.status_code == 403
    assert len((await state(living_city, ref)).evidence) == 1


async def test_what_cannot_be_done_now_has_no_form_and_says_so(living_city: LivingCity) -> None:
    ref = await living_city.begins("fresh")
    async with living_city.visitor(BOB) as bob:
        page = await bob.get(f"/arenden/{ref}/close")
        assert "Det går inte i det läge ärendet har nu." in page.text
        assert not Filled(page.text, f"/arenden/{ref}/close").pairs
        answer = await bob.send_form(f"/arenden/{ref}/close", id="c1", seq="9", reason="quiet_period")
        assert answer.status_code == 409
        assert (await bob.get(f"/arenden/{ref}/nothing")).status_code == 404
        assert (await bob.send_form(f"/arenden/{ref}/tick", id="c1")).status_code == 404
