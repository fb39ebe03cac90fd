"""Whoever reads a headline learns no more of it by going back in time, by odd forms, or by who is not in a list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.web.deeds import does
from tests.web.stories import ALICE, BOB, DAG, FREJA, KAJ

if TYPE_CHECKING:
    from tests.web.city import City

SECRET = "Hasselbacken"
CHOSEN = re.compile(r'value="(granvik-[a-z]+)"')


async def test_what_somebody_saw_yesterday_is_not_read_today_by_going_back_to_it(own_city: City) -> None:
    ref = await own_city.begins("alarm")
    await does(own_city, DAG, "acknowledge", ref)
    case = await does(own_city, DAG, "triage", ref, outcome="open", level="low", text=f"{SECRET} 3.")
    async with own_city.visitor(DAG) as dag:
        pages = [await dag.get(f"/arenden/{ref}?seq={seq}") for seq in range(1, case.seq + 1)]
    async with own_city.visitor(ALICE) as alice:
        known = [await alice.get(f"/arenden/{ref}?seq={seq}") for seq in range(1, case.seq + 1)]
    assert {page.status_code for page in pages} == {200}
    assert any(SECRET in page.text for page in known)
    assert not any(SECRET in page.text for page in pages)


@pytest.mark.parametrize("command", ["triage", "add_incident", "identify_affected", "contact_affected"])
async def test_a_form_does_not_say_what_is_known_of_the_incident(city: City, command: str) -> None:
    for how in ({"more": "1"}, {}):
        async with city.visitor(DAG) as dag:
            page = await dag.send_form(f"/arenden/{city.ref('police')}/{command}", incident="x", **how)
        assert "threat_veiled;" not in page.text
        assert 'name="incident-shown" value="a' not in page.text


async def test_nobody_is_shown_to_have_a_case_by_being_left_out(city: City) -> None:
    async with city.visitor(DAG) as dag:
        handled, blocked = [await dag.get(f"/arenden/{city.ref(one)}/assign") for one in ("police", "blocked")]
        everybody = CHOSEN.findall((await dag.get(f"/arenden/{city.ref('fresh')}/assign")).text)
        assert {ALICE, BOB, KAJ} <= set(everybody)
        assert CHOSEN.findall(handled.text) == everybody == CHOSEN.findall(blocked.text)


@pytest.mark.parametrize("command", ["assign", "block_role", "hand_over"])
async def test_a_neighbour_who_is_offered_a_case_is_not_shown_who_works_here(city: City, command: str) -> None:
    path = f"/arenden/{city.ref('offered')}/{command}"
    async with city.visitor(FREJA) as freja:
        answers = [await freja.get(path), await freja.send_form(path, more="1"), await freja.send_form(path, look="1")]
        answers.append(await freja.send_form(path, id="f1"))
    assert [CHOSEN.findall(answer.text) for answer in answers] == [[]] * 4


async def test_a_case_is_tied_to_none_that_its_reader_may_not_see(own_city: City) -> None:
    hidden, ref, shown = own_city.ref("protected"), own_city.ref("triaged"), own_city.ref("police")
    for other in (hidden, shown):
        await does(own_city, ALICE, "link", ref, case=other, reason="same_actor")
    found = {}
    for who in (ALICE, KAJ):
        async with own_city.visitor(who) as visitor, own_city.program(who) as program:
            pages = [await visitor.get(f"/arenden/{ref}{part}") for part in ("", "?visa=beslut", "/link")]
            answers = [await program.get(f"/cases/{ref}{part}") for part in ("", "/events", "/obligations")]
            texts = [answer.text for answer in (*pages, *answers)]
        found[who] = [any(one in text for text in texts) for one in (hidden, shown)]
    assert found == {ALICE: [True, True], KAJ: [False, True]}
