"""Everybody asks for every case: it is shown as far as they may see it, and for the others it does not exist."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from models.access import Sight, sight
from models.areas import Area
from models.sight import kept_out
from storage import cases, people
from tests.web.cast import REV
from tests.web.city import City
from tests.web.doors import PAGES, doors
from tests.web.markup import faults
from tests.web.stories import ALICE, CHARLIE, CLEO, DAG, DISA, FREJA, KAJ, MARKED, SAM
from web.app import create_app
from web.site import Site

if TYPE_CHECKING:
    from tests.web.city import Visitor

NONE = "9001-FV-2026-99999"
"""A case that there is not."""
REF = re.compile(r"\b[0-9]{2,4}-(?:F[VB]|OV)-[0-9]{4}-[0-9]{5,}\b")
ASKING = (ALICE, KAJ, DAG, CLEO, DISA, CHARLIE, FREJA)
"""Everybody who sees other cases than the others do."""
REVIEWING = {Area.AUDIT, Area.ACCESS_LOG, Area.DESTRUCTION}
"""There a case is a number, with codes and times: nobody could review what is hidden from them."""
PARTS = ("", "/events", "/obligations", "/notices", "/evidence")


def some(how: dict[str, Sight], most: int) -> dict[str, Sight]:
    """A few cases of each sight."""
    found: dict[str, Sight] = {}
    for sees in Sight:
        found |= dict.fromkeys([ref for ref, its in how.items() if its is sees][:most], sees)
    return found


async def reviewed(city: City, who: str) -> set[str]:
    """The cases that stand in the pages for those who review, by number: their own organisation's, but for those they
    are kept out of."""
    found = set()
    async with city.house.database.reading() as session:
        actor = await people.actor(session, who)
        for ref in (ref for refs in city.refs.values() for ref in refs):
            case = await cases.load(session, city.house.ring, ref)
            if case.organisation == actor.organisation and not kept_out(actor, case):
                found.add(ref)
    return found


async def seen(city: City, who: str) -> dict[str, Sight]:
    """How much of each case somebody may see, by the rule alone."""
    now, found = datetime.now(UTC), {}
    async with city.house.database.reading() as session:
        for ref in (ref for refs in city.refs.values() for ref in refs):
            actor = await people.actor(session, who, ref.partition("-")[0])
            found[ref] = sight(actor, await cases.load(session, city.house.ring, ref), now)
    return found


async def test_there_is_something_to_be_seen_and_something_not(city: City) -> None:
    how = {who: [*(await seen(city, who)).values()] for who in ASKING}
    assert {Sight.NOTHING, Sight.WHOLE} <= set(how[KAJ])
    assert {Sight.NOTHING, Sight.HEADLINE, Sight.WHOLE} == set(how[DAG])
    assert how[FREJA].count(Sight.HEADLINE) == 1
    assert set(how[CHARLIE]) == {Sight.NOTHING, Sight.WHOLE}


@pytest.mark.parametrize("who", ASKING)
async def test_a_case_is_shown_as_far_as_somebody_may_see_it_or_is_not_there(each_city: City, who: str) -> None:
    wrong = []
    sees = await seen(each_city, who)
    async with each_city.visitor(who) as visitor:
        nothing = plain(await visitor.get(f"/arenden/{NONE}"), NONE)
        assert nothing[0] == 404
        for ref, how in (sees if each_city.is_embedded else some(sees, 3)).items():
            answer = await visitor.get(f"/arenden/{ref}")
            if how is Sight.NOTHING:
                wrong += [ref] * (plain(answer, ref) != nothing)
            else:
                wrong += [ref] * (answer.status_code != 200)
                wrong += [f"{ref} says too much"] * (how is Sight.HEADLINE and MARKED in answer.text)
                wrong += faults(answer.text) if each_city.is_embedded and who in {DAG, CLEO} else []
    assert wrong == []


async def test_what_was_written_is_read_by_those_who_may_see_the_whole_case(city: City) -> None:
    how, found = some(await seen(city, DAG), 3), {}
    async with city.visitor(DAG) as visitor:
        for ref in how:
            found[ref] = (await visitor.get(f"/arenden/{ref}/logg/1")).status_code
    assert found == {ref: 200 if sees is Sight.WHOLE else 404 for ref, sees in how.items()}


@pytest.mark.parametrize("who", [ALICE, KAJ, CLEO, SAM, DISA, CHARLIE, FREJA, REV])
async def test_no_page_names_a_case_that_somebody_may_not_see(each_city: City, who: str) -> None:
    how, found, review = await seen(each_city, who), {}, await reviewed(each_city, who)
    async with each_city.visitor(who) as visitor:
        for path in ("/arenden?vem=alla", "/arenden?vem=all", "/arenden?closed=1", "/forebyggande", *PAGES):
            if "{" in path or path == "/arenden/live":
                continue
            said = set(REF.findall((await visitor.get(path)).text))
            hidden = {ref for ref in said if how.get(ref, Sight.NOTHING) is Sight.NOTHING}
            if hidden := hidden - (review if PAGES.get(path) in REVIEWING else set()):
                found[path] = hidden
    assert found == {}


@pytest.mark.parametrize("who", [KAJ, DAG, CHARLIE])
async def test_a_program_is_shown_no_more_than_its_person(each_city: City, who: str) -> None:
    wrong, how = [], await seen(each_city, who)
    async with each_city.program(who) as program:
        listed = {one["case"] for one in (await program.get("/cases", params={"limit": 200})).json().get("cases", ())}
        wrong += [f"{ref} is listed" for ref in listed if how.get(ref, Sight.NOTHING) is Sight.NOTHING]
        for part in PARTS:
            nothing = plain(await program.get(f"/cases/{NONE}{part}"), NONE)
            for ref, sees in some(how, 2).items():
                answer = await program.get(f"/cases/{ref}{part}")
                if sees is Sight.NOTHING:
                    wrong += [f"{ref}{part}"] * (plain(answer, ref) != nothing)
                elif answer.status_code != 200 or (sees is Sight.HEADLINE and MARKED in answer.text):
                    wrong.append(f"{ref}{part} {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("who", [CHARLIE, KAJ])
async def test_nothing_can_be_done_with_a_number_from_elsewhere(each_city: City, who: str) -> None:
    wrong, hidden = [], [ref for ref, sees in (await seen(each_city, who)).items() if sees is Sight.NOTHING][:2]
    assert hidden
    ways = doors(create_app(Site(each_city.house)))
    async with each_city.visitor(who) as visitor:
        for path in (path for path in ways if "{ref}" in path):
            filled = [path.format(ref=ref, command="add_note", seq=1, evidence="e1") for ref in (NONE, *hidden)]
            for method in ways[path] & {"GET", "POST"}:
                answers = [plain(await asked(visitor, method, one), one.split("/")[2]) for one in filled]
                wrong += [f"{method} {path}"] * (len(set(answers)) > 1 or answers[0][0] < 400)
    assert wrong == []


async def asked(visitor: Visitor, method: str, path: str) -> object:
    if method == "GET":
        return await visitor.get(path)
    if path.endswith("/bevis"):
        return await visitor.post(path, data={"csrf": visitor.csrf}, files={"file": ("bild.png", b"x")})
    return await visitor.send_form(path, id="c1", seq="1", text="Ett försök.", message="Ett försök.")


def plain(answer: object, ref: str) -> tuple[int, str]:
    """Status and text of an answer, without what it was asked for and what belongs to the moment."""
    text: str = answer.text  # type: ignore[attr-defined]
    text = re.sub(r'name="csrf" value="[0-9a-f]*"', "", text.replace(ref, NONE))
    return answer.status_code, text  # type: ignore[attr-defined]
