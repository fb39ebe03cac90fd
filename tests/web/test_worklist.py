"""Att göra: everybody sees their cases and no others, what burns first; what they chose stays in the address."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from i18n import label, obligation, when, words
from models.areas import Area, may_visit
from models.case import Case
from models.message import Actor
from models.sight import Sight, sight
from models.vocabulary.case import Level
from models.vocabulary.people import Role
from storage import cases, duty, people
from tests.benchmarks import crowd
from tests.web import markup
from tests.web.browser import Chromium, each_look
from tests.web.city import City, Visitor
from tests.web.stories import ALICE, BOB, CAST, CHARLIE, CLEO, DAG, FREJA, KAJ, MARKED, PIM, RUT, SAM
from web.navigation import PATHS

SV = words("sv", strict=True)
REF = re.compile(r'data-ref="([^"]+)"')
MORE = re.compile(r'href="(/arenden\?[^"]*after=[^"]*)"')
SHARED = "sjoliden-tib"
"""Is on duty for Björkäng too, every other week."""


async def shown(visitor: Visitor, path: str = "/arenden") -> list[str]:
    """The case numbers of a list, all its pages, in order."""
    found: list[str] = []
    while path:
        page = (await visitor.get(path)).raise_for_status().text
        found += REF.findall(page)
        following = MORE.search(page)
        path = unescape(following[1]) if following else ""
    return found


async def everything(city: City) -> list[Case]:
    """Every case there is, whoever may see it."""
    async with city.house.database.reading() as session:
        return [await cases.load(session, city.house.ring, ref) for refs in city.refs.values() for ref in refs]


async def roles_of(city: City, who: str) -> tuple[Actor, ...]:
    """Somebody in every organisation they act in."""
    async with city.house.database.reading() as session:
        return await duty.everywhere(session, await people.actor(session, who), datetime.now(UTC))


@pytest.mark.parametrize("who", [*CAST, SHARED])
async def test_everybody_sees_what_the_rule_says_and_nothing_else(each_city: City, who: str) -> None:
    actors = await roles_of(each_city, who)
    async with each_city.visitor(who) as visitor:
        answer = await visitor.get("/arenden")
        if not may_visit(actors[0], Area.WORKLIST):
            assert answer.status_code == 403
            return
        markup.valid(answer.text)
        here, closed = await shown(visitor), await shown(visitor, "/arenden?closed=yes")
    theirs = {actor.organisation: actor for actor in actors}
    now = datetime.now(UTC)
    seen = {
        case.ref: case
        for case in await everything(each_city)
        if sight(theirs.get(case.organisation, actors[0]), case, now) is not Sight.NOTHING
    }
    assert len(here) == len(set(here))
    assert set(here) == {ref for ref, case in seen.items() if not case.closed}
    assert set(closed) == {ref for ref, case in seen.items() if case.closed}


async def test_the_neighbour_finds_no_trace_of_granvik(each_city: City) -> None:
    async with each_city.visitor(CHARLIE) as charlie:
        pages = [(await charlie.get(f"/arenden{query}")).text for query in ("", "?view=unassigned", "?closed=yes")]
    for page in pages:
        assert "9001-" not in page
        assert MARKED not in page
        assert "Granvik" not in page


async def test_who_is_kept_out_and_who_is_not_named_do_not_meet_the_case_in_any_list(each_city: City) -> None:
    for who, ref, there in (
        (ALICE, each_city.ref("blocked"), False),
        (PIM, each_city.ref("blocked"), True),
        (KAJ, each_city.ref("protected"), False),
        (BOB, each_city.ref("protected"), True),
        (FREJA, each_city.ref("offered"), True),
        (FREJA, each_city.ref("triaged"), False),
    ):
        async with each_city.visitor(who) as visitor:
            assert (ref in await shown(visitor)) is there, (who, ref)


async def test_counts_count_what_is_listed(each_city: City) -> None:
    async with each_city.visitor(BOB) as bob:
        page = (await bob.get("/arenden")).text
        counted = dict(re.findall(r'data-count="(\w+)">(\d+)<', page))
        listed = {view: str(len(await shown(bob, f"/arenden?view={view}"))) for view in ("mine", "unassigned", "all")}
    assert counted == listed
    assert int(counted["mine"]) > int(counted["unassigned"]) > 0


async def test_a_line_says_level_what_is_next_until_when_stage_and_who(city: City) -> None:
    async with city.visitor(BOB) as bob:
        lines = (await bob.get("/arenden")).text.split("<li class=")
    triaged = next(line for line in lines if city.ref("triaged") in line)
    async with city.house.database.reading() as session:
        case = await cases.load(session, city.house.ring, city.ref("triaged"))
    assert f'href="/arenden/{case.ref}"' in triaged
    for said in (
        "Förhöjd",
        "<svg",
        'class="timebar',
        "Riskbedömning",
        SV("list.you"),
        label(case.incident.kinds[0], SV),
    ):
        assert said in triaged
    assert SV("page.presumed") not in triaged
    alarm = next(line for line in lines if city.ref("alarm") in line)
    for said in ("Akut", SV("page.presumed"), obligation("alarm", SV), SV("list.nobody")):
        assert said in alarm
    drill = next(line for line in lines if city.ref("drill") in line)
    assert SV("letter.drill") in drill


async def test_the_headline_is_all_that_some_see(city: City) -> None:
    async with city.visitor(RUT) as rut:
        page = (await rut.get("/arenden")).text
    line = next(one for one in page.split("<li class=") if city.ref("triaged") in one)
    assert SV("list.headline") in line
    assert "Förhöjd" in line
    for hidden in ("Folke", BOB, "hot", SV("list.nobody"), 'class="mine"'):
        assert hidden not in line
    async with city.visitor(CLEO) as cleo:
        lines = (await cleo.get("/arenden")).text.split("<li class=")
    matter = next(one for one in lines if city.ref("prevention") in one)
    assert SV("list.headline") not in matter
    assert "Nedläggning av skola" in matter


async def test_what_burns_comes_first_under_its_heading(city: City) -> None:
    async with city.visitor(BOB) as bob:
        page = (await bob.get("/arenden")).text
    groups = re.findall('id="group-([a-z]+)"', page)  # which there are depends on the hour
    assert groups == [one for one in ("burning", "over", "today", "soon", "later", "nothing") if one in groups]
    assert {"over", "later"} <= set(groups)
    following = groups[groups.index("over") + 1]
    over = page[page.index('id="list"') : page.index(f'id="group-{following}"')]
    assert city.ref("overdue") in over[over.index('id="group-over"') :]
    assert len(re.findall('class="due over"', page)) == len(REF.findall(over))
    assert SV("list.over_count", number=len(REF.findall(over))) in page
    acute = [case for case in await everything(city) if case.pace is Level.ACUTE and case.organisation == "9001"]
    assert SV("list.acute_count", number=len([case for case in acute if not case.closed])) in page


async def test_times_are_of_the_reader_s_language(city: City) -> None:
    async with city.visitor(BOB) as bob:
        bob.cookies.set("varna-language", "en")
        page = (await bob.get("/arenden")).text
    assert '<html lang="en">' in page
    assert words("en")("list.over") in page
    assert "kl." not in page


@pytest.mark.parametrize(
    "query, stories, others",
    [
        ("?view=mine", {"triaged", "police"}, {"fresh", "overdue"}),
        ("?view=unassigned", {"fresh", "alarm"}, {"triaged"}),
        ("?level=acute", {"alarm", "drill"}, {"triaged"}),
        ("?stage=support", {"support", "closing"}, {"triaged", "fresh"}),
        ("?kind=prevention", {"prevention"}, {"triaged", "drill"}),
        ("?drill=only", {"drill"}, {"alarm"}),
        ("?drill=without", {"alarm"}, {"drill"}),
        ("?closed=yes", {"closed"}, {"triaged", "reopened"}),
        ("?view=mine&level=raised&stage=risk", {"triaged", "reopened"}, {"overdue", "waiting"}),
        ("?level=unheard-of&view=everybody&before=yesterday", {"alarm", "triaged"}, set()),
    ],
)
async def test_a_choice_is_in_the_address(city: City, query: str, stories: set[str], others: set[str]) -> None:
    async with city.visitor(BOB) as bob:
        answer = await bob.get(f"/arenden{query}")
        found = await shown(bob, f"/arenden{query}")
    markup.valid(answer.text)
    assert {city.ref(story) for story in stories} <= set(found)
    assert {city.ref(story) for story in others} & set(found) == set()


async def test_due_by_a_day_means_until_its_end_here(city: City) -> None:
    async with city.visitor(BOB) as bob:
        soon = await shown(bob, f"/arenden?before={(datetime.now(UTC) - timedelta(days=2)).date()}")
        assert city.ref("overdue") in soon
        assert city.ref("fresh") not in soon
        everything_due = await shown(bob, "/arenden?before=2099-01-01")
        assert {*everything_due} <= {*await shown(bob)}


async def test_a_mark_that_no_page_gave_leads_to_the_beginning(city: City) -> None:
    async with city.visitor(BOB) as bob:
        for mark in ("x", "WzFd", "%00", "9" * 300):
            answer = await bob.get(f"/arenden?level=high&after={mark}")
            assert (answer.status_code, answer.headers["location"]) == (303, "/arenden?level=high")


async def test_nobody_is_led_to_the_sign_in_and_back_and_some_are_told_that_it_is_not_for_them(city: City) -> None:
    async with city.visitor() as nobody, city.visitor(SAM) as sam:
        assert (await nobody.get("/arenden?level=high")).headers["location"].endswith("next=/arenden%3Flevel%3Dhigh")
        assert (await sam.get("/arenden")).status_code == 403


async def test_many_cases_come_page_by_page_each_once_and_no_page_is_heavy(own_city: City) -> None:
    async with own_city.house.database.reading() as session:
        routine = (await cases.load(session, own_city.house.ring, own_city.ref("fresh"))).routine
        from storage import routines

        adopted = await routines.by_digest(session, routine.digest)
    await crowd.fill(own_city.house.database, own_city.house.ring, adopted, 160, handlers=(BOB, KAJ), rare=3)
    async with own_city.visitor(BOB) as bob:
        first = await bob.get("/arenden?drill=without")
        every = await shown(bob, "/arenden?drill=without")
        closed = await shown(bob, "/arenden?closed=yes&drill=without")
        second = await bob.get(unescape(MORE.search(first.text)[1]))  # type: ignore[index]
    assert len(first.content) < 60_000
    assert len(REF.findall(first.text)) == 25
    assert len(every) == len(set(every)) > 50
    assert len(closed) == len(set(closed)) > 50
    assert set(every) & set(closed) == set()
    markup.valid(second.text)
    assert 'href="/arenden?drill=without"' in second.text
    assert SV("list.all_in_time") not in second.text


async def test_an_empty_list_says_what_to_do(city: City) -> None:
    async with city.visitor(ALICE) as alice, city.visitor("nordmyra-handlaggare") as other:
        mine, chosen = await alice.get("/arenden?view=mine"), await alice.get("/arenden?stage=closure&level=acute")
        there = await other.get("/arenden?view=mine")
    assert SV("list.none_mine") in mine.text
    assert 'href="/arenden?view=unassigned"' in mine.text
    assert SV("list.none_chosen") in chosen.text
    assert 'href="/arenden"' in chosen.text
    for page in (mine, chosen, there):
        markup.valid(page.text)


async def test_somebody_on_duty_for_two_sees_both_and_which_is_whose(own_city: City) -> None:
    async with own_city.house.database.writing() as session:
        kept = (await duty.pools(session, own_city.house.ring))[0]
        always = kept.model_copy(update={"turns": (kept.turns[0].model_copy(update={"people": (SHARED,)}),)})
        await duty.put(session, own_city.house.ring, always)
    actors = await roles_of(own_city, SHARED)
    assert {actor.organisation for actor in actors} == {"9003", "9004"}
    assert actors[1].roles == {Role.DUTY_OFFICER}
    async with own_city.visitor(SHARED) as visitor:
        found = await shown(visitor)
        page = (await visitor.get("/arenden")).text
    assert {ref.partition("-")[0] for ref in found} == {"9003", "9004"}
    for name in ("Sjölidens kommun", "Björkängs kommun"):
        assert name in page


async def test_closed_cases_say_when(city: City) -> None:
    async with city.house.database.reading() as session:
        case = await cases.load(session, city.house.ring, city.ref("closed"))
    assert case.closing is not None
    assert case.closing.closed is not None
    async with city.visitor(BOB) as bob:
        page = (await bob.get("/arenden?closed=yes")).text
    assert SV("list.closed_at", at=when(case.closing.closed, SV)) in page
    assert 'data-stream=""' in page


@pytest.mark.parametrize("who, path", [(BOB, "/arenden"), (ALICE, "/arenden?view=mine"), (DAG, "/arenden?level=high")])
async def test_everybody_can_use_it(city: City, chromium: Chromium, who: str, path: str) -> None:
    await each_look(chromium, city.url, path, cookies=await city.cookies(who))


async def test_it_works_without_script(city: City, chromium: Chromium) -> None:
    async with city.page(chromium, BOB, java_script_enabled=False) as page:
        await page.goto("/arenden")
        assert SV("list.made") in await page.locator(".made").inner_text()
        assert await page.locator(".made time").inner_text() != ""
        await page.locator("summary", has_text=SV("list.filter")).click()
        await page.select_option("#level", "high")
        await page.locator(f".filters button:has-text('{SV('list.show')}')").click()
        assert "level=high" in page.url
        assert await page.locator("[data-ref]").count() > 0
        assert await page.locator(".level:not(.high)").count() <= 1
        await page.locator(".line").first.click(position={"x": 5, "y": 5})
        assert re.search(r"/arenden/9001-", page.url)


def test_the_list_stands_where_the_navigation_leads() -> None:
    assert PATHS[Area.WORKLIST] == "/arenden"
