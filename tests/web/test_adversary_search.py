"""Searching tells nobody, by what is found or by how long it takes, what stands in a case that is kept from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from tests.web.deeds import does
from tests.web.stories import ALICE, BOB, CHARLIE, DAG, KAJ

if TYPE_CHECKING:
    from tests.web.city import City

WORD, NOWHERE = "Zebrafinken", "Kungsfiskaren"


async def looked_for(city: City, who: str, text: str) -> tuple[int, int, bool]:
    """Status of the answer, what it cost in questions to the database, and whether anything was found."""
    asked: list[str] = []
    engine = city.house.database.engine.sync_engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    async with city.visitor(who) as visitor:
        await visitor.get("/sok")
        event.listen(engine, "before_cursor_execute", note)
        try:
            answer = await visitor.send_form("/sok", q=text)
        finally:
            event.remove(engine, "before_cursor_execute", note)
    return answer.status_code, len(asked), "/arenden/9001-F" in answer.text


@pytest.mark.parametrize(
    "story, who", [("protected", KAJ), ("protected", ALICE), ("blocked", ALICE), ("police", DAG), ("police", CHARLIE)]
)
async def test_a_word_of_a_hidden_case_is_looked_for_as_long_as_one_that_nobody_wrote(
    own_city: City, story: str, who: str
) -> None:
    ref = own_city.ref(story)
    by = {"blocked": KAJ}.get(story, BOB)
    await does(own_city, by, "add_note", ref, text=f"{WORD} satt på taket.")
    assert (await looked_for(own_city, by, WORD))[2]
    assert await looked_for(own_city, who, WORD) == await looked_for(own_city, who, NOWHERE)
    number = ref.rpartition("-")[2]
    if story != "police":
        assert await looked_for(own_city, who, number) == await looked_for(own_city, who, "99999")
