"""The page that those who review begin at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.areas import may_visit
from models.message import Actor
from models.vocabulary.people import Role
from tests.web import markup
from tests.web.browser import each_look
from tests.web.cast import SAM
from web.pages.audit.hub import SECTIONS

if TYPE_CHECKING:
    from tests.web.browser import Chromium
    from tests.web.city import City

PATH, WHO = "/revision", "granvik-revisor"


async def test_it_leads_an_auditor_to_all_they_may_see_and_nobody_else_anywhere(city: City) -> None:
    auditor = Actor(id=WHO, organisation="9001", roles=frozenset({Role.AUDITOR}))
    async with city.visitor(WHO) as visitor, city.visitor(SAM) as sam, city.visitor() as nobody:
        page = (await visitor.get(PATH)).raise_for_status().text
        for section in SECTIONS:
            assert (f'href="{section.path}"' in page) is may_visit(auditor, section.area)
            assert (await visitor.get(section.path)).is_success or not may_visit(auditor, section.area)
        assert (await sam.get(PATH)).status_code == 403
        assert (await nobody.get(PATH)).status_code == 303
    markup.valid(page)


async def test_everybody_can_use_it(city: City, chromium: Chromium) -> None:
    await each_look(chromium, city.url, PATH, cookies=await city.cookies(WHO))
