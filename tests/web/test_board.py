"""The preventive board: matters by the week of their meeting, the next step of each, and nothing of other people's."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from desk.board import MatterStep, step_of
from desk.lists import everywhere
from i18n import label, words
from i18n.times import ZONE
from models.vocabulary.case import CaseKind, ConflictLevel, Stage
from storage import people, worklist
from storage.worklist import Wanted
from tests.web import markup
from tests.web.browser import Chromium, each_look
from tests.web.chronicle import Chronicle
from tests.web.city import City
from tests.web.stories import ALICE, BOB, CHARLIE, CLEO, RUT, SAM, report

if TYPE_CHECKING:
    from operate.town import Town, TownCase

SV = words("sv", strict=True)
BOARD = "/forebyggande"
HOT = {"factors": {}, "level": "raised", "grade": "high", "conflict": "hostility", "text": "Upprop i gruppen."}


async def matter(city: City, meeting: int, *deeds: tuple[str, dict[str, Any]], began: int = 0) -> str:
    """A matter whose meeting lies so many days ahead, raised some days ago, with what was done in it at once."""
    now = datetime.now(UTC)
    day = (now.astimezone(ZONE) + timedelta(days=meeting)).date()

    async def story(town: Town) -> list[TownCase]:
        facts = {"kind": "prevention", "matter": "wind_power", "meeting_day": day, "kinds": []}
        case = await town.report(report("Vindkraftverk på åsen.", **facts))
        for what, fields in deeds:
            await town.wait(minutes=5)
            await case.does(CLEO, what, **fields)
        return [case]

    return (await Chronicle(city.house, now - timedelta(days=began, hours=1), now).tell(story))[0]


TRIAGE = ("triage", {"outcome": "open", "level": "low", "grade": "moderate"})
ASSESS = ("assess_risk", HOT)
AGREE = ("agree_support", {"measures": [{"id": "lokal", "kind": "meeting_form", "owner": "chancellery_chief"}]})


async def cards(city: City, who: str, path: str = BOARD) -> dict[str, str]:
    """The text of each card, by its case."""
    async with city.visitor(who) as visitor:
        page = (await visitor.get(path)).raise_for_status().text
    markup.valid(page)
    found = page.split('<li class="card matter')[1:]
    return {re.search(r"/arenden/([\w-]+)", one)[1]: one.partition("</section>")[0] for one in found}  # type: ignore[index]


async def test_matters_stand_by_the_week_of_their_meeting_the_nearest_first(own_city: City) -> None:
    today = datetime.now(ZONE).date()
    past, near, far = await matter(own_city, -3, began=20), await matter(own_city, 0), await matter(own_city, 45)
    async with own_city.visitor(CLEO) as cleo:
        page = (await cleo.get(BOARD)).text
    known = own_city.ref("prevention")
    assert page.index(past) < page.index(near) < page.index(known) < page.index(far)
    assert page.index(SV("board.past")) < page.index(past)
    assert page.index(SV("board.this_week", number=today.isocalendar().week)) < page.index(near)
    week = (today + timedelta(days=45)).isocalendar().week
    assert page.index(SV("board.week", number=week)) < page.index(far)
    texts = await cards(own_city, CLEO)
    assert SV("board.days_ago", number=3) in texts[past]
    assert SV("board.today") in texts[near]
    assert SV("board.days_left", number=45) in texts[far]
    assert '<rect class="now"' in texts[near]
    assert '<rect class="now"' not in texts[far]


async def test_a_card_says_matter_grade_conflict_level_and_what_is_next(own_city: City) -> None:
    ref = await matter(own_city, 10, TRIAGE, ASSESS)
    card = (await cards(own_city, CLEO))[ref]
    for said in (
        "Vindkraft",
        "Förhöjd",
        SV("board.grade", grade="Hög"),
        label(ConflictLevel.HOSTILITY, SV),
        SV("obligation.meeting_plan"),
        'class="now" aria-current="step">Planera',
    ):
        assert said in card
    assert card.count('class="past"') == 2


async def test_one_step_can_be_looked_at_alone(own_city: City) -> None:
    sort, plan = await matter(own_city, 20), await matter(own_city, 10, TRIAGE, ASSESS)
    watch = await matter(own_city, 2, TRIAGE, ASSESS, AGREE)
    known = own_city.ref("prevention")
    for step, theirs in (("sort", {sort}), ("deepen", {known}), ("plan", {plan}), ("watch", {watch})):
        assert set(await cards(own_city, CLEO, f"{BOARD}?step={step}")) == theirs, step
    assert set(await cards(own_city, CLEO, f"{BOARD}?step=unheard-of")) == {sort, plan, watch, known}
    async with own_city.visitor(CLEO) as cleo:
        nothing = (await cleo.get(f"{BOARD}?step=evaluate")).text
    assert SV("board.none_step") in nothing
    markup.valid(nothing)


async def test_everybody_sees_what_they_may(each_city: City) -> None:
    ref = each_city.ref("prevention")
    for who in (CLEO, ALICE, BOB):
        assert "Nedläggning av skola" in (await cards(each_city, who))[ref]
    headline = (await cards(each_city, RUT))[ref]
    assert "Nedläggning" not in headline
    assert SV("board.matter") in headline
    assert "Låg" in headline
    assert set(await cards(each_city, CHARLIE)).isdisjoint({ref})
    async with each_city.visitor(CHARLIE) as charlie, each_city.visitor(SAM) as sam:
        assert "9001-" not in (await charlie.get(BOARD)).text
        assert (await sam.get(BOARD)).status_code == 403


async def test_an_empty_board_says_what_to_do(city: City) -> None:
    async with city.visitor("bjorkang-sakerhetschef") as other:
        page = (await other.get(BOARD)).text
    assert SV("board.none") in page
    assert 'href="/rapportera/9004?kind=prevention"' in page
    markup.valid(page)


async def test_the_step_is_what_is_owed_next_or_else_the_stage(city: City) -> None:
    async with city.house.database.reading() as session:
        actors = await everywhere(session, await people.actor(session, CLEO), datetime.now(UTC))
        wanted = Wanted(kind=CaseKind.PREVENTION)
        page = await worklist.worklist(session, city.house.ring, actors, wanted, datetime.now(UTC))
    item = page.items[0]
    for owed, stage, step in (
        ("check_in.P1D", Stage.INTAKE, MatterStep.WATCH),
        ("watch_window.P7D", Stage.SUPPORT, MatterStep.WATCH),
        ("evaluation", Stage.SUPPORT, MatterStep.EVALUATE),
        ("alarm", Stage.RISK, MatterStep.DEEPEN),
        (None, Stage.SUPPORT, MatterStep.PLAN),
        (None, None, MatterStep.EVALUATE),
    ):
        assert step_of(replace(item, next_obligation=owed, stage=stage)) is step


@pytest.mark.parametrize("path", [BOARD, f"{BOARD}?step=sort"])
async def test_everybody_can_use_it(city: City, chromium: Chromium, path: str) -> None:
    await each_look(chromium, city.url, path, cookies=await city.cookies(CLEO))


@pytest.mark.parametrize("path, who", [("/statistik", BOB)])
async def test_what_comes_later_keeps_its_place(city: City, chromium: Chromium, path: str, who: str) -> None:
    async with city.visitor(who) as visitor, city.visitor(SAM) as sam, city.visitor() as nobody:
        page = (await visitor.get(path)).raise_for_status().text
        assert SV("coming.later") in page
        assert "varna " in page
        assert (await sam.get(path)).status_code == 403
        assert (await nobody.get(path)).status_code == 303
    markup.valid(page)
    await each_look(chromium, city.url, path, cookies=await city.cookies(who))
