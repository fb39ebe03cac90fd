"""Somebody who sends again what others have sent, or knocks while the engine is away, learns nothing by it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.city import City, LivingCity
from tests.web.stories import BOB, CHARLIE, KAJ

if TYPE_CHECKING:
    from tests.web.city import Visitor

NONE = "9001-FV-2026-99999"
NOTE = {"type": "add_note", "text": "Ringde tillbaka."}


async def sent(program: Visitor, ref: str, key: str, **command: object) -> tuple[int, str]:
    """Status and code of the answer to a command."""
    answer = await program.post(f"/cases/{ref}/commands", json=command or NOTE, headers={"Idempotency-Key": key})
    return answer.status_code, answer.json().get("code", "")


async def test_an_answer_given_before_is_given_again_to_whoever_asked_and_to_nobody_else(
    living_city: LivingCity,
) -> None:
    ref = await living_city.begins("triaged")
    programs = living_city.program(BOB), living_city.program(KAJ), living_city.program(CHARLIE)
    async with programs[0] as bob, programs[1] as kaj, programs[2] as charlie:
        assert [await sent(bob, ref, "1") for _ in range(2)] == [(200, "")] * 2
        # The neighbour knows number and key, and is told of a level and a stage no more than of the case itself.
        assert await sent(charlie, ref, "1") == await sent(charlie, NONE, "1") == (404, "unknown_case")
        # A colleague's program numbers its actions too: nothing of it is passed over as if it had been done.
        assert await sent(kaj, ref, "1", type="add_note", text="Något helt annat.") == (409, "id_taken")
        assert await sent(bob, ref, "2", type="block_role", people=[BOB], text="Jäv.") == (200, "")
        assert [await sent(bob, ref, key) for key in ("1", "2")] == [(404, "unknown_case")] * 2


@pytest.mark.parametrize("who", [KAJ, CHARLIE])
async def test_a_case_that_is_kept_from_somebody_is_not_there_while_the_engine_is_away_either(
    each_city: City, who: str
) -> None:
    hidden = each_city.ref("protected")
    async with each_city.program(who) as program:
        assert await sent(program, hidden, "a") == await sent(program, NONE, "a") == (404, "unknown_case")
    async with each_city.visitor(who) as visitor:
        answers = [await visitor.send_form("/nodoppning", ref=ref, text="Varför?") for ref in (hidden, NONE)]
    if who == CHARLIE:
        assert [answer.status_code for answer in answers] == [404, 404]
