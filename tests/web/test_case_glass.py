"""Breaking the glass in the pages, and what numbers of the police look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.web.filled import fill
from tests.web.markup import valid
from tests.web.stories import ALICE, CHARLIE, DISA, KAJ, MARKED
from web.casefile.numbers import is_odd

if TYPE_CHECKING:
    from tests.web.city import LivingCity, Visitor


PAGE = 60_000
"""Bytes a page may weigh."""


async def page(visitor: Visitor, ref: str, **asked: Any) -> str:
    answer = await visitor.get(f"/arenden/{ref}", params=asked)
    assert answer.status_code == 200
    valid(answer.text)
    assert len(answer.content) < PAGE
    return answer.text


async def test_the_glass_is_broken_with_a_reason_and_reviewed_by_somebody_else(living_city: LivingCity) -> None:
    ref = await living_city.begins("protected")
    async with living_city.visitor(KAJ) as kaj, living_city.visitor(ALICE) as alice, living_city.visitor(DISA) as disa:
        valid((await kaj.get("/nodoppning")).text)
        hollow = await kaj.send_form("/nodoppning", ref=ref, text="", id="g1")
        assert hollow.status_code == 422
        opened = await kaj.send_form("/nodoppning", ref=ref, text="Någon står utanför huset.", id="g1")
        assert (opened.status_code, opened.headers["location"]) == (303, f"/arenden/{ref}")
        assert "Du ser ärendet genom nödöppning till" in await page(kaj, ref)
        seen = await page(disa, ref)
        assert "Någon står utanför huset." in seen
        assert MARKED not in seen
        assert "Någon står utanför huset." in (await disa.get(f"/arenden/{ref}/review_glass")).text
        done = await fill(disa, ref, "review_glass", outcome="justified", text="Det fanns skäl.")
        assert done.status_code == 303
        assert "Det fanns skäl." in await page(alice, ref)


async def test_a_glass_that_may_not_be_broken_and_a_case_that_is_not_there_get_the_same_answer(
    living_city: LivingCity,
) -> None:
    ref, other = await living_city.begins("blocked"), "9001-FV-2026-09999"
    async with living_city.visitor(ALICE) as alice, living_city.visitor(CHARLIE) as charlie:
        for visitor in (alice, charlie):
            kept = await visitor.send_form("/nodoppning", ref=ref, text="Jag vill se.", id="g1")
            none = await visitor.send_form("/nodoppning", ref=other, text="Jag vill se.", id="g1")
            assert kept.status_code == none.status_code == 404
            assert kept.text.replace(ref, other) == none.text
            assert "Jag vill se." in kept.text


@pytest.mark.parametrize(
    "number, odd",
    [
        ("5000-K123456-26", False),
        ("AM-12345-26", False),
        ("B 1234-26", False),
        ("A123.456/2026", False),
        ("K 12", True),
        (None, False),
    ],
)
def test_what_numbers_look_like(number: str | None, odd: bool) -> None:  # noqa: FBT001 - a parameter of the test
    assert is_odd(number) is odd
