"""The city that pages are tested in: it is what its stories say, and it lives."""

from __future__ import annotations

from datetime import UTC, datetime

from models.commands import read_command
from storage import cases, notices, people
from storage.tables import MessageState
from tests.web.browser import Chromium
from tests.web.city import City, LivingCity
from tests.web.stories import ALICE, BOB, CAST, NEIGHBOURS, STORIES
from web.site import Site


async def test_its_cases_stand_where_their_stories_end(each_city: City) -> None:
    found = {}
    async with each_city.house.database.reading() as session:
        for name in STORIES:
            case = await cases.load(session, each_city.house.ring, each_city.ref(name))
            found[name] = f"{case.headline or 'closed'} {case.pace}"
    assert found == {
        "fresh": "intake high",
        "alarm": "intake acute",
        "triaged": "risk raised",
        "unassigned": "risk low",
        "overdue": "risk raised",
        "waiting": "police high",
        "police": "police high",
        "support": "support raised",
        "closing": "support raised",
        "closed": "closed raised",
        "reopened": "risk raised",
        "false_alarm": "closure low",
        "protected": "risk high",
        "blocked": "risk raised",
        "offered": "police raised",
        "linked": "risk raised",
        "prevention": "risk low",
        "drill": "intake acute",
        "anonymous": "intake high",
        "long": "police raised",
        "merged": "police high",
        "source": "closed high",
        "plain": "support low",
    }


async def test_the_neighbours_are_at_work_too_and_everybody_of_the_cast_is_there(city: City) -> None:
    assert {city.ref(name).partition("-")[0] for name in NEIGHBOURS} == {"9002", "9003", "9004", "90"}
    async with city.house.database.reading() as session:
        assert [(await people.actor(session, who)).id for who in CAST] == [*CAST]


async def test_what_was_told_left_the_house_or_could_not(city: City) -> None:
    async with city.house.database.reading() as session:
        sent = await notices.of_case(session, city.ref("alarm"))
        states = {one.state for one in await notices.with_changes(session, sent)}
    assert states == {MessageState.SENT}


async def test_nothing_in_it_is_told_of_the_future(city: City) -> None:
    now = datetime.now(UTC)
    async with city.house.database.reading() as session:
        for refs in city.refs.values():
            for ref in refs:
                assert (await cases.load(session, city.house.ring, ref)).updated <= now


async def test_whoever_is_signed_in_is_known_and_nobody_else_is(city: City, chromium: Chromium) -> None:
    async with city.visitor(BOB) as bob, city.visitor() as nobody:
        assert (await bob.get("/")).headers["location"] == "/arenden"
        assert (await nobody.get("/")).status_code == 200
        assert (await nobody.send_form("/sprak", language="en", next="/")).headers["location"] == "/"
        assert (await bob.send_form("/sprak", language="en", next="/")).status_code == 303
        assert (await bob.post("/sprak", data={"language": "en"})).status_code == 403
    async with city.page(chromium) as page:
        answer = await page.goto("/")
        assert answer is not None
        assert answer.ok


async def test_a_case_of_ones_own_lives_on_in_the_engine(living_city: LivingCity) -> None:
    ref = await living_city.begins("triaged")
    assert living_city.town is not None
    async with living_city.house.database.reading() as session:
        actor = await people.actor(session, ALICE)
    note = read_command(b'{"type": "add_note", "id": "c1", "text": "Ringde."}')
    receipt = await living_city.town.cases.act(ref, note, actor)
    assert receipt.case == ref
    async with living_city.house.database.reading() as session:
        assert (await cases.load(session, living_city.house.ring, ref)).seq == receipt.last


def test_cookies_are_called_what_they_are_called_there(city: City) -> None:
    assert Site(city.house).cookie("session") == "varna-session"
