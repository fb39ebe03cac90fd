"""Whoever is on duty in a shared pool sees the neighbours' cases: nobody gets there by being put on the list."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.web.stories import CHARLIE
from web.forms.values import local

if TYPE_CHECKING:
    from tests.web.city import City

POOL, ADMINISTRATOR = "sjobjork-tib", "sjoliden-systemforvaltare"
NEIGHBOURS = re.compile(r"\b9004-F[VB]-[0-9]{4}-[0-9]{5}\b")


@pytest.mark.parametrize(
    "by, whom",
    [
        ("sjoliden-sakerhetschef", CHARLIE),
        ("sjoliden-sakerhetschef", "sjoliden-samordnare"),
        (ADMINISTRATOR, ADMINISTRATOR),
    ],
    ids=["an outsider", "a colleague without the role", "whoever runs the system"],
)
async def test_only_those_who_take_turns_are_put_on_duty(own_city: City, by: str, whom: str) -> None:
    now = datetime.now(UTC)
    fields = {"starts": local(now - timedelta(hours=1)), "ends": local(now + timedelta(hours=9))}
    async with own_city.visitor(by) as visitor, own_city.visitor(whom) as stranger:
        assert f'<option value="{whom}"' not in (await visitor.get("/jour")).text
        refused = await visitor.send_form("/jour/byte", pool=POOL, person=whom, **fields)
        assert refused.status_code == 422
        assert 'href="#person"' in refused.text
        assert NEIGHBOURS.findall((await stranger.get("/arenden")).text) == []
