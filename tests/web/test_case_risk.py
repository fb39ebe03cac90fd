"""The risk form and its kin: what a level follows from, the second person, rows, odd numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.web.filled import Filled, fill, form_of
from tests.web.stories import ALICE, BOB, KAJ, MALTE
from tests.web.test_case_deeds import events, state, words_of

if TYPE_CHECKING:
    from tests.web.city import LivingCity


async def test_the_second_person_sees_what_is_to_be_confirmed(living_city: LivingCity) -> None:
    ref = await living_city.begins("waiting")
    async with living_city.visitor(ALICE) as alice, living_city.visitor(MALTE) as malte:
        shown = words_of((await alice.get(f"/arenden/{ref}/approve")).text)
        assert "Riskbedömning 1" in shown
        assert "Folke Västerholm" in shown
        assert "Hotet är konkret." in shown
        assert "Nivån gäller redan. Bekräftar du, ligger den fast." in shown
        headline = words_of((await malte.get(f"/arenden/{ref}/approve")).text)
        assert "Nivån gäller redan. Bekräftar du, ligger den fast." in headline
        assert "Hotet är konkret." not in headline
        assert "Folke" not in headline
        assert (await fill(malte, ref, "approve", approved=True)).status_code == 303
    assert (await state(living_city, ref)).risk.latest.approved_by == MALTE  # type: ignore[union-attr]


async def test_nobody_confirms_an_assessment_that_they_have_not_read(living_city: LivingCity) -> None:
    ref = await living_city.begins("waiting")
    async with living_city.visitor(ALICE) as alice, living_city.visitor(KAJ) as kaj:
        form = await form_of(alice, ref, "approve")
        assert form.one("number") == "1"
        told = {"factors": {"A02": "yes"}, "level": "acute", "text": "Nu har han sagt när."}
        assert (await fill(kaj, ref, "assess_risk", **told)).status_code == 303
        # Even if the page had not noticed: the rule does.
        fields = dict(form.pairs) | {"approved": "yes", "seq": "9999"}
        answer = await alice.post(f"/arenden/{ref}/approve", data=fields)
        assert answer.status_code == 409
        assert "Det finns en nyare riskbedömning, nummer 2. Läs den först." in words_of(answer.text)
        assert Filled(answer.text, f"/arenden/{ref}/approve").one("number") == "2"
        assert "Nu har han sagt när." in answer.text
    assert [event.type for event in await events(living_city, ref)].count("risk_approved") == 0


async def test_the_level_follows_from_the_factors_also_without_script(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    async with living_city.visitor(BOB) as bob:
        form = await form_of(bob, ref, "assess_risk")
        asked = dict(form.pairs) | {"factors.A05": "yes", "factors.A10": "yes", "level": "raised", "look": "yes"}
        answer = await bob.post(f"/arenden/{ref}/assess_risk", data=asked)
    assert answer.status_code == 200
    said = words_of(answer.text[answer.text.index('id="verdict"') : answer.text.index("<template")])
    assert "Nivån blir minst Hög" in said
    assert "Två allvarliga beteenden: överväg akut nivå." in said
    assert "Det är lägre än faktorerna säger (hög). Skriv varför." in said
    assert Filled(answer.text, f"/arenden/{ref}/assess_risk").one("factors.A10") == "yes"


async def test_the_last_answers_stand_in_the_risk_form(living_city: LivingCity) -> None:
    ref = await living_city.begins("police")
    async with living_city.visitor(BOB) as bob:
        form = await form_of(bob, ref, "assess_risk")
    answered = {name: text for name, text in form.pairs if name.startswith("factors.")}
    assert answered == {f"factors.{f}": a.value for f, a in (await state(living_city, ref)).risk.factors.items()}
    assert answered
    assert "level" not in dict(form.pairs)


async def test_one_more_row_is_given_and_nothing_is_done(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    async with living_city.visitor(BOB) as bob:
        form = await form_of(bob, ref, "agree_support")
        more = dict(form.pairs) | {"measures.0.kind": "guard", "more": "2", "text": "Vi börjar här."}
        answer = await bob.post(f"/arenden/{ref}/agree_support", data=more)
        again = Filled(answer.text, f"/arenden/{ref}/agree_support")
    rows = {name.split(".")[1] for name in again.offered if name.startswith("measures.")}
    assert len(rows) > len({name.split(".")[1] for name in form.offered if name.startswith("measures.")})
    assert (again.one("measures.0.kind"), again.one("text")) == ("guard", "Vi börjar här.")
    assert not (await state(living_city, ref)).support_agreed


async def test_an_odd_number_is_kept_and_pointed_out(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    async with living_city.visitor(BOB) as bob:
        answer = await fill(bob, ref, "record_police", decision="reported_by_affected", reference="K 12 ungefär")
        assert "Numret ser inte ut som" in (await bob.get(answer.headers["location"])).text
        right = await fill(bob, ref, "update_police", reference="5000-K123456-26")
        assert "Numret ser inte ut som" not in (await bob.get(right.headers["location"])).text
